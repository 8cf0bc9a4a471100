"""How a printer's own paper is met: places of a begun sheet left free, and everything moved a little."""

from enum import StrEnum
from typing import Final

from labels.errors import Fault, TemplateError
from labels.template import Template

# Further off, the paper lies wrong or another template is meant.
MOST_OFFSET_MM: Final = 10.0


class Output(StrEnum):
    """What labels go to: pages of paper, a thermal printer's roll, or files one by one."""

    PAGES = "pages"
    ROLL = "roll"
    SINGLES = "singles"


def require_adjustment(template: Template, skip: int, offset_mm: tuple[float, float], output: Output) -> None:
    """`TemplateError` for a sheet on a thermal printer, for skipped places that the sheet does not have, and for an
    offset (to the right, down) that would move anything off the paper: a label is printed up to its safe rim. Files
    one by one are for no printer, so nothing of them is skipped or moved.
    """
    faults: list[Fault] = []
    if output is Output.SINGLES:
        if skip or any(offset_mm):
            faults.append(_no_printer())
    else:
        faults += _of_paper(template, skip, offset_mm, output)
    if faults:
        raise TemplateError(faults)


def _of_paper(template: Template, skip: int, offset_mm: tuple[float, float], output: Output) -> list[Fault]:
    faults: list[Fault] = []
    if output is Output.ROLL and template.sheet is not None:
        faults.append(not_a_roll())
    if not 0 <= skip < template.per_page:
        faults.append(_no_such_place(skip, template.per_page))
    if max(map(abs, offset_mm)) > MOST_OFFSET_MM or not _is_on_paper(template, offset_mm):
        faults.append(off_the_label(offset_mm))
    return faults


def _is_on_paper(template: Template, offset_mm: tuple[float, float]) -> bool:
    """Whether what every label of a page has within its rim stays on the paper."""
    label = template.label
    width, height = template.page_mm
    return all(
        x + label.safe_mm + offset_mm[0] >= 0
        and y + label.safe_mm + offset_mm[1] >= 0
        and x + label.width_mm - label.safe_mm + offset_mm[0] <= width
        and y + label.height_mm - label.safe_mm + offset_mm[1] <= height
        for x, y in template.corners_mm()
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
        f"偏移 {offset_mm[0]:g}、{offset_mm[1]:g} mm 使印刷内容超出纸面",
        f"an offset of {offset_mm[0]:g}, {offset_mm[1]:g} mm moves what is printed off the paper",
        "减小偏移",
        "make the offset smaller",
    )


def _no_printer() -> Fault:
    return Fault(
        "offset_mm",
        "逐枚的 SVG、PNG 文件不对着打印机，不跳位也不偏移",
        "SVG and PNG files are for no printer: nothing of them is skipped or moved",
        "跳过的位置和偏移都填 0",
        "give 0 for skipped places and for the offset",
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
