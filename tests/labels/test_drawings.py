"""Single labels and symbols for screens and designers, and the calibration sheet."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from labels.artwork.reading import read_artwork
from labels.calibration import calibration_sheet
from labels.errors import TemplateError
from labels.face import DraftFace, Style
from labels.layout import lay_out
from labels.mark import place_artwork
from labels.preview import label_svg
from labels.symbol import symbol_modules, symbol_path
from tests.labels.specimens import ROLL_50, ROLL_70, SHEET, URI_LENGTH, VALUES, codes, faces, layout, template

SVG = "{http://www.w3.org/2000/svg}"
URI = codes(1)[0][0].tobytes()


def parsed(drawing: str) -> ET.Element:
    """Our own drawing, so no entity of a stranger is in it."""
    return ET.fromstring(drawing)  # noqa: S314


def painted(path: str, size: int) -> np.ndarray:
    """The modules that a path of rectangles covers."""
    modules = np.zeros((size, size), np.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        modules[int(y), int(x) : int(x) + int(length)] = 1
    return modules


def test_the_symbols_path_covers_its_dark_modules_and_no_others() -> None:
    modules = symbol_modules(URI)
    assert modules.shape == (53, 53)
    assert (painted(symbol_path(modules), 53) == modules).all()


@pytest.mark.parametrize("name", [ROLL_50, ROLL_70, SHEET])
def test_a_preview_needs_no_font_and_holds_the_symbol_at_its_place(name: str) -> None:
    laid = layout(name)
    root = parsed(label_svg(laid, faces(), URI, "38GP-ERNQ-BQTSA"))
    assert root.get("width") == f"{laid.template.label.width_mm:g}mm"
    assert not root.findall(f"{SVG}text")
    assert root.findtext(f"{SVG}title") == "38GP-ERNQ-BQTSA"
    outlines = [path for path in root.findall(f"{SVG}path") if "matrix" in path.get("transform", "")]
    assert len(outlines) == len(laid.texts) + 1
    assert all(len(path.get("d", "")) > 20 for path in outlines)
    (symbol,) = (path for path in root.findall(f"{SVG}path") if path.get("shape-rendering"))
    assert symbol.get("transform", "").startswith(f"translate({laid.symbol_mm[0]:.5f}")
    assert (painted(symbol.get("d", ""), 53) == symbol_modules(URI)).all()


def test_a_draft_preview_escapes_its_text() -> None:
    bare = dict.fromkeys(Style, DraftFace())
    laid = lay_out(template(ROLL_70), VALUES, URI_LENGTH, 300, bare)
    assert laid.is_draft
    assert "<text" in label_svg(laid, bare, URI, "38GP-<RNQ-BQTSA")
    assert "38GP-&lt;RNQ" in label_svg(laid, bare, URI, "38GP-<RNQ-BQTSA")


@pytest.mark.parametrize("name", [ROLL_50, ROLL_70, SHEET])
def test_the_rulers_of_the_calibration_sheet_are_true(name: str) -> None:
    content = calibration_sheet(template(name), faces())
    with pypdfium2.PdfDocument(content) as document:
        page = document[0].render(scale=600 / 72, grayscale=True).to_numpy().squeeze()
    top = 20.0 if name == SHEET else 2.0
    row = page[round((top + 2.5) / 25.4 * 600)] < 128
    ticks = np.flatnonzero(row[1:] & ~row[:-1]) / 600 * 25.4
    for mm in (30, 40):
        assert np.abs(ticks - mm).min() < 0.1
    assert np.abs(ticks - 33).min() > 0.5  # a single millimetre's tick is shorter


def test_an_offset_moves_the_calibration_sheet_too() -> None:
    plain, moved = (calibration_sheet(template(ROLL_70), faces(), offset) for offset in ((0, 0), (1, 0)))
    assert len(plain) == pytest.approx(len(moved), abs=10)
    assert plain != moved


def test_artwork_that_is_no_picture_or_too_coarse_is_refused() -> None:
    with pytest.raises(TemplateError, match="PNG"):
        read_artwork(b"no picture")
    file = io.BytesIO()
    Image.new("L", (90, 90)).save(file, "PNG")
    with pytest.raises(TemplateError, match="dpi"):
        place_artwork(template(ROLL_70).mark, read_artwork(file.getvalue()))
    huge = io.BytesIO()
    Image.new("1", (5000, 5000)).save(huge, "PNG")
    with pytest.raises(TemplateError, match="5000"):
        read_artwork(huge.getvalue())


def test_transparent_artwork_stands_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    assert set(read_artwork(file.getvalue()).rgb[2]) == {255}
