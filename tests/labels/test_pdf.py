"""Finished files: decoded at every resolution by two rasterisers, text that can be read, glyphs that are not blank."""

import io
import pickle
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from labels.artwork.reading import read_artwork
from labels.design import make_design
from labels.errors import CarrierError, RowError
from labels.face import DraftFace, Style
from labels.layout import lay_out
from labels.part import PartJob, render_part
from labels.rows import typed_codes
from tests.labels.specimens import ROLL_50, ROLL_70, SHEET, URI_LENGTH, VALUES, codes, design, faces, template

ALL = (ROLL_50, ROLL_70, SHEET)


def part(name: str, count: int, **more: object) -> tuple[bytes, np.ndarray, np.ndarray]:
    uris, serials = codes(count)
    return render_part(PartJob(design(name), uris, serials, "26-112", **more)), uris, serials  # type: ignore[arg-type]


def decoded(picture: Image.Image) -> set[bytes]:
    return {
        found.bytes
        for found in zxingcpp.read_barcodes(np.array(picture.convert("L")), formats=zxingcpp.BarcodeFormat.QRCode)
    }


def poppler(content: bytes, folder: Path, dpi: int, *options: str) -> list[Image.Image]:
    (folder / "labels.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", str(dpi), *options, "labels.pdf", "page"], cwd=folder, check=True)
    return [Image.open(path) for path in sorted(folder.glob("page*"))]


@pytest.mark.parametrize("colours", ["-gray", "-mono"])
@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("name", ALL)
def test_poppler_draws_symbols_that_zxing_reads(name: str, dpi: int, colours: str, tmp_path: Path) -> None:
    content, uris, _ = part(name, 3)
    found: set[bytes] = set()
    for page in poppler(content, tmp_path, dpi, colours):
        found |= decoded(page)
    assert found == {uri.tobytes() for uri in uris}


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("name", ALL)
def test_pdfium_draws_symbols_that_zxing_reads(name: str, dpi: int) -> None:
    content, uris, _ = part(name, 3)
    found: set[bytes] = set()
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            found |= decoded(page.render(scale=dpi / 72).to_pil())
    assert found == {uri.tobytes() for uri in uris}


def test_a_module_is_exactly_its_printer_dots(tmp_path: Path) -> None:
    """At the printer's own resolution every module is 5 x 5 pixels, none wider or narrower."""
    (page, *_) = poppler(part(ROLL_70, 1)[0], tmp_path, 300, "-mono")
    dark = ~np.array(page, dtype=bool)
    laid = design(ROLL_70)
    dots, size = laid.carrier.dots, laid.carrier.modules
    near = [round(edge / 25.4 * 300) for edge in laid.symbol_mm]
    corner = dark[near[1] - 8 : near[1] + 8, near[0] - 8 : near[0] + 8]
    top, left = (int(np.flatnonzero(corner.any(axis=axis))[0]) for axis in (1, 0))
    symbol = dark[near[1] - 8 + top :, near[0] - 8 + left :][: size * dots, : size * dots]
    modules = symbol[::dots, ::dots]
    assert (symbol == np.kron(modules, np.ones((dots, dots), bool))).all()


@pytest.mark.parametrize("name", ALL)
def test_pypdf_and_poppler_extract_the_text(name: str, tmp_path: Path) -> None:
    content, _, serials = part(name, 2)
    typed = [code.tobytes().decode() for code in typed_codes(serials)]
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    by_pypdf = "".join(page.extract_text() for page in pages)
    (tmp_path / "labels.pdf").write_bytes(content)
    command = ["pdftotext", "-layout", "labels.pdf", "-"]
    by_poppler = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    for text in (*typed, "云溪香菇", VALUES.uscc, "云溪县松雾菌业专业合作社", "SC11699990100013", "示例"):
        assert text in by_pypdf
        assert text in by_poppler


def test_chinese_glyphs_have_ink_where_they_stand(tmp_path: Path) -> None:
    """A font addressed by the wrong numbers prints blanks that no text extraction notices."""
    (page, *_) = poppler(part(ROLL_70, 1)[0], tmp_path, 600, "-gray")
    dark = np.array(page) < 128
    laid = lay_out(template(ROLL_70), VALUES, URI_LENGTH, 300, faces())
    for text in laid.texts:
        if text.spacing_mm:
            continue
        for n, character in enumerate(text.text):
            if character.isspace():
                continue
            before = faces()[text.style].width(text.text[:n]) * text.size_mm * text.stretch
            width = faces()[text.style].width(character) * text.size_mm * text.stretch
            left, right = ((text.x_mm + x) / 25.4 * 600 for x in (before, before + width))
            top, bottom = ((text.y_mm - up * text.size_mm) / 25.4 * 600 for up in (0.86, -0.2))
            ink = dark[round(top) : round(bottom), round(left) : round(right)]
            assert ink.mean() > 0.01, (text.text, character)


