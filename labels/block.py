"""Laying out a block of rows: the captions and values of a label, as many lines as they need in the room there is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from labels.errors import Checked, Fault, TemplateError
from labels.face import Face, Faces, Style, require_glyphs
from labels.geometry import ASCENT, DESCENT
from labels.placed import PlacedText
from labels.template import LinesField, Row
from labels.text import Fit, fit_line, least_size, wrap

_STEPS: Final = 8
_INLINE_GAP: Final = 0.3  # em between a caption and its value
_COLUMN_GAP: Final = 0.3
_CELL_GAP: Final = 0.6

Texts = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the block: what stands on it, at `y_mm` 0, and how high it is."""

    field: str
    size_mm: float
    texts: tuple[PlacedText, ...]


def lay_block(block: LinesField, field: str, texts: Texts, faces: Faces) -> tuple[PlacedText, ...]:
    """The block's texts in their places, at the largest size and leading that fit; `TemplateError` when none does."""
    _require_glyphs(block, field, texts, faces)
    lines: list[_Line] = []
    for step in range(_STEPS + 1):
        size = block.size_mm - (block.size_mm - block.least_mm) * step / _STEPS
        lines = list(_Setter(block, field, texts, faces, size).lines())
        leading = _leading(block, lines)
        if leading >= block.least_leading:
            return tuple(_stack(block, lines, leading))
    raise TemplateError([_too_much(field, lines, block)])


def _require_glyphs(block: LinesField, field: str, texts: Texts, faces: Faces) -> None:
    """`FontError` with every character of the block that the font does not draw."""
    checked = Checked()
    for number, row in enumerate(block.rows):
        said = "".join(cell.caption + (texts[cell.key] or "") for cell in row.cells if texts[cell.key])
        checked.take(partial(require_glyphs, faces[Style.TEXT], said, f"{field}/rows/{number}"))
    checked.settle()


def _leading(block: LinesField, lines: list[_Line]) -> float:
    """How far lines may be apart, in their size: the block's wish, or less."""
    if len(lines) < 2:
        return block.leading
    room = block.height_mm - ASCENT * lines[0].size_mm - DESCENT * lines[-1].size_mm
    return min(block.leading, room / sum(line.size_mm for line in lines[1:]))


def _stack(block: LinesField, lines: list[_Line], leading: float) -> Iterator[PlacedText]:
    """The lines one under the other."""
    baseline = block.y_mm
    for number, line in enumerate(lines):
        baseline += line.size_mm * (leading if number else ASCENT)
        yield from (replace(text, y_mm=baseline) for text in line.texts)


