"""A licensed mark is taken over as it is or refused with the reason; what could act or lead elsewhere never is."""

import io
import zlib
from functools import cache

import numpy as np
import pydyf
import pypdfium2
import pytest
from PIL import Image

from labels.artwork import Artwork
from labels.artwork.reading import read_artwork
from labels.artwork.rendering import rendered
from labels.design import Design, make_design
from labels.errors import TemplateError
from labels.layout import Layout, lay_out
from labels.part import PartJob, render_part
from labels.preview import label_svg
from labels.thermal.zpl import render_zpl
from tests.labels.artwork.marks import OPERATORS, SVG, pdf, png, png_bomb, rewritten
from tests.labels.specimens import ROLL_70, URI_LENGTH, VALUES, codes, faces, template
from tests.labels.thermal.test_thermal import zebra


@cache
def vector(kind: str) -> Artwork:
    return read_artwork(pdf() if kind == "pdf" else SVG.encode())


def laid(artwork: Artwork) -> Layout:
    return lay_out(template(ROLL_70), VALUES, URI_LENGTH, 300, faces(), artwork)


def designed(artwork: Artwork) -> Design:
    return make_design(laid(artwork), faces())


def refusal(content: bytes) -> str:
    with pytest.raises(TemplateError) as caught:
        read_artwork(content)
    assert [fault.field for fault in caught.value.faults] == ["mark"]
    return caught.value.faults[0].reason_zh


def svg(inside: str = "", **attributes: str) -> bytes:
    said = "".join(f' {name.replace("_", ":")}="{value}"' for name, value in attributes.items())
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"'
    return f'{head}{said}><rect width="10" height="10"/>{inside}</svg>'.encode()


@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_a_vector_mark_stays_one_on_paper_and_keeps_its_proportions(kind: str) -> None:
    design = designed(vector(kind))
    placed = design.artwork
    assert placed is not None
    assert placed.artwork.is_vector
    assert placed.width_mm / placed.height_mm == pytest.approx(100 / 80)
    assert max(placed.width_mm, placed.height_mm) == pytest.approx(template(ROLL_70).mark.diameter_mm)
    uris, serials = codes(1)
    content = render_part(PartJob(design, uris, serials, "x"))
    assert content == render_part(PartJob(design, uris, serials, "x"))
    with pypdfium2.PdfDocument(content) as document:
        kinds = [found.type for found in document[0].get_objects(max_depth=4)]
    assert kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) == 1  # the symbol's stencil alone is a picture


@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_on_every_output_the_mark_looks_as_in_its_file(kind: str) -> None:
    art = vector(kind)
    whole = np.array(Image.open(io.BytesIO(art.png)).convert("L")) < 128
    assert 0.3 < whole.mean() < 0.9
    design = designed(art)
    assert design.artwork is not None
    uris, serials = codes(1)
    [paper] = zebra(render_zpl(PartJob(design, uris, serials, "x")))
    scale = 300 / 25.4
    x, y = round(design.artwork.x_mm * scale), round(design.artwork.y_mm * scale)
    width, height = round(design.artwork.width_mm * scale), round(design.artwork.height_mm * scale)
    printed = paper[y : y + height, x : x + width]
    shown = np.array(Image.fromarray(whole).resize((width, height)))
    assert (printed.astype(bool) == shown).mean() > 0.95


def test_an_svg_mark_is_paths_in_svg_output_and_a_pdf_mark_a_picture() -> None:
    uri = codes(1)[0][0].tobytes()
    assert "<image" not in label_svg(laid(vector("svg")), faces(), uri, "38GP-ERNQ-BQTSA")
    assert "<image" in label_svg(laid(vector("pdf")), faces(), uri, "38GP-ERNQ-BQTSA")


