"""Reading the symbols in a photograph that somebody took of a label, or in a picture that a scanner made of one.

The picture comes from outside, so it is only ever opened as one of three formats, refused by the size that its head
states before a pixel is unpacked, and turned into grey levels of a bounded size that are all the decoder sees.
"""

import io
import threading
from typing import Final

import zxingcpp
from PIL import Image, ImageOps

from labels.errors import Fault, PhotographError
from labels.reader import QR_CODES

FORMATS: Final = ("JPEG", "PNG", "WEBP")
# A telephone's camera at its finest; unpacked it takes at most four bytes a pixel.
MOST_PIXELS: Final = 50_000_000
# What a label fills of a photograph stays readable at this many pixels on the longer side.
LONGEST_SIDE: Final = 3_000
MOST_BYTES: Final = 20_000_000
# Pictures are unpacked one after another: however many come at once, they take the memory of one.
_ONE_AT_A_TIME: Final = threading.Lock()


def texts_in(picture: bytes) -> tuple[str, ...]:
    """What the QR codes of a picture say, each once, in the order in which they were found; empty when none was.

    Raises PhotographError for what is no picture, is damaged, or is too large.
    """
    if len(picture) > MOST_BYTES:
        raise PhotographError([_TOO_MANY_BYTES])
    with _ONE_AT_A_TIME:
        grey = _grey(picture)
        found = zxingcpp.read_barcodes(grey, formats=QR_CODES)
    return tuple(dict.fromkeys(read.text for read in found))


def _grey(picture: bytes) -> Image.Image:
    """The picture upright, in grey levels, at most `LONGEST_SIDE` on its longer side."""
    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
            _require_size(opened)
            opened.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then unpacked at a half, a quarter or an eighth
            upright = ImageOps.exif_transpose(opened)
            flat = Image.new("L", upright.size, 255)
            seen = upright.convert("LA")
            flat.paste(seen.getchannel("L"), mask=seen.getchannel("A"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotographError([_BOMB]) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # whatever Pillow's readers say of a broken file
        raise PhotographError([_NO_PICTURE]) from error
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return flat


def _require_size(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise PhotographError([_too_large(opened.width, opened.height)])


def _too_large(width: int, height: int) -> Fault:
    return Fault(
        "photo",
        f"照片有 {width} × {height} 像素，最多 {MOST_PIXELS // 1_000_000} 百万像素",
        f"the photograph has {width} × {height} pixels, {MOST_PIXELS // 1_000_000} million are read at most",
        "请用手机的普通模式重拍，或改用扫码枪、手输号码",
        "Take it again in the camera's ordinary mode, or use a scanner, or type the code",
    )


_TOO_MANY_BYTES: Final = Fault(
    "photo",
    f"照片超过 {MOST_BYTES // 1_000_000} MB",
    f"the photograph has more than {MOST_BYTES // 1_000_000} MB",
    "请用手机的普通模式重拍，或改用扫码枪、手输号码",
    "Take it again in the camera's ordinary mode, or use a scanner, or type the code",
)
_BOMB: Final = Fault(
    "photo",
    "照片展开后过大",
    "the picture is too large when unpacked",
    "请重拍一张普通照片",
    "Take an ordinary photograph",
)
_NO_PICTURE: Final = Fault(
    "photo",
    "这不是可读的照片（JPEG、PNG 或 WebP）",
    "this is no picture that can be read (JPEG, PNG or WebP)",
    "请重新拍照上传；苹果手机请在“设置—相机—格式”中选“兼容性最佳”",
    "Take it again; on an iPhone choose “Most Compatible” under Settings, Camera, Formats",
)
