"""Finding the fonts of a label and embedding what it uses of them.

A label file carries its glyphs with it, so that a print house needs no font of ours. The operator may name one font
file; else the systems' own Chinese fonts are tried in order. Where there is none, `DraftFace` lays a label out with an
un-embedded font, and everything made with it is a draft.
"""

import gc
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Protocol

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTCollection, TTFont, TTLibError

from labels.errors import Fault, FontError


class Style(StrEnum):
    """What a text is for; each style has its own list of fonts."""

    TEXT = "text"
    BOLD = "bold"
    SONG = "song"
    CODE = "code"


_LINUX = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
)
_WINDOWS = ("C:/Windows/Fonts",)
_MACOS = ("/System/Library/Fonts", "/System/Library/Fonts/Supplemental")
# (folders, file, PostScript name of the face): Debian, Arch, Fedora; Windows; macOS.
_KNOWN: dict[Style, tuple[tuple[tuple[str, ...], str, str], ...]] = {
    Style.TEXT: (
        (_LINUX, "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular"),
        (_WINDOWS, "msyh.ttc", "MicrosoftYaHei"),
        (_WINDOWS, "simhei.ttf", "SimHei"),
        (_MACOS, "PingFang.ttc", "PingFangSC-Regular"),
        (_MACOS, "STHeiti Light.ttc", "STHeitiSC-Light"),
    ),
    Style.BOLD: (
        (_LINUX, "NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold"),
        (_WINDOWS, "msyhbd.ttc", "MicrosoftYaHei-Bold"),
        (_MACOS, "PingFang.ttc", "PingFangSC-Semibold"),
        (_MACOS, "STHeiti Medium.ttc", "STHeitiSC-Medium"),
    ),
    Style.SONG: (
        (_LINUX, "NotoSerifCJK-Bold.ttc", "NotoSerifCJKsc-Bold"),
        (_WINDOWS, "simsun.ttc", "SimSun"),
        (_MACOS, "Songti.ttc", "STSongti-SC-Bold"),
    ),
    Style.CODE: (
        (_LINUX, "NotoSansCJK-Bold.ttc", "NotoSansMonoCJKsc-Bold"),
        (_WINDOWS, "consolab.ttf", "Consolas-Bold"),
        (_MACOS, "Menlo.ttc", "Menlo-Bold"),
    ),
}

# OS/2 fsType: bit 1 forbids embedding, bit 9 allows bitmaps only (OpenType 1.9, OS/2).
_NO_EMBEDDING = 0x0002 | 0x0200
_DRAFT_WIDE = frozenset("WFA")


class Face(Protocol):
    """A font that texts can be measured with. Lengths are in em, the font's size."""

    @property
    def name(self) -> str:
        """The PostScript name."""
        ...

    @property
    def is_draft(self) -> bool:
        """Whether files made with it cannot carry it."""
        ...

    @property
    def capital_height(self) -> float:
        """Height of a capital letter; a digit has the same."""
        ...

    @property
    def han_height(self) -> float:
        """Height of a Chinese character."""
        ...

    def width(self, text: str) -> float:
        """How wide `text` is; every character of it must be drawn by the font."""
        ...

    def missing(self, text: str) -> list[str]:
        """The characters of `text` that the font does not draw."""
        ...