def test_the_svg_is_painted_as_a_browser_paints_it() -> None:
    picture = np.array(Image.open(io.BytesIO(vector("svg").png)))
    across = picture.shape[1] / 100
    at = {name: tuple(picture[round(y * across), round(x * across)]) for name, (x, y) in _POINTS.items()}
    assert at == {
        "corner": (255, 255, 255),
        "ground": (204, 51, 25),
        "hole": (255, 255, 255),
        "ring": (0, 0, 128),
        "inside the ring": (204, 51, 25),
        "turned triangle": (204, 51, 25),
        "rounded corner": (255, 255, 255),
    }


_POINTS = {
    "corner": (2, 2),
    "ground": (80, 60),
    "hole": (45, 40),
    "ring": (25 + 8, 55),
    "inside the ring": (25, 55),
    "turned triangle": (65, 28),
    "rounded corner": (10.8, 10.8),
}


def test_forms_fonts_and_pictures_inside_a_pdf_come_along() -> None:
    inner = pydyf.Stream(
        [b"0 0.4 0 rg 0 0 50 50 re f"],
        {"Type": "/XObject", "Subtype": "/Form", "BBox": pydyf.Array([0, 0, 50, 50])},
    )
    photo = pydyf.Stream(
        [zlib.compress(bytes([200, 0, 0]) * 4)],
        {
            "Type": "/XObject", "Subtype": "/Image", "Width": 2, "Height": 2, "BitsPerComponent": 8,
            "ColorSpace": "/DeviceRGB", "Filter": "/FlateDecode",
        },
    )  # fmt: skip
    document = pydyf.PDF()
    content = pydyf.Stream([b"q /F1 Do Q q 20 0 0 20 70 50 cm /I1 Do Q"])
    for made in (inner, photo, content):
        document.add_object(made)
    objects = pydyf.Dictionary({"F1": inner.reference, "I1": photo.reference})
    document.add_page(
        pydyf.Dictionary(
            {
                "Type": "/Page", "Parent": document.pages.reference, "MediaBox": pydyf.Array([0, 0, 100, 80]),
                "Contents": content.reference, "Resources": pydyf.Dictionary({"XObject": objects}),
            }
        )
    )  # fmt: skip
    output = io.BytesIO()
    document.write(output)
    picture = np.array(Image.open(io.BytesIO(read_artwork(output.getvalue()).png)))
    assert tuple(picture[-20, 20]) == (0, 102, 0)
    assert tuple(picture[round(20 * 10.24), round(80 * 10.24)]) == (200, 0, 0)
    assert (picture == rendered(output.getvalue())).all()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rewritten(pdf(), password="owner-only"), "密码"),
        (rewritten(pdf(), pages=2), "2 页"),
        (pdf(catalog_Names=b"<</JavaScript <</Names [(a) <</S /JavaScript /JS (a)>>]>> >>"), "脚本"),
        (rewritten(pdf(), attached=True), "附件"),
        (pdf(catalog_OpenAction=pydyf.Dictionary({"S": "/JavaScript", "JS": "(app.alert(1))"})), "脚本"),
        (pdf(catalog_AcroForm=pydyf.Dictionary({"Fields": pydyf.Array([])})), "表单"),
        (pdf(catalog_OCProperties=b"<</D <</OFF [<</Type /OCG>>]>> >>"), "图层"),
        (pdf(Annots=pydyf.Array([b"<</Type /Annot /Subtype /Text /Rect [0 0 9 9]>>"])), "批注"),
        (pdf(AA=pydyf.Dictionary({"O": b"<</S /JavaScript /JS (a)>>"})), "脚本"),
        (pdf(Rotate=90), "旋转"),
        (pdf(b"BT /F 20 Tf 9 9 Td (A) Tj ET", Resources=b"<</Font <</F <</Type /Font /Subtype /Type1 "
             b"/BaseFont /Helvetica>> >> >>"), "轮廓"),
        (pdf(b"% nothing"), "空白"),
        (pdf(OPERATORS, MediaBox=pydyf.Array([0, 0, 0, 0])), "PDF"),
        (pdf()[:200], "PDF"),
        (b"%PDF-1.7 nothing", "PDF"),
    ],
)  # fmt: skip
def test_a_pdf_that_is_more_or_less_than_a_drawing_is_refused(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_a_pdf_that_grows_without_measure_is_refused() -> None:
    assert "过大" in refusal(pdf(OPERATORS + b" " * (17 * 1024 * 1024)))
    assert "过大" in refusal(pdf() + b"%" * (4 * 1024 * 1024))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (svg("<script>alert(1)</script>"), "script"),
        (svg("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>a</p></foreignObject>"), "foreignObject"),
        (svg("<image xlink:href='file:///etc/passwd' width='1' height='1'/>"), "image"),
        (svg("<use xlink:href='http://elsewhere.example/a.svg#a'/>"), "use"),
        (svg("<style>rect{fill:red}</style>"), "style"),
        (svg("<text x='1' y='1'>A</text>"), "text"),
        (svg("<g>A</g>"), "文字"),
        (svg("<linearGradient id='a'/>"), "linearGradient"),
        (svg("<rect width='1' height='1' fill='url(#a)'/>"), "fill"),
        (svg("<rect width='1' height='1' style='fill:url(http://a.example)'/>"), "fill"),
        (svg("<rect width='1' height='1' style='filter:blur(1px)'/>"), "filter"),
        (svg("<rect width='1' height='1' opacity='0.5'/>"), "opacity"),
        (svg("<rect width='1' height='1' clip-path='url(#a)'/>"), "clip-path"),
        (svg("<a xlink:href='http://a.example'><rect width='1' height='1'/></a>"), "a"),
        (svg("<svg width='1' height='1'/>"), "svg"),
        (svg(onload="alert(1)"), "onload"),
        (svg("<rect width='1' height='1' onclick='a()'/>"), "onclick"),
        (svg("<path d='M0 0L5 5 bad'/>"), "d"),
        (svg("<path d='M0 0L5.e1 5'/>"), "d"),
        (svg("<path d='M0 0L1e999 5'/>"), "d"),
        (svg("<path d='L1 1'/>"), "d"),
        (svg("<path d='M0 0L1'/>"), "d"),
        (svg("<rect width='NaN' height='1'/>"), "width"),
        (svg("<rect width='10%' height='1'/>"), "width"),
        (svg("<g transform='perspective(1)'/>"), "transform"),
        (svg("<polygon points='1 1 2'/>"), "points"),
        (svg(preserveAspectRatio="none"), "preserveAspectRatio"),
        (b"<?xml-stylesheet href='http://a.example/a.css'?>" + svg(), "样式表"),
        (b"<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + svg(), "DOCTYPE"),
        (b"<html><body/></html>", "PNG"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'", "SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 0 0'/>", "viewBox"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>", "空白"),
        (svg("<g>" * 60 + "</g>" * 60), "过大"),
        (svg("<g/>" * 6_000), "过大"),
    ],
)  # fmt: skip
def test_an_svg_outside_the_subset_is_refused_by_name(content: bytes, said: str) -> None:
    assert said in refusal(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", png_bomb(30_000), png_bomb(9_000), png(5000, 4000)[:-40], png(4100, 4100, "1")],
)
def test_a_picture_that_is_broken_or_a_bomb_is_refused(content: bytes) -> None:
    assert "PNG" in refusal(content) or "过大" in refusal(content)


def test_a_tiff_of_two_pictures_is_refused() -> None:
    file = io.BytesIO()
    one = Image.new("L", (90, 90))
    one.save(file, "TIFF", save_all=True, append_images=[one])
    assert "单幅" in refusal(file.getvalue())


def test_a_picture_is_printed_no_coarser_than_300_dpi_and_a_drawing_at_any_size() -> None:
    with pytest.raises(TemplateError, match="dpi"):
        laid(read_artwork(png(90, 90)))
    assert laid(read_artwork(png(200, 200))).artwork is not None
    assert laid(read_artwork(svg())).artwork is not None
