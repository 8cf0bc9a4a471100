"""The special mark on a label: the operator's licensed artwork, or a placeholder that says it is one.

The artwork is an official sign and is never drawn, shipped or altered by this program: only scaled, in proportion
(CNIPA Measures No. 354, article 7).
"""

from dataclasses import dataclass
from typing import Final

from labels.artwork import Artwork
from labels.errors import Fault, TemplateError
from labels.face import Faces, Style, require_glyphs
from labels.placed import PlacedCircle, PlacedText
from labels.template import MarkField

_LEAST_DPI: Final = 300
_PLACEHOLDER: Final = "示例"
_MEANING: Final = "专用标志"


@dataclass(frozen=True, slots=True)
class PlacedArtwork:
    """Artwork in its place: top left corner and size in mm, the artwork's own proportions kept."""

    artwork: Artwork
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


def place_artwork(field: MarkField, artwork: Artwork) -> PlacedArtwork:
    """The largest that fits the field's square; `TemplateError` when a picture would be coarser than 300 dpi."""
    scale = field.diameter_mm / max(artwork.width, artwork.height)
    dpi = 25.4 / scale
    if not artwork.is_vector and dpi < _LEAST_DPI:
        raise TemplateError([_too_coarse(dpi)])
    width, height = artwork.width * scale, artwork.height * scale
    return PlacedArtwork(artwork, field.x_mm - width / 2, field.y_mm - height / 2, width, height)


def placeholder(field: MarkField, faces: Faces) -> tuple[tuple[PlacedCircle, ...], tuple[PlacedText, ...]]:
    """Two rings and the word 示例 (specimen): not the mark, and not like it."""
    radius = field.diameter_mm / 2
    circles = (
        PlacedCircle(field.x_mm, field.y_mm, radius - 0.11, 0.22),
        PlacedCircle(field.x_mm, field.y_mm, 0.86 * radius, 0.14, dash_mm=0.45),
    )
    texts = (
        _centred(faces, Style.BOLD, _PLACEHOLDER, field.x_mm, field.y_mm + 0.17 * radius, 0.66 * radius),
        _centred(faces, Style.TEXT, _MEANING, field.x_mm, field.y_mm + 0.55 * radius, 0.27 * radius),
    )
    return circles, texts


def _centred(faces: Faces, style: Style, text: str, x_mm: float, y_mm: float, size_mm: float) -> PlacedText:
    require_glyphs(faces[style], text, "mark")
    return PlacedText(style, text, x_mm - faces[style].width(text) * size_mm / 2, y_mm, size_mm)


def _too_coarse(dpi: float) -> Fault:
    return Fault(
        "mark",
        f"专用标志图片印出来只有 {dpi:.0f} dpi，低于 {_LEAST_DPI}",
        f"the mark's picture would be printed at {dpi:.0f} dpi, under {_LEAST_DPI}",
        "上传矢量文件（PDF 或 SVG）或更大的图片",
        "upload a vector file (PDF or SVG) or a larger picture",
    )