class FontFace:
    """One face of a font file. The file is open only while it is read: what measuring needs is kept, outlines of
    characters are kept once they were drawn."""

    is_draft = False

    def __init__(self, path: Path, face: int = 0) -> None:
        self.path, self.face = path, face
        self._drawn: dict[str, RecordingPen] = {}

    @contextmanager
    def opened(self) -> Iterator[TTFont]:
        """The font, freshly read from its file; `FontError` when the file is none."""
        with _file(self.path) as file:
            try:
                font = TTFont(file, fontNumber=self.face, lazy=True, recalcTimestamp=False)
            except TTLibError as broken:
                raise FontError([_unreadable(self.path)]) from broken
            try:
                yield font
            finally:
                font.close()
                del font
        # A parsed font is 50 MB of objects in cycles; without this, four of them would wait for the collector.
        gc.collect()

    @cached_property
    def metrics(self) -> "Metrics":
        """What measuring needs."""
        with self.opened() as font:
            return _metrics(font, self.path.stem)

    @property
    def name(self) -> str:
        """The PostScript name."""
        return self.metrics.name

    @property
    def capital_height(self) -> float:
        """Height of a capital letter; a digit has the same."""
        return self.metrics.capital_height

    @property
    def han_height(self) -> float:
        """Height of a Chinese character."""
        return self.metrics.han_height

    def advance(self, character: str) -> float:
        """How far one character moves on."""
        return self.metrics.advances[ord(character)] / self.metrics.units

    def width(self, text: str) -> float:
        """How wide `text` is; every character of it must be drawn by the font."""
        return sum(self.metrics.advances[ord(character)] for character in text) / self.metrics.units

    def missing(self, text: str) -> list[str]:
        """The characters of `text` that the font does not draw."""
        return [character for character in dict.fromkeys(text) if ord(character) not in self.metrics.advances]

    def outline(self, text: str, spacing: float = 0.0) -> str:
        """A line of text as an SVG path in units of the font, y upwards; `spacing` em follow each character."""
        self.draw(text)
        path = SVGPathPen(None)
        at = 0.0
        for character in text:
            self._drawn[character].replay(TransformPen(path, (1, 0, 0, 1, at, 0)))
            at += (self.advance(character) + spacing) * self.metrics.units
        return str(path.getCommands())

    def draw(self, characters: str) -> None:
        """Keeps the outlines of `characters`; drawing many at once opens the file once."""
        unknown = {character for character in characters if character not in self._drawn}
        if not unknown:
            return
        with self.opened() as font:
            glyphs, names = font.getGlyphSet(), font.getBestCmap()
            for character in unknown:
                pen = DecomposingRecordingPen(glyphs)
                glyphs[names[ord(character)]].draw(pen)
                self._drawn[character] = pen


@dataclass(frozen=True, slots=True)
class Metrics:
    """What measuring with a font needs: `advances` in `units` by code point, heights in em. `may_be_embedded` are the
    font's own licence bits."""

    name: str
    units: int
    advances: dict[int, int]
    capital_height: float
    han_height: float
    may_be_embedded: bool


@dataclass(frozen=True, slots=True)
class DraftFace:
    """Stands in where there is no Chinese font: the reader's own Song face, at the widths it usually has."""

    name: str = "STSong-Light"
    is_draft: bool = True
    capital_height: float = 0.68
    han_height: float = 0.88

    def width(self, text: str) -> float:
        """Full width for East Asian characters, half for others."""
        return sum(1.0 if unicodedata.east_asian_width(character) in _DRAFT_WIDE else 0.5 for character in text)

    def missing(self, text: str) -> list[str]:
        """Nobody knows what the reader's font draws."""
        del text
        return []


def _metrics(font: TTFont, fallback_name: str) -> Metrics:
    glyphs, widths, units = font.getBestCmap() or {}, font["hmtx"], int(font["head"].unitsPerEm)
    return Metrics(
        name=str(font["name"].getDebugName(6) or fallback_name),
        units=units,
        advances={code: int(widths[glyph][0]) for code, glyph in glyphs.items()},
        capital_height=_height(font, "H") / units,
        han_height=_height(font, "国") / units,
        may_be_embedded=not (font["OS/2"].fsType & _NO_EMBEDDING) if "OS/2" in font else True,
    )


def _height(font: TTFont, character: str) -> float:
    """Of a character's outline in units of the font; 0 when the font does not draw it."""
    outlines, names = font.getGlyphSet(), font.getBestCmap() or {}
    if ord(character) not in names:
        return 0.0
    pen = BoundsPen(outlines)
    outlines[names[ord(character)]].draw(pen)
    return float(pen.bounds[3] - pen.bounds[1])


Faces = dict[Style, Face]


