"""One part of a print order: values in, bytes out, in any process; the same values give the same bytes.

It touches neither database nor clock, so a pool of processes can make parts side by side, and a part can be made again
after a crash without a byte of difference.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import csv_rows, mint
from gimark.codes.run import RunCodes
from gimark.files.content import StoredFile
from gimark.files.folder import LocalFiles
from gimark.issuance.rules import PrintFormat
from gimark.keys.signer import Signer
from labels.adjustment import Output
from labels.design import Design
from labels.drawings.archive import png_pieces, svg_pieces
from labels.drawings.proof import prove_png, prove_svg
from labels.drawings.svg import Drawing
from labels.part import MOST_LABELS, PartJob, render_part
from labels.proof import ProofJob, prove, sample_pages
from labels.thermal.proof import prove_tspl, prove_zpl
from labels.thermal.tspl import tspl_pieces
from labels.thermal.zpl import zpl_pieces

# Spread over the part, its first and last page (or label of a roll) always among them.
PROVED_PAGES = 8
PROVED_LABELS = 64
# An archive of more is nothing that a designer opens.
MOST_SINGLES = 1_000
SINGLES = frozenset({PrintFormat.SVG, PrintFormat.PNG})


@dataclass(frozen=True, slots=True)
class PartOrder:
    """Codes first … first + count − 1 of an issued run, with what is needed to sign, draw and keep them.

    `drawing` is needed for SVG alone.
    """

    codes: RunCodes
    cipher: SerialCipher
    signer: Signer
    design: Design
    first: int
    count: int
    title: str
    files: Path
    cache: Path
    format: PrintFormat = PrintFormat.PDF
    skip: int = 0
    offset_mm: tuple[float, float] = (0.0, 0.0)
    drawing: Drawing | None = None


def output_of(format_: PrintFormat) -> Output:
    """What files of this kind go to."""
    if format_ in SINGLES:
        return Output.SINGLES
    return Output.PAGES if format_ is PrintFormat.PDF else Output.ROLL


def most_labels(format_: PrintFormat) -> int:
    """How many labels one file of this kind holds."""
    return MOST_SINGLES if format_ in SINGLES else MOST_LABELS


def file_name(number: int, format_: PrintFormat) -> str:
    """What the file number `number` (from 1) of an order is called."""
    return f"labels-{number:04}{'-' if format_ in SINGLES else '.'}{format_}{'.zip' if format_ in SINGLES else ''}"


@dataclass(frozen=True, slots=True)
class MadePart:
    """Digest and size of the part's labels and of its rows for the print house's file."""

    labels: tuple[str, int]
    rows: tuple[str, int]


def make_part(order: PartOrder) -> MadePart:
    """Sign, draw, keep both files, and decode what was drawn from what was kept.

    Raises LabelError when an independent reader does not read from a drawn page what was meant.
    """
    minted = mint(order.codes, order.cipher, order.signer, order.first, order.count)
    job = PartJob(
        order.design, minted.uris, minted.serials, order.title, order.skip, order.offset_mm, cache_dir=order.cache
    )
    files = LocalFiles(order.files)
    kept = _svg(job, files, order.drawing) if order.format is PrintFormat.SVG else _MAKERS[order.format](job, files)
    rows = files.put(io.BytesIO(csv_rows(minted)))
    return MadePart((kept.sha256, kept.size), (rows.sha256, rows.size))


def _pdf(job: PartJob, files: LocalFiles) -> StoredFile:
    pdf = render_part(job)
    proof = ProofJob(job.design.template, job.uris, job.serials, job.skip, job.offset_mm)
    prove(pdf, proof, sample_pages(proof.pages, PROVED_PAGES))
    return files.put(io.BytesIO(pdf))


def _zpl(job: PartJob, files: LocalFiles) -> StoredFile:
    kept = files.put(_Pieces(zpl_pieces(job)))
    with files.open(kept.sha256) as file:
        prove_zpl(file, job.uris, sample_pages(len(job.uris), PROVED_LABELS))
    return kept


def _tspl(job: PartJob, files: LocalFiles) -> StoredFile:
    kept = files.put(_Pieces(tspl_pieces(job)))
    with files.open(kept.sha256) as file:
        prove_tspl(file, job.uris, sample_pages(len(job.uris), PROVED_LABELS), job.design.carrier.dpi)
    return kept


def _png(job: PartJob, files: LocalFiles) -> StoredFile:
    kept = files.put(_Pieces(png_pieces(job)))
    with files.open(kept.sha256) as file:
        prove_png(file, job.uris, job.serials, sample_pages(len(job.uris), PROVED_LABELS))
    return kept


def _svg(job: PartJob, files: LocalFiles, drawing: Drawing | None) -> StoredFile:
    assert drawing is not None
    kept = files.put(_Pieces(svg_pieces(job, drawing)))
    with files.open(kept.sha256) as file:
        prove_svg(file, job.uris, job.serials, sample_pages(len(job.uris), PROVED_LABELS))
    return kept


_MAKERS: Mapping[PrintFormat, Callable[[PartJob, LocalFiles], StoredFile]] = {
    PrintFormat.PDF: _pdf,
    PrintFormat.ZPL: _zpl,
    PrintFormat.TSPL: _tspl,
    PrintFormat.PNG: _png,
}


class _Pieces(io.RawIOBase, BinaryIO):
    """Pieces as they come, to be read like a file, so that none but the last one stands in memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._begun = memoryview(b"")

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; empty at the end of the last piece."""
        if not self._begun:
            self._begun = memoryview(next(self._pieces, b""))
        taken = self._begun if size < 0 else self._begun[:size]
        self._begun = self._begun[len(taken) :]
        return bytes(taken)
