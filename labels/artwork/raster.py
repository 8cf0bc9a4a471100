"""A mark as a picture."""

import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from labels.artwork.model import Artwork
from labels.artwork.refusals import refused, too_much
from labels.errors import TemplateError

MOST_ACROSS: Final = 4096
FORMATS: Final = ("PNG", "JPEG", "TIFF")
# What Pillow raises for files that are damaged, cut off, or grow without measure when they are read.
_BROKEN: Final = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def read_raster(content: bytes) -> Artwork:
    """The mark from a PNG, JPEG or TIFF file of one picture, on white; `TemplateError` when it is none of them."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _require_size(image)
            image.load()
            whole = image.convert("RGBA")
    except _BROKEN as broken:
        raise _unreadable() from broken
    paper = Image.new("RGBA", whole.size, "white")
    paper.alpha_composite(whole)
    return Artwork(whole.width, whole.height, to_png(paper.convert("RGB")))


def to_png(picture: Image.Image) -> bytes:
    """The picture as PNG, the same bytes every time."""
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _require_size(image: Image.Image) -> None:
    if image.width * image.height > MOST_ACROSS**2:
        size = f"{image.width}×{image.height}"
        raise too_much(f"{size} 像素，最多 {MOST_ACROSS}×{MOST_ACROSS}", f"{size} pixels, at most {MOST_ACROSS} across")
    if getattr(image, "n_frames", 1) != 1:
        raise TemplateError(_unreadable().faults)


def _unreadable() -> TemplateError:
    return refused(
        "专用标志文件不是可读的单幅 PNG、JPEG 或 TIFF",
        "the mark's file is not a readable PNG, JPEG or TIFF of one picture",
        "请上传国家知识产权局提供的矢量文件（PDF 或 SVG），或由它转出的 PNG",
        "Upload the vector file of the CNIPA (PDF or SVG), or a PNG made from it",
    )
