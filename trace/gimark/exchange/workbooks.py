"""Opening a workbook that a stranger sent: what it is and how large it would become is known before it is unpacked.

An xlsx file is a zip archive of XML parts. Its directory is looked at first; then the few parts that hold cells are
unpacked within limits, and packed anew for the reader, so that the reader sees only what was looked at. The cells of a
sheet are counted before a table is made of them: one cell in the last row would make a table of 17 thousand million.
"""

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from gimark.errors import InvalidInputError, invalid
from gimark.exchange.cells import Cell

MOST_PARTS = 1_000
MOST_UNPACKED = 64 << 20
LAST_ROW, LAST_COLUMN = 20_000, 100

_READ_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:workbook|styles|sharedStrings)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_MACRO_PARTS = re.compile(r".*vbaproject.*\.bin|xl/(?:macrosheets|dialogsheets|activex)/.*", re.IGNORECASE)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet, row by row from A1 on; places are (row, column), both counted from 0.

    `formulas` are the places whose value is what a formula came to when the file was saved; `merged` are the first and
    the last place of each merged stretch of cells.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    formulas: frozenset[tuple[int, int]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that may be read: the names of its visible sheets and the parts that hold them."""

    names: tuple[str, ...]
    _paths: dict[str, str]
    _parts: dict[str, bytes]

    def sheet(self, name: str) -> Sheet:
        """One of its sheets. Raises InvalidInputError when it reaches too far or cannot be read."""
        from python_calamine import CalamineError, load_workbook

        path = self._paths[name]
        formulas = _looked_at(self._parts[path])
        wanted = {
            part: data for part, data in self._parts.items() if part == path or not part.startswith("xl/worksheets/")
        }
        try:
            with load_workbook(BytesIO(_packed(wanted))) as book:
                found = book.get_sheet_by_name(name)
                rows = found.to_python(skip_empty_area=False)
                return Sheet(name, rows, formulas, tuple(found.merged_cell_ranges or ()))
        except CalamineError as error:
            raise _damaged() from error


def open_workbook(data: bytes) -> Workbook:
    """The workbook in `data`, a whole .xlsx file.

    Raises InvalidInputError naming `file` for anything else (an .xls under another name, a text, a picture), for macros
    and passwords, for a damaged archive, and for one that would become larger than 64 MiB.
    """
    if not data.startswith(b"PK\x03\x04"):
        raise _other_kind(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_directory(archive.infolist())
            parts = {info.filename: _unpacked(archive, info) for info in archive.infolist() if _is_read(info)}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _damaged() from error
    paths = _sheets(parts)
    return Workbook(tuple(paths), paths, parts)


def _is_read(info: zipfile.ZipInfo) -> bool:
    return _READ_PARTS.fullmatch(info.filename) is not None


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Whether a part is packed as every program packs workbooks (ECMA-376-2, Annex B): plainly, or deflated."""
    return not info.flag_bits & 1 and info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _check_directory(infos: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse by the directory alone, before anything is unpacked."""
    names = [info.filename for info in infos]
    if any(_MACRO_PARTS.fullmatch(name) for name in names):
        raise _refused(
            "工作簿含有宏",
            "the workbook has macros",
            "请另存为不含宏的 .xlsx 后再上传",
            "Save it as .xlsx without macros and upload that",
        )
    if "xl/workbook.xml" not in names:
        raise _refused("不是 .xlsx 工作簿", "it is not an .xlsx workbook", *_SAVE_AS_XLSX)
    if len(names) > MOST_PARTS or len(names) != len(set(names)) or not all(map(_is_plain, infos)):
        raise _damaged()
    unpacked = sum(info.file_size for info in infos if _is_read(info))
    if unpacked > MOST_UNPACKED:
        raise _refused(
            f"解压后有 {unpacked >> 20:,} MB，最多 {MOST_UNPACKED >> 20} MB",
            f"it would unpack to {unpacked >> 20:,} MB, {MOST_UNPACKED >> 20} MB at most are read",
            "请只保留要登记的行，删去其他工作表和图片后再上传",
            "Keep the rows to register alone, and upload it without other sheets and pictures",
        )


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A part's bytes; no more of them than the directory says, whose sum was looked at."""
    with archive.open(info) as part:
        data = part.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise _damaged()
    return data


def _packed(parts: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def _sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """The visible worksheets by name, and the part of each."""
    try:
        book, links = fromstring(parts["xl/workbook.xml"]), fromstring(parts["xl/_rels/workbook.xml.rels"])
    except (KeyError, ParseError, DefusedXmlException, ValueError) as error:
        raise _damaged() from error
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    sheets = [sheet for sheet in book.iter() if sheet.tag.rpartition("}")[2] == "sheet"]
    if len(sheets) != len({sheet.get("name") for sheet in sheets}):
        raise _damaged()
    found = {}
    for sheet in sheets:
        target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", "")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if path in parts and path.startswith("xl/worksheets/") and sheet.get("state", "visible") == "visible":
            found[sheet.get("name", "")] = path
    return found


def _looked_at(xml: bytes) -> frozenset[tuple[int, int]]:
    """Where the sheet's formulas are, after seeing that nothing stands too far from its beginning."""
    look = _Look()
    try:
        for start in range(0, len(xml), _CHUNK):
            look.parser.Parse(xml[start : start + _CHUNK], start + _CHUNK >= len(xml))
    except expat.ExpatError as error:
        raise _damaged() from error
    return frozenset(look.formulas)


class _Look:
    """Reads through a sheet's XML. A cell without a place stands behind the one before it."""

    def __init__(self) -> None:
        self.formulas: set[tuple[int, int]] = set()
        self._row, self._column = -1, -1
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EntityDeclHandler = self._declared
        self.parser.buffer_text = True

    def _start(self, tag: str, attributes: dict[str, Any]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            self._row = int(attributes["r"]) - 1 if str(attributes.get("r", "")).isdecimal() else self._row + 1
            self._column = -1
        elif name == "c":
            self._row, self._column = self._place(attributes.get("r"))
        elif name in ("v", "is", "f"):
            self._check()
            if name == "f":
                self.formulas.add((self._row, self._column))

    def _place(self, said: str | None) -> tuple[int, int]:
        if said is None:
            return self._row, self._column + 1
        found = _PLACE.fullmatch(said)
        if found is None:
            raise _damaged()
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        return int(found[2]) - 1, column - 1

    def _check(self) -> None:
        if 0 <= self._row < LAST_ROW and 0 <= self._column < LAST_COLUMN:
            return
        raise _refused(
            f"第 {self._row + 1:,} 行、第 {self._column + 1:,} 列还有内容",
            f"there is something in row {self._row + 1:,}, column {self._column + 1:,}",
            f"请删去第 {LAST_ROW:,} 行以下、第 {LAST_COLUMN} 列以右的内容",
            f"Delete what stands below row {LAST_ROW:,} or right of column {LAST_COLUMN}",
        )

    @staticmethod
    def _declared(*_declaration: object) -> None:
        raise _damaged()


_SAVE_AS_XLSX = (
    "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后再上传",
    "Open it in Excel or WPS, save it as “Excel workbook (.xlsx)”, and upload that",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What an encrypted workbook's container says in its own alphabet (MS-OFFCRYPTO 2.3.4).
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def _other_kind(data: bytes) -> InvalidInputError:
    """Why what is no zip archive is refused, by what it looks like."""
    if not data:
        return _refused("文件是空的", "the file is empty", "请重新选择文件", "Choose the file again")
    if data.startswith(_OLE) and _ENCRYPTED in data[: 1 << 16]:
        return _refused(
            "工作簿设有打开密码",
            "the workbook needs a password",
            "请取消密码，保存后再上传",
            "Take the password off, save it, and upload that",
        )
    if data.startswith(_OLE):
        return _refused(
            "这是旧式 .xls 文件，改扩展名不会改变内容",
            "it is an old .xls file; another ending to its name does not change it",
            *_SAVE_AS_XLSX,
        )
    return _refused("不是 .xlsx 工作簿", "it is not an .xlsx workbook", *_SAVE_AS_XLSX)


def _damaged() -> InvalidInputError:
    return _refused("工作簿已损坏，无法读取", "the workbook is damaged and cannot be read", *_SAVE_AS_XLSX)


def _refused(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> InvalidInputError:
    return invalid("file", reason_zh, reason_en, remedy_zh, remedy_en)