def find_faces(chosen: Path | None = None) -> Faces:
    """A face for each style: the operator's file if one is named, else the system's, else a draft for all.

    A style without a font of its own takes the bold or the plain one. `FontError` when the file that the operator
    named cannot be read, draws no Chinese, or forbids embedding.
    """
    if chosen is not None:
        face = _chosen(chosen)
        return dict.fromkeys(Style, face)
    found: Faces = {style: known for style in Style if (known := _on_system(style)) is not None}
    if Style.TEXT not in found:
        return dict.fromkeys(Style, DraftFace())
    plain = found[Style.TEXT]
    bold = found.get(Style.BOLD, plain)
    return {
        Style.TEXT: plain,
        Style.BOLD: bold,
        Style.SONG: found.get(Style.SONG, bold),
        Style.CODE: found.get(Style.CODE, bold),
    }


def require_glyphs(face: Face, text: str, field: str) -> None:
    """`FontError` naming each character of `text` that would print as an empty box."""
    missing = face.missing(text)
    if missing:
        raise FontError([_no_glyph(face, character, field) for character in missing])


def _chosen(path: Path) -> FontFace:
    """The operator's font; in a collection the first face for simplified Chinese."""
    face = FontFace(path, _simplified_face(path))
    if face.missing("国0A"):
        raise FontError([_not_chinese(path)])
    if not face.metrics.may_be_embedded:
        raise FontError([_not_embeddable(path)])
    return face


def _on_system(style: Style) -> FontFace | None:
    """The first known face of `style` that is here and may be embedded."""
    for folders, file, name in _KNOWN[style]:
        for folder in folders:
            path = Path(folder) / file
            if path.is_file():
                face = FontFace(path, _face_named(path, name))
                if face.metrics.may_be_embedded:
                    return face
    return None


def _face_named(path: Path, name: str) -> int:
    """The number of the face with that PostScript name, else the first."""
    return next((number for number, found in enumerate(_names(path)) if found == name), 0)


def _simplified_face(path: Path) -> int:
    """The number of the first face whose name says simplified Chinese, else the first."""
    marks = ("cjksc", "-sc", "sc-", "gb", "yahei", "simsun", "simhei")
    return next((n for n, name in enumerate(_names(path)) if any(mark in name.lower() for mark in marks)), 0)


def _names(path: Path) -> Iterable[str]:
    """The PostScript names of a file's faces."""
    if path.suffix.lower() not in (".ttc", ".otc"):
        return [""]
    with _file(path) as file:
        try:
            return [str(font["name"].getDebugName(6)) for font in TTCollection(file, lazy=True).fonts]
        except TTLibError as broken:
            raise FontError([_unreadable(path)]) from broken


def _file(path: Path) -> BinaryIO:
    """The open file; `FontError` when there is none or it may not be read."""
    try:
        return path.open("rb")
    except OSError as broken:
        raise FontError([_unreadable(path)]) from broken


def _no_glyph(face: Face, character: str, field: str) -> Fault:
    named = f"“{character}” (U+{ord(character):04X} {unicodedata.name(character, 'unnamed')})"
    return Fault(
        field,
        f"字体 {face.name} 没有字符 {named}",
        f"font {face.name} does not draw {named}",
        "更换字体文件，或改用其他字",
        "set a font file that has it, or use another character",
    )


def _unreadable(path: Path) -> Fault:
    return Fault(
        "font",
        f"无法读取字体文件 {path.name}",
        f"the font file {path.name} cannot be read",
        "请指定可读的 ttf、otf 或 ttc 文件",
        "name a readable ttf, otf or ttc file",
    )


def _not_chinese(path: Path) -> Fault:
    return Fault(
        "font",
        f"字体文件 {path.name} 不含中文",
        f"the font file {path.name} draws no Chinese",
        "请指定含简体中文的字体文件",
        "name a font file with simplified Chinese",
    )


def _not_embeddable(path: Path) -> Fault:
    return Fault(
        "font",
        f"字体文件 {path.name} 的许可不允许嵌入",
        f"the licence bits of {path.name} forbid embedding",
        "请指定允许嵌入的字体，例如思源黑体",
        "name a font that may be embedded, such as Noto Sans CJK",
    )
