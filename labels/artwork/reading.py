"""Reading an uploaded mark, whatever kind of file it is.

What reads PDF and SVG is imported where such a file comes: it is large, and most processes never see one.
"""

from typing import Final

from labels.artwork.model import Artwork
from labels.artwork.raster import read_raster
from labels.artwork.refusals import too_much

MOST_BYTES: Final = 4 * 1024 * 1024
_SVG_STARTS: Final = (b"<?xml", b"<svg", b"<!--", b"<!DOCTYPE")


def read_artwork(content: bytes, picture: bytes | None = None) -> Artwork:
    """The licensed mark from a PDF, SVG, PNG, JPEG or TIFF file of at most 4 MiB.

    `TemplateError` says what keeps it from being taken over unchanged. Files of strangers are best read in a process of
    its own: PDFium is not thread-safe, and a picture may need 150 MB. Of a file that was read before, `picture` is the
    PNG that came of it; PDFium is not asked then.
    """
    if len(content) > MOST_BYTES:
        raise too_much(f"{len(content):,} 字节，最多 {MOST_BYTES:,}", f"{len(content):,} bytes, at most {MOST_BYTES:,}")
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"%PDF-"):
        from labels.artwork.pdf import read_pdf

        return read_pdf(content, picture)
    if start.startswith(_SVG_STARTS):
        from labels.artwork.svg import read_svg

        return read_svg(content, picture)
    return read_raster(content)
