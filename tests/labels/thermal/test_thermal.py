"""Thermal files are run by small printers of our own, and what comes out is decoded by ZXing."""

import re
from collections.abc import Iterator

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from labels.errors import RowError, TemplateError
from labels.part import PartJob, render_part
from labels.thermal.tspl import render_tspl
from labels.thermal.zpl import render_zpl
from tests.labels.specimens import ROLL_50, ROLL_70, SHEET, codes, design

COUNT = 3


def job(name: str = ROLL_70, dpi: int = 300, **more: object) -> PartJob:
    uris, serials = codes(COUNT)
    return PartJob(design(name, dpi), uris, serials, "26-112", **more)  # type: ignore[arg-type]


def graphic(data: bytes, total: int, stride: int) -> np.ndarray:
    """ASCII hexadecimal with `,` and `:` as ZPL's guide describes them, to (height, width) of 0 and 1."""
    rows: list[bytes] = []
    row = ""
    for sign in data.decode("ascii"):
        if sign == ":":
            rows.append(rows[-1])
        elif sign == ",":
            rows.append(bytes.fromhex(row.ljust(2 * stride, "0")))
            row = ""
        else:
            row += sign
            if len(row) == 2 * stride:
                rows.append(bytes.fromhex(row))
                row = ""
    assert not row
    assert len(rows) * stride == total
    return np.unpackbits(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, stride), axis=1)


def put(paper: np.ndarray, picture: np.ndarray, x: int, y: int) -> None:
    """Black dots are added; what leaves the label is cut off."""
    height, width = (min(n, m - o) for n, m, o in zip(picture.shape, paper.shape, (y, x), strict=True))
    paper[y : y + height, x : x + width] |= picture[:height, :width]


def zebra(content: bytes) -> Iterator[np.ndarray]:
    """What a Zebra prints: stored graphics, graphic fields."""
    stored = {
        name: graphic(data, int(total), int(stride))
        for name, total, stride, data in re.findall(rb"~DG([^,]+),(\d+),(\d+),([0-9A-F,:]+)", content)
    }
    for label in re.findall(rb"\^XA(\^PW.*?)\^XZ", content):
        width, height = (int(found) for found in re.match(rb"\^PW(\d+)\^LL(\d+)", label).groups())  # type: ignore[union-attr]
        paper = np.zeros((height, width), np.uint8)
        for x, y, command in re.findall(rb"\^FO(\d+),(\d+)\^(.*?)\^FS", label):
            if command.startswith(b"XG"):
                picture = stored[command[2:].split(b",")[0]]
            else:
                _, total, _, stride, data = command.split(b",", 4)
                picture = graphic(data, int(total), int(stride))
            put(paper, picture, int(x), int(y))
        yield paper


def tsc(content: bytes, dpi: int) -> Iterator[np.ndarray]:
    """What a TSC prints: a picture that stays until it is cleared, and bitmaps that overwrite it."""
    at = 0
    paper = np.zeros((0, 0), np.uint8)
    while at < len(content):
        end = content.index(b"\r\n", at)
        bitmap = re.match(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,", content[at:])
        if bitmap:
            x, y, stride, height = (int(number) for number in bitmap.groups())
            data = content[at + bitmap.end() :][: stride * height]
            picture = 1 - np.unpackbits(np.frombuffer(data, np.uint8).reshape(height, stride), axis=1)
            paper[y : y + height, x : x + 8 * stride] = picture[:, : paper.shape[1] - x]
            at += bitmap.end() + stride * height + 2
            continue
        line = content[at:end].decode("ascii")
        if line.startswith("SIZE"):
            size = re.fullmatch(r"SIZE ([\d.]+) mm,([\d.]+) mm", line)
            assert size
            width, height = (round(float(side) / 25.4 * dpi) for side in size.groups())
        elif line == "CLS":
            paper = np.zeros((height, width), np.uint8)
        elif line == "PRINT 1":
            yield paper.copy()
        at = end + 2


def decoded(paper: np.ndarray) -> list[bytes]:
    picture = np.ascontiguousarray(np.pad((1 - paper) * 255, 20, constant_values=255).astype(np.uint8))
    return [found.bytes for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


@pytest.mark.parametrize(("name", "dpi"), [(ROLL_70, 203), (ROLL_70, 300), (ROLL_50, 300), (ROLL_50, 600)])
def test_each_printed_label_says_its_own_code(name: str, dpi: int) -> None:
    work = job(name, dpi)
    expected = [[uri.tobytes()] for uri in work.uris]
    assert [decoded(paper) for paper in zebra(render_zpl(work))] == expected
    assert [decoded(paper) for paper in tsc(render_tspl(work), dpi)] == expected


def test_both_print_the_same_dots_and_these_are_the_pdfs() -> None:
    """But for the symbol, which the PDF may place half a dot away."""
    work = job()
    text = slice(round(28 / 25.4 * 300), None)
    zpl, tspl = list(zebra(render_zpl(work))), list(tsc(render_tspl(work), 300))
    with pypdfium2.PdfDocument(render_part(work)) as document:
        pdf = [page.render(scale=300 / 72, grayscale=True).to_numpy().squeeze() < 128 for page in document]
    for one, other, page in zip(zpl, tspl, pdf, strict=True):
        assert (one == other).all()
        page = page[: one.shape[0], : one.shape[1]]
        assert (one[:, text] == page[:, text]).all()
        below = slice(round(27.6 / 25.4 * 300), None)
        assert (one[below, : text.start] == page[below, : text.start]).mean() > 0.99


def test_the_symbols_modules_are_whole_dots() -> None:
    (paper, *_) = zebra(render_zpl(job()))
    laid = design(ROLL_70)
    x, y = (round(edge / 25.4 * 300) for edge in laid.symbol_mm)
    side = 53 * laid.carrier.dots
    symbol = paper[y : y + side, x : x + side]
    assert (symbol == np.kron(symbol[::5, ::5], np.ones((5, 5), np.uint8))).all()


def test_an_offset_moves_everything_and_may_not_move_the_symbol_off_the_label() -> None:
    (plain, *_), (moved, *_) = (zebra(render_zpl(job(offset_mm=offset))) for offset in ((0, 0), (0.5, -0.25)))
    right, down = round(0.5 / 25.4 * 300), round(0.25 / 25.4 * 300)
    assert (moved[:-down, right:] == plain[down:, :-right]).mean() > 0.999
    with pytest.raises(TemplateError, match="offset_mm"):
        render_zpl(job(offset_mm=(-5.0, 0.0)))


def test_a_sheet_is_not_for_a_thermal_printer_and_wrong_rows_are_refused() -> None:
    for render in (render_zpl, render_tspl):
        with pytest.raises(TemplateError, match="热敏"):
            render(job(SHEET, 600))
        uris, serials = codes(2)
        with pytest.raises(RowError):
            render(PartJob(design(ROLL_70), uris, serials[::-1], "x"))


def test_a_file_is_the_same_every_time_and_its_face_is_sent_once() -> None:
    content = render_zpl(job())
    assert content == render_zpl(job())
    assert content.count(b"~DG") == 1
    assert content.count(b"^XGR:GIFACE.GRF") == COUNT
    assert len(render_tspl(job())) < 100_000
