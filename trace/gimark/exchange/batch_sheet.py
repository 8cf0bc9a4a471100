"""The sheet of batches: its columns, and what each row of an uploaded one says. Pure; masses in grams.

The columns are found by their headings, in any order and among others. Of a row everything that is wrong is said.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from gimark.codes.lot import check_lot
from gimark.errors import Checklist, Fault, InvalidInputError, invalid
from gimark.exchange.batch_columns import HEADINGS_ZH, OPTIONAL, SHEET_NAME, Choices, Column, check_once, columns_in
from gimark.exchange.cells import Cell, day_of, folded, grams_of, shown, text_of
from gimark.exchange.workbooks import Sheet, Workbook
from gimark.production.registering import BatchForm
from gimark.production.rules import check_harvest

T = TypeVar("T")

MOST_ROWS = 5_000
HEADED_WITHIN = 10
LEAST_HEADINGS = 3


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row by its number in the sheet: its cells as text, and the form it makes or what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    form: BatchForm | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that whoever sent the sheet should know of how it was read."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What a sheet says: its rows in order, blank ones left out, each cell text in the order of `Column`."""

    rows: tuple[ReadRow, ...]
    remarks: tuple[Remark, ...]


def read_batches(book: Workbook, choices: Choices, today: date) -> ReadSheet:
    """What the workbook's sheet of batches says, `today` in Asia/Shanghai.

    Raises InvalidInputError naming `file` when there is no such sheet, a column is missing or there twice, it has no
    row, or more than 5,000.
    """
    sheet, head, columns = _headed_sheet(book)
    reader = _Reader(sheet, columns, choices, today)
    remarks = list(_remarks(sheet, head, columns))
    rows: list[ReadRow] = []
    for place in range(head + 1, len(sheet.rows)):
        if not any(reader.text(place, column) for column in columns):
            continue
        if columns_in(sheet.rows[place]).keys() >= columns.keys():
            remarks.append(_second_heading(place))
            continue
        if len(rows) == MOST_ROWS:
            raise _too_many()
        rows.append(reader.row(place))
    if not rows:
        raise _refused(
            "表头下面没有一行内容", "there is no row below the headings", "请填写后再上传", "Fill it in and upload it"
        )
    return ReadSheet(tuple(rows), tuple(remarks))


def _headed_sheet(book: Workbook) -> tuple[Sheet, int, dict[Column, int]]:
    """The sheet to read, the row of its headings and where each column is.

    A workbook without a sheet of the template's name is read if it has one sheet, headed as the template is.
    """
    names = [SHEET_NAME] if SHEET_NAME in book.names else list(book.names)
    if len(names) != 1:
        raise _no_sheet(book.names)
    sheet = book.sheet(names[0])
    for place, cells in enumerate(sheet.rows[:HEADED_WITHIN]):
        columns = columns_in(cells)
        if len(columns) >= LEAST_HEADINGS:
            missing = [HEADINGS_ZH[column] for column in Column if column not in OPTIONAL and column not in columns]
            if missing:
                raise _missing(missing)
            check_once(cells)
            return sheet, place, columns
    if SHEET_NAME not in book.names:
        raise _no_sheet(book.names)
    raise _missing([HEADINGS_ZH[column] for column in Column if column not in OPTIONAL])


