"""Where the fields of a template lie, and which of them lie where they must not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from labels.errors import Fault, TemplateError
from labels.template import Align, Template, TextField

# How far a line reaches above and below its baseline, in em: Chinese, a Latin g, capitals and digits.
ASCENT: Final = 0.86
DESCENT: Final = 0.14
LATIN_DESCENT: Final = 0.21
CAPITAL_ASCENT: Final = 0.76
_TOLERANCE_MM: Final = 1e-6
# Keys whose values hold no Chinese.
_DIGITS: Final = frozenset({"net_content", "uscc", "host"})


@dataclass(frozen=True, slots=True)
class Box:
    """A named rectangle in mm; the name is the field's path in the template."""

    field: str
    left: float
    top: float
    right: float
    bottom: float

    def lies_within(self, other: "Box") -> bool:
        """Whether no part of it is outside `other`."""
        return (
            self.left >= other.left - _TOLERANCE_MM
            and self.top >= other.top - _TOLERANCE_MM
            and self.right <= other.right + _TOLERANCE_MM
            and self.bottom <= other.bottom + _TOLERANCE_MM
        )

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right - _TOLERANCE_MM
            and other.left < self.right - _TOLERANCE_MM
            and self.top < other.bottom - _TOLERANCE_MM
            and other.top < self.bottom - _TOLERANCE_MM
        )


def require_placed(template: Template) -> None:
    """`TemplateError` with all that is `misplaced`."""
    faults = tuple(misplaced(template))
    if faults:
        raise TemplateError(faults)


def misplaced(template: Template) -> Iterator[Fault]:
    """A fault for each field outside the label's safe area, over the symbol or over another field, and for a grid
    larger than its page."""
    label = template.label
    rim = label.safe_mm
    safe = Box("label", rim, rim, label.width_mm - rim, label.height_mm - rim)
    symbol, *others = boxes(template)
    for box in (symbol, *others):
        if not box.lies_within(safe):
            yield _outside(box, safe)
    for box in others:
        if box.overlaps(symbol):
            yield _over_symbol(box)
    for number, box in enumerate(others):
        for other in others[:number]:
            if box.overlaps(other):
                yield _over_another(box, other)
    yield from _grid(template)


def boxes(template: Template) -> tuple[Box, ...]:
    """The box of every field, the symbol's first."""
    qr, mark, serial = template.qr, template.mark, template.serial
    radius = mark.diameter_mm / 2
    return (
        Box("qr", qr.x_mm, qr.y_mm, qr.x_mm + qr.box_mm, qr.y_mm + qr.box_mm),
        Box("mark", mark.x_mm - radius, mark.y_mm - radius, mark.x_mm + radius, mark.y_mm + radius),
        Box(
            "serial",
            serial.x_mm - serial.width_mm / 2,
            serial.y_mm - CAPITAL_ASCENT * serial.size_mm,
            serial.x_mm + serial.width_mm / 2,
            serial.y_mm,
        ),
        *(_line(f"texts/{i}", text) for i, text in enumerate(template.texts)),
        *(
            Box(f"lines/{i}", block.x_mm, block.y_mm, block.x_mm + block.width_mm, block.y_mm + block.height_mm)
            for i, block in enumerate(template.lines)
        ),
        *(
            Box(
                f"rules/{i}",
                min(rule.x1_mm, rule.x2_mm),
                min(rule.y1_mm, rule.y2_mm),
                max(rule.x1_mm, rule.x2_mm),
                max(rule.y1_mm, rule.y2_mm),
            )
            for i, rule in enumerate(template.rules)
        ),
    )


def start_x(x: float, width: float, align: Align) -> float:
    """The left end of a line of `width` that is anchored at `x`."""
    return {"left": x, "centre": x - width / 2, "right": x - width}[align]


def _line(field: str, text: TextField) -> Box:
    """A line of text; a fixed text or a value in Chinese needs less below than one that may hold a g."""
    left = start_x(text.x_mm, text.width_mm, text.align)
    descent = DESCENT if text.text is not None else LATIN_DESCENT
    return Box(
        field,
        left,
        text.y_mm - CAPITAL_ASCENT * text.size_mm if text.key in _DIGITS else text.y_mm - ASCENT * text.size_mm,
        left + text.width_mm,
        text.y_mm + descent * text.size_mm,
    )


def _grid(template: Template) -> Iterator[Fault]:
    """A fault when the last label of a sheet leaves the page."""
    right, bottom = template.corners_mm()[-1]
    width, height = template.page_mm
    right, bottom = right + template.label.width_mm, bottom + template.label.height_mm
    if right > width + _TOLERANCE_MM or bottom > height + _TOLERANCE_MM:
        yield Fault(
            "sheet",
            f"标签排到 {right:g}×{bottom:g} mm，超出 {width:g}×{height:g} mm 的纸",
            f"the labels reach {right:g} × {bottom:g} mm on a page of {width:g} × {height:g} mm",
            "减少行列或边距",
            "use fewer rows or columns, or smaller margins",
        )


def _outside(box: Box, safe: Box) -> Fault:
    where = f"{box.left:.2f}…{box.right:.2f} × {box.top:.2f}…{box.bottom:.2f} mm"
    room = f"{safe.left:g}…{safe.right:g} × {safe.top:g}…{safe.bottom:g} mm"
    return Fault(
        box.field,
        f"位置 {where} 超出可印区域 {room}（模板四周 {safe.left:g} mm 不印）",
        f"at {where} it leaves the printable area {room}: within {safe.left:g} mm of the edge nothing is printed",
        "移动或缩小该字段",
        "move the field or make it smaller",
    )


def _over_another(box: Box, other: Box) -> Fault:
    return Fault(
        box.field,
        f"与 {other.field} 重叠",
        f"it lies over {other.field}",
        "移开或缩小其中一个",
        "move one of them away or make it smaller",
    )


def _over_symbol(box: Box) -> Fault:
    return Fault(
        box.field,
        "压住了二维码或其空白区",
        "it lies over the symbol or its quiet zone",
        "移开该字段",
        "move the field away",
    )
