"""The fields of a template as outlines, each with its name: where things go, while they do not fit yet."""

from html import escape
from typing import Final

from labels.geometry import Box, boxes
from labels.template import Template

_LEAST_SIZE_MM: Final = 1.2
_MOST_SIZE_MM: Final = 2.4


def sketch_svg(template: Template, wrong: frozenset[str] = frozenset()) -> str:
    """The label as SVG in millimetres; the fields in `wrong` (paths, or what lies below them) are red."""
    label = template.label
    width, height = f"{label.width_mm:g}", f"{label.height_mm:g}"
    drawn = "".join(_field(box, _is_wrong(box.field, wrong)) for box in boxes(template))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" role="img"><title>{escape(template.name_zh)}</title>'
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/>'
        f'<rect x="{label.safe_mm:g}" y="{label.safe_mm:g}" width="{max(label.width_mm - 2 * label.safe_mm, 0):g}" '
        f'height="{max(label.height_mm - 2 * label.safe_mm, 0):g}" fill="none" stroke="#999" stroke-width="0.1" '
        f'stroke-dasharray="1"/>{drawn}</svg>'
    )


def _field(box: Box, is_wrong: bool) -> str:
    colour = "#a8321f" if is_wrong else "#1f5c4a"
    size = min(max(0.6 * (box.bottom - box.top), _LEAST_SIZE_MM), _MOST_SIZE_MM)
    return (
        f'<rect x="{box.left:.3f}" y="{box.top:.3f}" width="{box.right - box.left:.3f}" '
        f'height="{box.bottom - box.top:.3f}" fill="{colour}" fill-opacity="0.08" stroke="{colour}" '
        f'stroke-width="0.15"/><text x="{box.left + 0.3:.3f}" y="{box.top + 0.9 * size:.3f}" fill="{colour}" '
        f'font-size="{size:.2f}" font-family="sans-serif">{escape(box.field)}</text>'
    )


def _is_wrong(field: str, wrong: frozenset[str]) -> bool:
    return any(path == field or path.startswith(f"{field}/") for path in wrong)
