"""The file: pages of labels with their shared face, the same bytes for the same labels."""

import io

import numpy as np
import pydyf
from numpy.typing import NDArray

from labels.artwork import Artwork
from labels.design import Design
from labels.pdf.face import ARTWORK, DRAFT_FONT
from labels.pdf.fonts import add_font
from labels.pdf.forms import add_form
from labels.pdf.records import Records
from labels.pdf.units import number, points

Bytes = NDArray[np.uint8]


def write_document(
    design: Design,
    symbols: Bytes,
    typed: Bytes,
    title: str,
    skip: int = 0,
    offset_mm: tuple[float, float] = (0.0, 0.0),
) -> bytes:
    """A PDF of labels with `symbols` (n, size, stride) and `typed` codes (n, 15) of ASCII, in this order.

    `skip` leaves that many places of the first sheet free, for a sheet that was begun before; `offset_mm` moves
    everything right and down, for a printer that is known to be off.
    """
    per_page = design.template.per_page
    begun = skip % per_page
    rows = Records(design, offset_mm).rows(symbols, typed, first_slot=begun)
    starts = range(-begun, len(rows), per_page)
    contents = [rows[max(start, 0) : start + per_page].tobytes() for start in starts]
    return write_pages(design, contents, title, design.template.page_mm)


def write_pages(design: Design, contents: list[bytes], title: str, page_mm: tuple[float, float]) -> bytes:
    """A PDF of pages of that width and height; `contents` are their operators, which may draw the face as `/L`."""
    document = pydyf.PDF()
    document.info["Title"] = pydyf.String(title)
    document.info["Producer"] = pydyf.String("GIMark")
    # Geometry is worth nothing when a reader's print dialogue fits the page to the paper.
    document.catalog["ViewerPreferences"] = "<</PrintScaling /None>>"
    width, height = page_mm
    document.pages["MediaBox"] = pydyf.Array([0, 0, number(points(width)), number(points(height))])
    document.pages["Resources"] = _resources(document, design)
    _add_pages(document, contents)
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()


class _Written(pydyf.Object):  # type: ignore[misc] # pydyf has no types
    """An object whose bytes are known. A roll has two objects a label, too many for pydyf's general writers."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    @property
    def data(self) -> bytes:
        return self._data


def _add_pages(document: pydyf.PDF, contents: list[bytes]) -> None:
    """A page for each content stream; what they share they inherit."""
    kids = []
    parent = document.pages.reference
    for operators in contents:
        content = _Written(b"<</Length %d>>\nstream\n%s\nendstream" % (len(operators), operators))
        document.add_object(content)
        page = _Written(b"<</Type/Page/Parent %s/Contents %s>>" % (parent, content.reference))
        document.add_object(page)
        kids.append(page.reference)
    document.pages["Kids"] = b"[%s]" % b" ".join(kids)
    document.pages["Count"] = len(kids)


def _resources(document: pydyf.PDF, design: Design) -> pydyf.Dictionary:
    """Fonts and the face, which every page inherits."""
    fonts = pydyf.Dictionary({style.value: add_font(document, font).reference for style, font in design.fonts.items()})
    if design.is_draft:
        fonts[DRAFT_FONT.decode("ascii")] = "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"
    face = _face(document, design, fonts)
    return pydyf.Dictionary({"Font": fonts, "XObject": pydyf.Dictionary({"L": face.reference})})


def _face(document: pydyf.PDF, design: Design, fonts: pydyf.Dictionary) -> pydyf.Stream:
    """The fixed part of the label as a form that each label draws."""
    label = design.template.label
    bleed = points(label.bleed_mm)
    resources = pydyf.Dictionary({"Font": fonts})
    if design.artwork is not None:
        mark = _mark(document, design.artwork.artwork)
        resources["XObject"] = pydyf.Dictionary({ARTWORK.decode("ascii"): mark.reference})
    corners = (-bleed, -bleed, points(label.width_mm) + bleed, points(label.height_mm) + bleed)
    box = pydyf.Array([number(corner) for corner in corners])
    extra = {"Type": "/XObject", "Subtype": "/Form", "BBox": box, "Resources": resources}
    form = pydyf.Stream([design.face], extra, compress=True)
    document.add_object(form)
    return form


def _mark(document: pydyf.PDF, artwork: Artwork) -> pydyf.Stream:
    """The mark as a drawing where it is one, else as a picture; either fills the unit square."""
    if artwork.form is not None:
        return add_form(document, artwork.form)
    width, height, rgb = artwork.rgb
    extra = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": width,
        "Height": height,
        "ColorSpace": "/DeviceRGB",
        "BitsPerComponent": 8,
    }
    picture = pydyf.Stream([rgb], extra, compress=True)
    document.add_object(picture)
    return picture
