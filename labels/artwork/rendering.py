"""Pictures of vector marks, as PDFium paints them."""

import io
from typing import Final

import numpy as np
import pydyf
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from labels.artwork.model import Form
from labels.artwork.raster import to_png
from labels.artwork.refusals import refused
from labels.pdf.forms import add_form
from labels.pdf.units import number

# At 30 mm across this is 867 dpi.
PICTURE_ACROSS: Final = 1024
_BLANK_OVER: Final = 250


def picture_of(form: Form, width: float, height: float) -> bytes:
    """The form on white as PNG, its longer side 1,024 pixels; `TemplateError` when it shows nothing."""
    pixels = rendered(single_page(form, width, height))
    if pixels.min() > _BLANK_OVER:
        raise refused(
            "专用标志文件是空白的",
            "the mark's file shows nothing",
            "请检查文件后重新上传",
            "Look at the file and upload it again",
        )
    return to_png(Image.fromarray(pixels))


def single_page(form: Form, width: float, height: float) -> bytes:
    """A PDF of one page, 1,024 points on its longer side, filled by the form."""
    scale = PICTURE_ACROSS / max(width, height)
    across, up = number(width * scale), number(height * scale)
    document = pydyf.PDF()
    placed = add_form(document, form)
    content = pydyf.Stream([b"%s 0 0 %s 0 0 cm /A Do" % (across, up)])
    document.add_object(content)
    page = {
        "Type": "/Page",
        "Parent": document.pages.reference,
        "MediaBox": pydyf.Array([0, 0, across, up]),
        "Resources": pydyf.Dictionary({"XObject": pydyf.Dictionary({"A": placed.reference})}),
        "Contents": content.reference,
    }
    document.add_page(pydyf.Dictionary(page))
    return written(document)


def written(document: pydyf.PDF) -> bytes:
    """The finished file."""
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()


def rendered(content: bytes) -> NDArray[np.uint8]:
    """(height, width, 3): the first page of a PDF, its longer side 1,024 pixels."""
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        bitmap = page.render(scale=PICTURE_ACROSS / max(page.get_size()), rev_byteorder=True)
        pixels: NDArray[np.uint8] = bitmap.to_numpy()[:, :, :3].copy()
        return pixels
