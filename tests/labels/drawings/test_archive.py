"""Labels as single files: each says its own code, and an archive that does not is never released."""

import io
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from labels.drawings.archive import png_pieces, svg_pieces
from labels.drawings.proof import prove_png, prove_svg
from labels.drawings.svg import Drawing, make_drawing
from labels.errors import ProofError, RowError
from labels.part import PartJob
from labels.thermal.paper import zpl_labels
from labels.thermal.zpl import render_zpl
from tests.labels.specimens import ROLL_50, ROLL_70, SHEET, codes, design, faces, layout

COUNT = 3
Pieces = Callable[[PartJob], Iterator[bytes]]


@cache
def drawing(name: str) -> Drawing:
    return make_drawing(layout(name), faces())


def job(name: str = ROLL_70, count: int = COUNT, dpi: int = 300) -> PartJob:
    uris, serials = codes(count)
    return PartJob(design(name, dpi), uris, serials, "26-112")


def svgs(work: PartJob) -> Iterator[bytes]:
    return svg_pieces(work, drawing(work.design.template.id))


BOTH = pytest.mark.parametrize(("pieces", "prove"), [(svgs, prove_svg), (png_pieces, prove_png)], ids=["svg", "png"])


def archive(pieces: Pieces, work: PartJob) -> bytes:
    return b"".join(pieces(work))


@BOTH
@pytest.mark.parametrize("name", [ROLL_50, ROLL_70, SHEET])
def test_each_label_is_a_file_named_by_its_code_and_read_back(
    pieces: Pieces, prove: Callable[..., int], name: str
) -> None:
    work = job(name)
    content = archive(pieces, work)
    assert prove(io.BytesIO(content), work.uris, work.serials, range(COUNT)) == COUNT
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        first = opened.namelist()[0]
    assert first[:21] == f"00001-{typed(work, 0)}"


def typed(work: PartJob, number: int) -> str:
    serial = work.serials[number].tobytes().decode()
    return f"{serial[:4]}-{serial[4:8]}-{serial[8:]}"


@pytest.mark.parametrize(("name", "dpi"), [(ROLL_70, 203), (ROLL_50, 300), (SHEET, 300), (ROLL_50, 600)])
def test_a_picture_has_one_bit_a_dot_of_its_printer_and_is_decoded_from_the_whole_label(name: str, dpi: int) -> None:
    work = job(name, dpi=dpi)
    size = work.design.template.label
    with zipfile.ZipFile(io.BytesIO(archive(png_pieces, work))) as opened:
        for number, entry in enumerate(opened.namelist()):
            picture = Image.open(io.BytesIO(opened.read(entry)))
            assert picture.mode == "1"
            assert picture.size == (round(size.width_mm / 25.4 * dpi), round(size.height_mm / 25.4 * dpi))
            assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
            found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
            assert [symbol.bytes for symbol in found] == [work.uris[number].tobytes()]


def test_a_picture_is_what_a_thermal_printer_prints() -> None:
    work = job(ROLL_50)
    printed = list(zpl_labels(io.BytesIO(render_zpl(work)), range(COUNT)))
    with zipfile.ZipFile(io.BytesIO(archive(png_pieces, work))) as opened:
        for paper, entry in zip(printed, opened.namelist(), strict=True):
            picture = np.array(Image.open(io.BytesIO(opened.read(entry))))
            assert paper is not None
            assert (picture == (paper == 0)).all()


@BOTH
def test_an_archive_is_the_same_every_time(pieces: Pieces, prove: Callable[..., int]) -> None:
    del prove
    assert archive(pieces, job()) == archive(pieces, job())


@BOTH
def test_codes_of_another_stretch_in_another_order_or_one_too_many_are_found(
    pieces: Pieces, prove: Callable[..., int]
) -> None:
    work = job()
    content = archive(pieces, work)
    other, serials = codes(COUNT, seed=2)
    for wrong in (
        (other, work.serials),
        (work.uris[::-1], work.serials),
        (work.uris, serials),
        (work.uris[:-1], work.serials[:-1]),
    ):
        with pytest.raises(ProofError):
            prove(io.BytesIO(content), *wrong, range(len(wrong[0])))


@BOTH
def test_an_archive_that_is_cut_off_or_damaged_never_passes(pieces: Pieces, prove: Callable[..., int]) -> None:
    work = job()
    content = archive(pieces, work)
    for length in (0, 10, len(content) // 2, len(content) - 1):
        with pytest.raises(ProofError):
            prove(io.BytesIO(content[:length]), work.uris, work.serials, range(COUNT))
    spoilt = bytearray(content)
    spoilt[len(content) // 2] ^= 0xFF
    with pytest.raises(ProofError):
        prove(io.BytesIO(bytes(spoilt)), work.uris, work.serials, range(COUNT))


@BOTH
def test_wrong_rows_are_refused_before_the_first_piece(pieces: Pieces, prove: Callable[..., int]) -> None:
    del prove
    uris, serials = codes(2)
    with pytest.raises(RowError):
        pieces(PartJob(design(ROLL_70), uris, serials[::-1], "x"))


@BOTH
def test_labels_leave_one_by_one(pieces: Pieces, prove: Callable[..., int]) -> None:
    del prove
    found = [len(piece) for piece in pieces(job(ROLL_50, 8))]
    assert len(found) == 8 + 1  # the archive's directory comes last
    assert max(found) < 2 * min(found[:-1])
