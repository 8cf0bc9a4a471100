"""A label as dots of one printer: the fixed part once, and for each label its symbol and its typed code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from labels.adjustment import not_a_roll, off_the_label
from labels.design import Design
from labels.errors import TemplateError
from labels.face import Style
from labels.layout import SERIAL_ALPHABET
from labels.part import PartJob, encoder_for, require_job
from labels.pdf.document import write_pages
from labels.pdf.face import text_operators
from labels.placed import PlacedText
from labels.rows import typed_codes

Bytes = NDArray[np.uint8]
CHUNK: Final = 256
_CHARACTERS: Final = f"{SERIAL_ALPHABET}-"
_TYPED_LENGTH: Final = 15
_INCH_MM: Final = 25.4
_INCH_POINTS: Final = 72
_DARK: Final = 128


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of dots: its top left corner and its size."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """A design at its printer's resolution. `face` (height, width) is the fixed part, 1 is black; `cells` (33, height,
    width) is the line of the typed code filled with each character, `edges` are where its fifteen cells begin and
    end."""

    width: int
    height: int
    face: Bytes
    symbol: Place
    typed: Place
    cells: Bytes
    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Some labels: packed rows of their symbols (n, modules, bytes), each row to be repeated `dots` times, and of
    their typed codes (n, height, bytes). The first dot is the highest bit, 1 is black."""

    symbols: Bytes
    typed: Bytes
    dots: int


def draw_roll(job: PartJob) -> tuple[Dots, Iterator[Drawn]]:
    """`draw` for a printer that holds a roll; `TemplateError` for a sheet, which no thermal printer prints."""
    if job.design.template.sheet is not None:
        raise TemplateError([not_a_roll()])
    return draw(job)


def draw(job: PartJob) -> tuple[Dots, Iterator[Drawn]]:
    """The part's fixed dots and, chunk by chunk, what differs from label to label. What `render_part` refuses is
    refused here; `TemplateError` for an offset off the label."""
    require_job(job)
    dots = dots_of(job.design, job.offset_mm)
    return dots, _chunks(job, dots)


def dots_of(design: Design, offset_mm: tuple[float, float]) -> Dots:
    """The fixed part of a design, rasterised, and moved right and down by `offset_mm`."""
    scale = design.carrier.dpi / _INCH_MM
    label, typed = design.template.label, design.typed
    width, height = round(label.width_mm * scale), round(label.height_mm * scale)
    pages = _pages(design, width, height)
    face = next(pages)
    moved = tuple(round(by * scale) for by in offset_mm)
    starts = [typed.x_mm + cell * _advance_mm(design) for cell in range(_TYPED_LENGTH + 1)]
    edges = [round(start * scale) for start in starts]
    above = max(round((typed.y_mm - 1.5 * typed.size_mm) * scale), 0)
    cells = np.stack([page[above : round((typed.y_mm + typed.size_mm) * scale)].copy() for page in pages])
    # No higher than its ink: what is printed over the code before must not touch the line below.
    inked = np.flatnonzero(cells.any(axis=(0, 2)))
    top, bottom = above + int(inked[0]), above + int(inked[-1]) + 1
    side = design.carrier.modules * design.carrier.dots
    dots = Dots(
        width=width,
        height=height,
        face=_moved(face, *moved),
        symbol=Place(
            round(design.symbol_mm[0] * scale) + moved[0],
            round(design.symbol_mm[1] * scale) + moved[1],
            side,
            side,
        ),
        typed=Place(edges[0] + moved[0], top + moved[1], edges[-1] - edges[0], bottom - top),
        cells=cells[:, top - above : bottom - above, edges[0] : edges[-1]],
        edges=tuple(edge - edges[0] for edge in edges),
    )
    for place in (dots.symbol, dots.typed):
        if min(place.x, place.y) < 0 or place.x + place.width > width or place.y + place.height > height:
            raise TemplateError([off_the_label(offset_mm)])
    return dots


def _pages(design: Design, width: int, height: int) -> Iterator[Bytes]:
    """The face without symbol and typed code, then the line of the typed code filled with each character."""
    contents = [b"/L Do", *(_line_of(design, character) for character in _CHARACTERS)]
    scale = design.carrier.dpi / _INCH_POINTS
    label = design.template.label
    with pypdfium2.PdfDocument(write_pages(design, contents, "", (label.width_mm, label.height_mm))) as document:
        for page in document:
            picture = page.render(scale=scale, grayscale=True).to_numpy().squeeze()
            yield (picture[:height, :width] < _DARK).astype(np.uint8)


def _line_of(design: Design, character: str) -> bytes:
    """Drawing operators for fifteen times the same character, each in its own cell."""
    place, label = design.typed, design.template.label
    advance = _advance_mm(design)
    texts = [
        text_operators(
            PlacedText(place.style, character, place.x_mm + cell * advance, place.y_mm, place.size_mm, place.stretch),
            label.height_mm,
            design.fonts[Style.CODE],
        )
        for cell in range(_TYPED_LENGTH)
    ]
    return b"\n".join(texts)


def _advance_mm(design: Design) -> float:
    """Width of a cell of the typed code: that of the font's widest character in it."""
    font, place = design.fonts[Style.CODE], design.typed
    widest = max(font.widths[font.codes[character]] for character in _CHARACTERS)
    return widest / 1000 * place.size_mm * place.stretch


def _moved(picture: Bytes, right: int, down: int) -> Bytes:
    """The picture moved, white coming in."""
    height, width = picture.shape
    moved = np.zeros_like(picture)
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = picture[
        max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved


def _chunks(job: PartJob, dots: Dots) -> Iterator[Drawn]:
    """The labels' own dots, `CHUNK` labels at a time, so that memory does not grow with the order."""
    carrier = job.design.carrier
    encoder = encoder_for(carrier.version, carrier.level, job.cache_dir)
    for start in range(0, len(job.uris), CHUNK):
        modules = np.unpackbits(encoder.matrices(job.uris[start : start + CHUNK]), axis=2, count=encoder.size)
        yield Drawn(
            symbols=np.packbits(np.repeat(modules, carrier.dots, axis=2), axis=2),
            typed=np.packbits(_set(typed_codes(job.serials[start : start + CHUNK]), dots), axis=2),
            dots=carrier.dots,
        )


def _set(typed: Bytes, dots: Dots) -> Bytes:
    """Typed codes (n, 15) as (n, height, width) of 0 and 1, put together from the cells."""
    number = np.zeros(128, np.intp)
    number[[ord(character) for character in _CHARACTERS]] = np.arange(len(_CHARACTERS))
    which = number[typed]
    parts = [dots.cells[which[:, cell], :, dots.edges[cell] : dots.edges[cell + 1]] for cell in range(_TYPED_LENGTH)]
    return np.concatenate(parts, axis=2)