@dataclass(frozen=True)
class _Reader:
    """Reads rows of one sheet."""

    sheet: Sheet
    columns: Mapping[Column, int]
    choices: Choices
    today: date

    @cached_property
    def items(self) -> "_Names":
        """The items by GTIN and by name."""
        return _Names.of((item.gtin, item.name_zh, item.ref) for item in self.choices.items)

    @cached_property
    def towns(self) -> "_Names":
        """The towns by code and by name."""
        return _Names.of((town.code, town.name_zh, town.code) for town in self.choices.towns)

    @cached_property
    def merged(self) -> Mapping[Column, set[int]]:
        """The rows in which a column's cell is merged with others. Each row is put in once, whatever the merges."""
        rows: dict[Column, set[int]] = {}
        for column, at in self.columns.items():
            stretches = sorted(
                (top, bottom) for (top, left), (bottom, right) in self.sheet.merged if left <= at <= right
            )
            rows[column], behind = set(), 0
            for top, bottom in stretches:
                end = min(bottom + 1, len(self.sheet.rows))
                rows[column].update(range(max(top, behind), end))
                behind = max(behind, end)
        return rows

    def cell(self, place: int, column: Column) -> Cell:
        """A cell; empty where the row or the column is not there."""
        cells, at = self.sheet.rows[place], self.columns.get(column)
        return "" if at is None or at >= len(cells) else cells[at]

    def text(self, place: int, column: Column) -> str:
        """The same as text."""
        return text_of(self.cell(place, column))

    def row(self, place: int) -> ReadRow:
        """What the row says."""
        checks = Checklist()
        self._check_cells(place, checks)
        item = self._taken(checks, place, Column.ITEM, self._item)
        lot = self._taken(checks, place, Column.LOT, _lot)
        town = self._taken(checks, place, Column.TOWN, self._town)
        began = self._taken(checks, place, Column.HARVESTED_FROM, day_of)
        ended = self._taken(checks, place, Column.HARVESTED_UNTIL, day_of)
        planned_g = self._taken(checks, place, Column.PLANNED, grams_of)
        form = None
        if checks.faults:
            # It makes no form that could be judged: what can be said of its days already is said now.
            if began is not None and ended is not None:
                checks.take(lambda: check_harvest(began, ended, self.today))
        else:
            assert item is not None and lot is not None and town is not None  # noqa: PT018
            assert began is not None and ended is not None and planned_g is not None  # noqa: PT018
            own = self.text(place, Column.PRODUCER_LOT) or None
            form = BatchForm(item, lot, town, began, ended, planned_g, own)
        cells = tuple(self.text(place, column) for column in Column)
        return ReadRow(place + 1, cells, form, tuple(checks.faults))

    def _taken(self, checks: Checklist, place: int, column: Column, read: Callable[[Cell, str], T]) -> T | None:
        """The cell's value; None when something is wrong with it, which is noted."""
        cell = self.cell(place, column)
        if text_of(cell):
            return checks.take(lambda: read(cell, column))
        if not any(fault.field == column for fault in checks.faults):
            checks.add(column, "没有填写", "it is empty", "请填写", "Fill it in")
        return None

    def _check_cells(self, place: int, checks: Checklist) -> None:
        """Note cells that have no value of their own: merged with another row's, or of a formula without a result."""
        for column, at in self.columns.items():
            if place in self.merged[column]:
                checks.add(
                    column,
                    "与其他单元格合并",
                    "it is merged with other cells",
                    "请取消合并单元格，逐行填写",
                    "Take the merge apart and fill in every row",
                )
            elif (place, at) in self.sheet.formulas and not self.text(place, column):
                checks.add(
                    column,
                    "公式没有保存结果",
                    "its formula was saved without a result",
                    "请在 Excel 中打开并保存，或粘贴为数值",
                    "Open and save it in Excel, or paste its value",
                )

    def _item(self, cell: Cell, where: str) -> str:
        """The item's reference, from its GTIN in any length, its name, or both as the template has them."""
        number = _key(cell)
        found = self.items.find(number.zfill(14) if number.isdigit() else "", cell)
        return _only(found, where, cell, ("商品", "item of yours"), ("商品条码", "its GTIN"))

    def _town(self, cell: Cell, where: str) -> str:
        """The town's code, from that, its name, or both."""
        found = self.towns.find(_key(cell), cell)
        return _only(found, where, cell, ("乡镇", "town of the county"), ("乡镇代码", "its code"))


@dataclass(frozen=True, slots=True)
class _Names:
    """What a cell may name, by key and by folded name."""

    by_key: Mapping[str, str]
    by_name: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, choices: Iterable[tuple[str, str, str]]) -> "_Names":
        """From key, name and value of each."""
        by_key: dict[str, str] = {}
        by_name: dict[str, list[str]] = defaultdict(list)
        for key, name, value in choices:
            by_key[key] = value
            by_name[folded(name)].append(value)
        return cls(by_key, by_name)

    def find(self, key: str, cell: Cell) -> Sequence[str]:
        """The value with that key, or those with the cell's name."""
        return [self.by_key[key]] if key in self.by_key else self.by_name.get(folded(cell), ())