def test_the_same_job_gives_the_same_bytes_in_any_process() -> None:
    uris, serials = codes(30)
    job = PartJob(design(SHEET), uris, serials, "26-112", skip=5)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        elsewhere = pool.submit(render_part, job).result()
    assert elsewhere == render_part(job) == render_part(pickle.loads(pickle.dumps(job)))  # noqa: S301
    assert b"/CreationDate" not in elsewhere
    assert b"/ID" not in elsewhere


def test_another_lot_of_an_item_needs_no_other_font() -> None:
    one, other = (
        make_design(lay_out(template(SHEET), replace(VALUES, lot=lot), URI_LENGTH, 300, faces()), faces())
        for lot in ("YX26A1112", "ZQ30-985.47")
    )
    assert one.face != other.face
    assert all(one.fonts[style] is other.fonts[style] for style in one.fonts)


def test_a_begun_sheet_goes_on_at_the_next_place(tmp_path: Path) -> None:
    content, uris, _ = part(SHEET, 20, skip=7)
    pages = poppler(content, tmp_path, 300, "-gray")
    assert len(pages) == 2
    x, y = (round(edge / 25.4 * 300) for edge in template(SHEET).corners_mm()[7])
    first = pages[0].crop((x, y, x + 750, y + 400))
    assert decoded(first) == {uris[0].tobytes()}
    above = pages[0].crop((0, 0, pages[0].width, round(80 / 25.4 * 300)))
    assert np.array(above.convert("L")).min() == 255
    assert decoded(pages[1]) == {uri.tobytes() for uri in uris[17:]}


def test_an_offset_moves_the_print_right_and_down(tmp_path: Path) -> None:
    plain, moved = (
        poppler(part(ROLL_70, 1, offset_mm=offset)[0], _folder(tmp_path, str(offset[0])), 300, "-gray")[0]
        for offset in ((0.0, 0.0), (25.4 / 30, 25.4 / 60))
    )
    assert (np.array(moved)[5:, 10:] == np.array(plain)[:-5, :-10]).mean() > 0.999


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def test_a_draft_carries_no_font_and_says_so_on_its_face() -> None:
    bare = dict.fromkeys(Style, DraftFace())
    laid = lay_out(template(ROLL_70), VALUES, URI_LENGTH, 300, bare)
    draft = make_design(laid, bare)
    assert draft.is_draft
    assert not design(ROLL_70).is_draft
    uris, serials = codes(1)
    content = render_part(PartJob(draft, uris, serials, "26-112"))
    assert b"/FontFile" not in content
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "DRAFT - FONT NOT EMBEDDED" in text
    assert "云溪香菇" in text


def test_the_operators_artwork_replaces_the_placeholder_in_its_own_proportions(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (400, 200), (200, 30, 20, 255)).save(file, "PNG")
    laid = lay_out(template(ROLL_70), VALUES, URI_LENGTH, 300, faces(), read_artwork(file.getvalue()))
    uris, serials = codes(1)
    content = render_part(PartJob(make_design(laid, faces()), uris, serials, "26-112"))
    (page, *_) = poppler(content, tmp_path, 300)
    red = np.abs(np.array(page.convert("RGB")).astype(int) - (200, 30, 20)).max(axis=2) < 5
    height, width = (np.flatnonzero(red.any(axis=axis)).size for axis in (1, 0))
    assert width / height == pytest.approx(2, rel=0.03)
    assert width / 300 * 25.4 == pytest.approx(laid.template.mark.diameter_mm, abs=0.2)
    assert "示例" not in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_a_reader_prints_at_actual_size() -> None:
    reader = pypdf.PdfReader(io.BytesIO(part(SHEET, 1)[0]))
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/PrintScaling"] == "/None"  # type: ignore[index]
    box = reader.pages[0].mediabox
    assert (float(box.width) / 72 * 25.4, float(box.height) / 72 * 25.4) == pytest.approx((210, 297), abs=0.001)


def test_rows_that_do_not_belong_together_are_refused() -> None:
    uris, serials = codes(3)
    wrong = serials.copy()
    wrong[1] = serials[2]
    with pytest.raises(RowError) as refused:
        render_part(PartJob(design(ROLL_70), uris, wrong, "x"))
    assert refused.value.faults[0].field == "uris/1"
    lower = serials.copy()
    lower[2, 0] = ord("o")
    with pytest.raises(RowError) as refused:
        render_part(PartJob(design(ROLL_70), uris, lower, "x"))
    assert refused.value.faults[0].field == "serials/2"
    blank = uris.copy()
    blank[0, 5] = 0x20
    with pytest.raises(RowError, match="uris/0"):
        render_part(PartJob(design(ROLL_70), blank, serials, "x"))


def test_too_many_rows_and_other_lengths_are_refused() -> None:
    uris, serials = codes(1)
    many = PartJob(design(ROLL_70), np.repeat(uris, 10_001, axis=0), np.repeat(serials, 10_001, axis=0), "x")
    with pytest.raises(RowError, match="10000"):
        render_part(many)
    longer = np.concatenate((uris, np.full((1, 30), ord("A"), np.uint8)), axis=1)
    with pytest.raises(CarrierError, match="192"):
        render_part(PartJob(design(ROLL_70), longer, serials, "x"))
