"""Fonts that texts can be measured with: a face of a font file, or a stand-in where there is none.

fontTools is imported where a font is read, because processes that only answer read none.
"""

import gc
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from labels.advances import Advances
from labels.errors import Fault, FontError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont


Taken = TypeVar("Taken")
# One font is read at a time: each takes its room and a second, and what waits may find that it was read.
_READING = RLock()
# What a pen of fontTools is told: its methods' names with their points.
Outline = list[tuple[str, tuple[Any, ...]]]


class Style(StrEnum):
    """What a text is for; each style has its own list of fonts."""

    TEXT = "text"
    BOLD = "bold"
    SONG = "song"
    CODE = "code"


# OS/2 fsType: bit 1 forbids embedding, bit 9 allows bitmaps only (OpenType 1.9, OS/2).
NO_EMBEDDING = 0x0002 | 0x0200
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
        self._drawn: dict[str, Outline] = {}

    def read(self, take: "Callable[[TTFont], Taken]") -> Taken:
        """What `take` takes from the font, freshly read from its file; `FontError` when the file is none.

        What is taken must not hold the font.
        """
        with _READING:
            try:
                return self._read(take)
            finally:
                # A parsed font is 60 MB of objects in cycles. Nobody holds it any more: it must not wait for the next.
                gc.collect()

    def _read(self, take: "Callable[[TTFont], Taken]") -> Taken:
        from fontTools.ttLib import TTFont, TTLibError

        with _file(self.path) as file:
            try:
                font = TTFont(file, fontNumber=self.face, lazy=True, recalcTimestamp=False)
            except TTLibError as broken:
                raise FontError([_unreadable(self.path)]) from broken
            with font:
                return take(font)

    @cached_property
    def metrics(self) -> "Metrics":
        """What measuring needs."""
        return self.read(lambda font: _metrics(font, self.path.stem))

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

    def outline(self, text: str, spacing: float = 0.0, start: float = 0.0) -> str:
        """A line of text as an SVG path in units of the font, y upwards, from `start` em; `spacing` em follow each
        character."""
        from fontTools.pens.recordingPen import RecordingPen
        from fontTools.pens.svgPathPen import SVGPathPen
        from fontTools.pens.transformPen import TransformPen

        self.draw(text)
        path, pen = SVGPathPen(None), RecordingPen()
        at = start * self.metrics.units
        for character in text:
            pen.value = self._drawn[character]
            pen.replay(TransformPen(path, (1, 0, 0, 1, at, 0)))
            at += (self.advance(character) + spacing) * self.metrics.units
        return str(path.getCommands())

    def draw(self, characters: str) -> None:
        """Keeps the outlines of `characters`; drawing many at once opens the file once."""
        if all(character in self._drawn for character in characters):
            return
        with _READING:
            unknown = {character for character in characters if character not in self._drawn}
            if unknown:  # and nobody drew them meanwhile
                self._drawn.update(self.read(lambda font: _outlines(font, unknown)))


@dataclass(frozen=True, slots=True)
class Metrics:
    """What measuring with a font needs: `advances` in `units`, heights in em. `may_be_embedded` are the
    font's own licence bits."""

    name: str
    units: int
    advances: Advances
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


def _metrics(font: "TTFont", fallback_name: str) -> Metrics:
    glyphs, widths, units = font.getBestCmap() or {}, font["hmtx"], int(font["head"].unitsPerEm)
    return Metrics(
        name=str(font["name"].getDebugName(6) or fallback_name),
        units=units,
        advances=Advances({code: widths[glyph][0] for code, glyph in glyphs.items()}),
        capital_height=_height(font, "H") / units,
        han_height=_height(font, "国") / units,
        may_be_embedded=not (font["OS/2"].fsType & NO_EMBEDDING) if "OS/2" in font else True,
    )


def _outlines(font: "TTFont", characters: set[str]) -> dict[str, Outline]:
    """The outlines alone: the pens that record them hold the font."""
    from fontTools.pens.recordingPen import DecomposingRecordingPen

    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    drawn: dict[str, Outline] = {}
    for character in characters:
        pen = DecomposingRecordingPen(glyphs)
        glyphs[names[ord(character)]].draw(pen)
        drawn[character] = pen.value
    return drawn


def _height(font: "TTFont", character: str) -> float:
    """Of a character's outline in units of the font; 0 when the font does not draw it."""
    from fontTools.pens.boundsPen import BoundsPen

    outlines, names = font.getGlyphSet(), font.getBestCmap() or {}
    if ord(character) not in names:
        return 0.0
    pen = BoundsPen(outlines)
    outlines[names[ord(character)]].draw(pen)
    return float(pen.bounds[3] - pen.bounds[1])


Faces = dict[Style, Face]


def require_glyphs(face: Face, text: str, field: str) -> None:
    """`FontError` naming each character of `text` that would print as an empty box."""
    missing = face.missing(text)
    if missing:
        raise FontError([_no_glyph(face, character, field) for character in missing])


def face_names(path: Path) -> list[str]:
    """The PostScript names of a file's faces."""
    if path.suffix.lower() not in (".ttc", ".otc"):
        return [""]
    from fontTools.ttLib import TTCollection, TTLibError

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