class _Setter:
    """Sets the rows of a block at one size."""

    def __init__(self, block: LinesField, field: str, texts: Texts, faces: Faces, size_mm: float) -> None:
        self._block, self._field, self._texts, self._size_mm = block, field, texts, size_mm
        self._face: Face = faces[Style.TEXT]

    def lines(self) -> Iterator[_Line]:
        """The lines of all rows that have a value."""
        for number, row in enumerate(self._block.rows):
            field = f"{self._field}/rows/{number}"
            cells = self._cells(row)
            if cells:
                yield from self._row(field, cells)

    def _cells(self, row: Row) -> list[tuple[str, str]]:
        """Caption and value of the row's cells that have a value."""
        return [(cell.caption, text) for cell in row.cells if (text := self._texts[cell.key])]

    def _row(self, field: str, cells: list[tuple[str, str]]) -> Iterator[_Line]:
        """The cells on one line if they fit, else each on lines of its own."""
        if len(cells) > 1:
            line = self._side_by_side(field, cells)
            if line is not None:
                yield line
                return
        for caption, value in cells:
            yield from self._alone(field, caption, value)

    def _side_by_side(self, field: str, cells: list[tuple[str, str]]) -> _Line | None:
        """Cells one after the other, the last one ending at the right edge; None when they are too wide."""
        size = max(self._size(caption + value) for caption, value in cells)
        starts = [self._caption_width(caption, size, first=not n) for n, (caption, _) in enumerate(cells)]
        natural = [self._face.width(value) * size for _, value in cells]
        room = self._block.width_mm - sum(starts) - _CELL_GAP * size * (len(cells) - 1)
        fits = [
            fit_line(self._face, v, size, w * room / sum(natural)) for (_, v), w in zip(cells, natural, strict=True)
        ]
        placed: list[PlacedText] = []
        at = self._block.x_mm
        for number, ((caption, _), start, fit) in enumerate(zip(cells, starts, fits, strict=True)):
            if fit is None:
                return None
            if number == len(cells) - 1:
                at = self._block.x_mm + self._block.width_mm - start - fit.width_mm
            placed += self._caption(caption, at, size, first=not number)
            placed.append(self._text(fit, at + start))
            at += start + fit.width_mm + _CELL_GAP * size
        return _Line(field, size, tuple(placed))

    def _alone(self, field: str, caption: str, value: str) -> Iterator[_Line]:
        """One cell, its value running on under itself."""
        size = self._size(caption + value)
        start = self._caption_width(caption, size, first=True)
        room = self._block.width_mm - start
        fit = fit_line(self._face, value, size, room)
        fits = [fit] if fit is not None else wrap(self._face, value, size, room)
        if fits is None:
            raise TemplateError([_too_wide(field, value, room)])
        for number, part in enumerate(fits):
            placed = [self._text(part, self._block.x_mm + start)]
            if not number:
                placed = [*self._caption(caption, self._block.x_mm, size, first=True), *placed]
            yield _Line(field, size, tuple(placed))

    def _size(self, text: str) -> float:
        """The size of this pass, but never so small that the law's height is missed."""
        return max(self._size_mm, least_size(self._face, text))

    def _caption_width(self, caption: str, size: float, *, first: bool) -> float:
        """From the start of a cell to its value."""
        if first and self._block.caption_mm:
            return self._block.caption_mm + _COLUMN_GAP * size
        return self._face.width(caption) * self._caption_size(size) + _INLINE_GAP * size if caption else 0.0

    def _caption(self, caption: str, x_mm: float, size: float, *, first: bool) -> list[PlacedText]:
        """The caption, spread over its column if there is one."""
        if not caption:
            return []
        caption_size = self._caption_size(size)
        spacing = 0.0
        if first and self._block.caption_mm and len(caption) > 1:
            spacing = (self._block.caption_mm - self._face.width(caption) * caption_size) / (len(caption) - 1)
        return [PlacedText(Style.TEXT, caption, x_mm, 0.0, caption_size, spacing_mm=spacing)]

    def _caption_size(self, size: float) -> float:
        wanted = self._block.caption_size_mm
        return size if wanted is None else min(size, wanted)

    def _text(self, fit: Fit, x_mm: float) -> PlacedText:
        return PlacedText(Style.TEXT, fit.text, x_mm, 0.0, fit.size_mm, fit.stretch)


def _too_wide(field: str, value: str, room: float) -> Fault:
    return Fault(
        field,
        f"“{value}”在 {room:.1f} mm 内排不下",
        f"“{value}” does not fit in {room:.1f} mm",
        "缩短文字，或选用更大的标签",
        "shorten the text, or choose a larger label",
    )


def _too_much(field: str, lines: list[_Line], block: LinesField) -> Fault:
    needed = (ASCENT + DESCENT) * lines[0].size_mm + sum(line.size_mm for line in lines[1:]) * block.least_leading
    return Fault(
        lines[-1].field or field,
        f"{len(lines)} 行文字至少要 {needed:.1f} mm 高，只有 {block.height_mm:.1f} mm",
        f"{len(lines)} lines of text need {needed:.1f} mm, there are {block.height_mm:.1f} mm",
        "缩短文字，将部分项目印在包装上，或选用更大的标签",
        "shorten the texts, leave some to the package, or choose a larger label",
    )