def _key(cell: Cell) -> str:
    """The number at the end of what the template's lists have, or the whole cell."""
    return folded(cell).rpartition("|")[2].strip()


def _lot(cell: Cell, where: str) -> str:
    """The lot as it stands; one that would be right in half width and capitals is offered so."""
    text = text_of(cell)
    try:
        return check_lot(text, where)
    except InvalidInputError as error:
        likely = folded(text).upper().replace(" ", "")
        try:
            check_lot(likely, where)
        except InvalidInputError:
            raise error from None
        fault = error.faults[0]
        offered = f"如果是 {likely}，请按此填写", f"If it is {likely}, give it so"
        raise invalid(where, fault.reason_zh, fault.reason_en, *offered) from None


def _second_heading(place: int) -> Remark:
    return Remark(f"第 {place + 1} 行又是表头，没有读", f"row {place + 1} has the headings again and was not read")


def _remarks(sheet: Sheet, head: int, columns: Mapping[Column, int]) -> Iterable[Remark]:
    """What is said once of the whole sheet."""
    if sheet.name != SHEET_NAME:
        yield Remark(f"读的是工作表“{shown(sheet.name)}”", f"the sheet “{shown(sheet.name)}” was read")
    at = set(columns.values())
    others = [shown(cell) for place, cell in enumerate(sheet.rows[head]) if place not in at and text_of(cell)]
    if others:
        listed = "、".join(others[:10])
        yield Remark(f"没有读这些列：{listed}", f"these columns were not read: {', '.join(others[:10])}")
    formulas = sum(1 for row, column in sheet.formulas if row > head and column in at)
    if formulas:
        yield Remark(
            f"有 {formulas:,} 个单元格是公式，只读了保存时的结果",
            f"{formulas:,} cells have formulas; what they came to when the file was saved was read",
        )


def _only(found: Sequence[str], where: str, cell: Cell, kind: tuple[str, str], better: tuple[str, str]) -> str:
    """The one value that was found. Raises InvalidInputError, naming what kind of thing it is and what to give."""
    if len(found) == 1:
        return found[0]
    (kind_zh, kind_en), (better_zh, better_en) = kind, better
    if found:
        reason = f"有 {len(found)} 个{kind_zh}叫“{shown(cell)}”", f"more than one {kind_en} is called “{shown(cell)}”"
    else:
        reason = f"没有{kind_zh}“{shown(cell)}”", f"there is no {kind_en} “{shown(cell)}”"
    raise invalid(
        where,
        *reason,
        f"请从下拉列表中选择，或填写{better_zh}",
        f"Choose from the drop-down list, or give {better_en}",
    )


def _no_sheet(names: Sequence[str]) -> InvalidInputError:
    seen = "、".join(shown(name) for name in names[:10]) or "无"
    return _refused(
        f"没有名为“{SHEET_NAME}”的工作表（有：{seen}）",
        f"there is no sheet named “{SHEET_NAME}” (there are: {seen})",
        f"请使用下载的模板，或把要登记的工作表改名为“{SHEET_NAME}”",
        f"Use the template, or rename the sheet to register to “{SHEET_NAME}”",
    )


def _missing(headings: Sequence[str]) -> InvalidInputError:
    listed = "、".join(headings)
    return _refused(
        f"缺少这些列：{listed}",
        f"these columns are missing: {listed}",
        "请使用下载的模板，表头不要改动",
        "Use the template and leave its headings as they are",
    )


def _too_many() -> InvalidInputError:
    return _refused(
        f"超过 {MOST_ROWS:,} 行",
        f"it has more than {MOST_ROWS:,} rows",
        "请分成几个文件上传",
        "Upload it in several files",
    )


def _refused(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> InvalidInputError:
    return invalid("file", reason_zh, reason_en, remedy_zh, remedy_en)
