"""How a printer's own paper is met: places of a begun sheet left free, and everything moved a little."""

from collections.abc import Iterator
from typing import Final

from labels.errors import Fault, TemplateError
from labels.layout import Layout

# Further off, the paper lies wrong or another template is meant.
MOST_OFFSET_MM: Final = 10.0
Box = tuple[float, float, float, float]


def require_adjustment(layout: Layout, skip: int, offset_mm: tuple[float, float], *, is_thermal: bool) -> None:
    """`TemplateError` for a sheet on a thermal printer, for skipped places that the sheet does not have, and for an
    offset (to the right, down) that moves a symbol or a typed code off the paper.
    """
    template = layout.template
    faults: list[Fault] = []
    if is_thermal and template.sheet is not None:
        faults.append(not_a_roll())
    if not 0 <= skip < template.per_page:
        faults.append(_no_such_place(skip, template.per_page))
    if max(map(abs, offset_mm)) > MOST_OFFSET_MM or not all(
        _is_on_paper(layout, box, offset_mm) for box in _boxes(layout)
    ):
        faults.append(off_the_label(offset_mm))
    if faults:
        raise TemplateError(faults)


def _boxes(layout: Layout) -> Iterator[Box]:
    """What must not leave the paper, from a label's top left corner: left, top, right, bottom."""
    x, y = layout.symbol_mm
    side = layout.carrier.modules * layout.carrier.module_mm
    yield x, y, x + side, y + side
    serial = layout.template.serial
    half = serial.width_mm / 2
    yield serial.x_mm - half, serial.y_mm - serial.size_mm, serial.x_mm + half, serial.y_mm + serial.size_mm / 4


def _is_on_paper(layout: Layout, box: Box, offset_mm: tuple[float, float]) -> bool:
    """Whether the box stays on the paper in every place of a page."""
    left, top, right, bottom = box
    width, height = layout.template.page_mm
    return all(
        x + left + offset_mm[0] >= 0
        and y + top + offset_mm[1] >= 0
        and x + right + offset_mm[0] <= width
        and y + bottom + offset_mm[1] <= height
        for x, y in layout.template.corners_mm()
    )


def not_a_roll() -> Fault:
    """A sheet was to go through a thermal printer."""
    return Fault(
        "template",
        "热敏打印机只能打印卷装标签",
        "a thermal printer prints labels from a roll only",
        "选用卷装模板",
        "choose a template for a roll",
    )


def off_the_label(offset_mm: tuple[float, float]) -> Fault:
    """An offset that leaves too little of the label."""
    return Fault(
        "offset_mm",
        f"偏移 {offset_mm[0]:g}、{offset_mm[1]:g} mm 使二维码超出标签",
        f"an offset of {offset_mm[0]:g}, {offset_mm[1]:g} mm moves the symbol off the label",
        "减小偏移",
        "make the offset smaller",
    )


def _no_such_place(skip: int, per_page: int) -> Fault:
    if per_page == 1:
        return Fault(
            "skip",
            "卷装标签没有可以跳过的位置",
            "a roll has no places to skip",
            "填 0",
            "give 0",
        )
    return Fault(
        "skip",
        f"一张有 {per_page} 个位置，不能跳过 {skip} 个",
        f"a sheet has {per_page} places, {skip} cannot be skipped",
        f"填 0 至 {per_page - 1}",
        f"give 0 to {per_page - 1}",
    )
