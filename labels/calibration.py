"""The calibration sheet of a template: rulers that say how far a printer is off, and the outline of every label.

Print it at actual size on plain paper, lay it over the label stock, and measure from the paper's edge to the marks: a
mark that stands at 51 mm instead of 50 mm means an offset of one millimetre, to be given back as `offset_mm`.
"""

import io
from collections.abc import Iterator
from typing import Final

import pydyf

from labels.embedding import EmbeddedFont, embed
from labels.face import Faces, Style
from labels.pdf.face import text_operators
from labels.pdf.fonts import add_font
from labels.pdf.units import number, numbers, points
from labels.placed import PlacedText
from labels.template import Template

_HAIRLINE_MM: Final = 0.1
_FIGURE_MM: Final = 1.8
_NOTE_MM: Final = 2.4
# How long a tick is, by what its position can be divided by.
_TICKS: Final = ((10, 3.0), (5, 2.0), (1, 1.2))
_PLACE_MM: Final = 6.0
_RIM_MM: Final = 2.0
_INSIDE_MM: Final = 20.0
_NOTES: Final = (
    "按实际大小打印到普通纸",
    "直尺读数减去刻度，就是",
    "打印机的偏移（毫米）",
    "Ruler minus mark = offset",
)


def calibration_sheet(template: Template, faces: Faces, offset_mm: tuple[float, float] = (0.0, 0.0)) -> bytes:
    """One page in the template's size as a PDF; `offset_mm` moves it, to see whether an offset is right."""
    height = template.page_mm[1]
    texts = list(_texts(template))
    font = embed(faces[Style.TEXT], "".join(text.text for text in texts))
    moved = numbers(points(offset_mm[0]), -points(offset_mm[1]))
    operators = [b"1 0 0 1 %s cm 0 G 0 g %s w" % (moved, number(points(_HAIRLINE_MM)))]
    operators += [_rectangle(x, y, template, height) for x, y in template.corners_mm()]
    operators += [_line(*tick, height) for tick in _ticks(template)]
    operators += [text_operators(text, height, font) for text in texts]
    return _document(template, font, b"\n".join(operators))


def _texts(template: Template) -> Iterator[PlacedText]:
    """The figures of the rulers, the number of each label, and what to do."""
    width, height = template.page_mm
    left, top = _rulers(template)
    for mm in range(10, int(width) - 2, 10):
        if mm > left:
            yield PlacedText(Style.TEXT, str(mm), mm - 0.9, top + 5.2, _FIGURE_MM)
    for mm in range(10, int(height) - 2, 10):
        if mm > top + 6:
            yield PlacedText(Style.TEXT, str(mm), left + 3.5, mm + 0.65, _FIGURE_MM)
    for row, note in enumerate(_NOTES):
        yield PlacedText(Style.TEXT, note, left + 8, top + 9.5 + 3.1 * row, _NOTE_MM)
    if template.sheet is not None:
        for place, (x, y) in enumerate(template.corners_mm(), 1):
            yield PlacedText(Style.TEXT, str(place), x + template.label.width_mm - 10, y + 28, _PLACE_MM)


def _rulers(template: Template) -> tuple[float, float]:
    """Where the rulers run: at the rim of a label from a roll, through the labels of a sheet, away from their edges."""
    return (_RIM_MM, _RIM_MM) if template.sheet is None else (_INSIDE_MM, _INSIDE_MM)


def _ticks(template: Template) -> Iterator[tuple[float, float, float, float]]:
    """The marks of both rulers, each as far from the paper's edge as it says, and the lines they stand on."""
    width, height = template.page_mm
    left, top = _rulers(template)
    yield 0, top, width, top
    yield left, 0, left, height
    for mm in range(1, int(width)):
        yield mm, top, mm, top + _tick(mm)
    for mm in range(1, int(height)):
        yield left, mm, left + _tick(mm), mm


def _tick(mm: int) -> float:
    return next(length for step, length in _TICKS if mm % step == 0)


def _line(x1: float, y1: float, x2: float, y2: float, height: float) -> bytes:
    return b"%s m %s l S" % (numbers(points(x1), points(height - y1)), numbers(points(x2), points(height - y2)))


def _rectangle(x: float, y: float, template: Template, height: float) -> bytes:
    label = template.label
    corner = numbers(points(x), points(height - y - label.height_mm))
    return b"%s %s re S" % (corner, numbers(points(label.width_mm), points(label.height_mm)))


def _document(template: Template, font: EmbeddedFont, operators: bytes) -> bytes:
    document = pydyf.PDF()
    document.catalog["ViewerPreferences"] = "<</PrintScaling /None>>"
    content = pydyf.Stream([operators], compress=True)
    document.add_object(content)
    width, height = template.page_mm
    fonts = pydyf.Dictionary({Style.TEXT.value: add_font(document, font).reference})
    page = {
        "Type": "/Page",
        "Parent": document.pages.reference,
        "MediaBox": pydyf.Array([0, 0, number(points(width)), number(points(height))]),
        "Resources": pydyf.Dictionary({"Font": fonts}),
        "Contents": content.reference,
    }
    document.add_page(pydyf.Dictionary(page))
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()
