"""The special mark on a label: the operator's licensed artwork, or a placeholder that says it is one.

The artwork is an official sign and is never drawn, shipped or altered by this program: only scaled, in proportion
(CNIPA Measures No. 354, article 7).
"""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, UnidentifiedImageError

from labels.errors import Fault, TemplateError
from labels.face import Faces, Style, require_glyphs
from labels.placed import PlacedCircle, PlacedText
from labels.template import MarkField

_LEAST_DPI: Final = 300
_MOST_PIXELS: Final = 4096 * 4096
_PLACEHOLDER: Final = "示例"
_MEANING: Final = "专用标志"


@dataclass(frozen=True, slots=True)
class Artwork:
    """A raster of the licensed mark: `rgb` has three bytes a pixel, row by row, on white."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class PlacedArtwork:
    """Artwork in its place: top left corner and size in mm, the artwork's own proportions kept."""

    artwork: Artwork
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


def read_artwork(content: bytes) -> Artwork:
    """The licensed mark from a PNG, JPEG or TIFF file; `TemplateError` when it is none of them or far too large."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "TIFF")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise TemplateError([_too_large(image.width, image.height)])
            image.load()
            whole = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as broken:
        raise TemplateError([_unreadable()]) from broken
    paper = Image.new("RGBA", whole.size, "white")
    paper.alpha_composite(whole)
    return Artwork(whole.width, whole.height, paper.convert("RGB").tobytes())


def place_artwork(field: MarkField, artwork: Artwork) -> PlacedArtwork:
    """The largest that fits the field's square; `TemplateError` when it would be printed coarser than 300 dpi."""
    scale = field.diameter_mm / max(artwork.width, artwork.height)
    dpi = 25.4 / scale
    if dpi < _LEAST_DPI:
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


def _unreadable() -> Fault:
    return Fault(
        "mark",
        "专用标志文件不是可读的 PNG、JPEG 或 TIFF",
        "the mark's file is not a readable PNG, JPEG or TIFF",
        "上传从国家知识产权局下载的矢量图所转的 PNG",
        "upload a PNG made from the vector file of the CNIPA",
    )


def _too_large(width: int, height: int) -> Fault:
    return Fault(
        "mark",
        f"专用标志图片过大（{width}×{height}）",
        f"the mark's picture is too large ({width} × {height})",
        "缩小到 4096×4096 像素以内",
        "make it at most 4096 × 4096 pixels",
    )


def _too_coarse(dpi: float) -> Fault:
    return Fault(
        "mark",
        f"专用标志图片印出来只有 {dpi:.0f} dpi，低于 {_LEAST_DPI}",
        f"the mark's picture would be printed at {dpi:.0f} dpi, under {_LEAST_DPI}",
        "上传更大的图片",
        "upload a larger picture",
    )
