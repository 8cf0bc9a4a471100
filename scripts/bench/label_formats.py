"""Each kind of label file beside the others: labels a CPU second from serial to file, and memory that stays flat."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import BinaryIO

from api.jobs.parts import most_labels
from gimark.codes.minting import mint
from gimark.codes.run import RunCodes
from gimark.issuance.rules import PrintFormat
from labels.design import Design, make_design
from labels.drawings.archive import png_pieces, svg_pieces
from labels.drawings.proof import prove_png, prove_svg
from labels.drawings.svg import Drawing, make_drawing
from labels.fonts import find_faces
from labels.layout import lay_out
from labels.library import shipped_templates
from labels.part import PartJob, render_part
from labels.proof import ProofJob, prove
from labels.thermal.proof import prove_tspl, prove_zpl
from labels.thermal.tspl import tspl_pieces
from labels.thermal.zpl import zpl_pieces
from scripts.bench.labels import CIPHER, DPI, SIGNER, VALUES
from scripts.bench.report import BenchOptions, Report, Row, as_measured, cpu_seconds, peak_memory_mib

ROLL = "roll-70x40"
PROVEN = 60
STRETCHES = 3
# Later files may take no more memory than this beside the first one.
MEMORY_GOAL_MIB, GROWTH_GOAL = 300, 1.1


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: how it is written, how it is read back."""

    format: PrintFormat
    pieces: Callable[[PartJob], Iterator[bytes]]
    prove: Callable[[BinaryIO, PartJob], int]


def run(options: BenchOptions) -> Report:
    """All kinds on a roll of 70 × 40 mm: the memory of each, then each proven and timed."""
    count = options.size(usual=20_000, quick=300)
    # First, because a new process is told to have held as much as the one that started it.
    memory = list(as_measured(_memory(kind.format, count) for kind in KINDS))
    rows = [*as_measured(_speed(kind, count) for kind in KINDS), *memory]
    notes = [
        f"A label of {ROLL} for a printer of {DPI} dpi: serial, signature, URI, symbol, drawing and bytes on disk.",
        f"Before it is measured, {PROVEN} labels of each kind are read back by ZXing.",
    ]
    return Report("label-formats", rows, notes, libraries=("numpy", "pillow", "pydyf", "pypdfium2", "zxing-cpp"))


def _speed(kind: Kind, count: int) -> Row:
    size = max(1, min(count, most_labels(kind.format)) // STRETCHES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels"
        _require_readable(kind, path)
        spent, bytes_a_label = [], 0.0
        for number in range(STRETCHES):
            with cpu_seconds() as used:
                _write(kind, path, number * size, size)
            spent.append(used.seconds / size)
            bytes_a_label = path.stat().st_size / size
    return Row(
        work=f"labels as {kind.format.value.upper()}",
        measured=1 / median(spent),
        unit="labels per CPU second",
        note=f"median of {STRETCHES} stretches of {size:,}; {bytes_a_label / 1024:.1f} KiB a label",
    )


def _require_readable(kind: Kind, path: Path) -> None:
    job = _write(kind, path, 0, PROVEN)
    with path.open("rb") as file:
        kind.prove(file, job)


def _write(kind: Kind, path: Path, first: int, count: int) -> PartJob:
    """One file of labels first … first + count − 1, in pieces as it is made."""
    minted = mint(_codes(), CIPHER, SIGNER, first, count)
    job = PartJob(_design(), minted.uris, minted.serials, VALUES.lot)
    with path.open("wb") as file:
        for piece in kind.pieces(job):
            file.write(piece)
    return job


def _memory(format_: PrintFormat, count: int) -> Row:
    """The most that a fresh process holds, after its first file and after all of them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        first, last = pool.submit(_peaks, format_, count).result()
    return Row(
        work=f"memory for {count:,} labels as {format_.value.upper()}",
        measured=last,
        unit="MiB at most",
        ratio=last / first,
        goal=f"< {MEMORY_GOAL_MIB} MiB, flat",
        reached=last < MEMORY_GOAL_MIB and last / first < GROWTH_GOAL,
        note=f"{first:.0f} MiB after the first file",
    )


def _peaks(format_: PrintFormat, count: int) -> tuple[float, float]:
    kind = next(kind for kind in KINDS if kind.format is format_)
    size = max(1, min(most_labels(format_), count // STRETCHES))
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for first, end in pairwise([*range(0, count, size), count]):
            _write(kind, Path(folder) / "labels", first, end - first)
            peaks.append(peak_memory_mib())
    return peaks[0], peaks[-1]


@cache
def _made() -> tuple[Design, Drawing]:
    faces = find_faces()
    layout = lay_out(shipped_templates()[ROLL], VALUES, _codes().uri_length, DPI, faces)
    return make_design(layout, faces), make_drawing(layout, faces)


def _design() -> Design:
    return _made()[0]


def _codes() -> RunCodes:
    return RunCodes(VALUES.host, VALUES.host, "09521234500018", VALUES.lot, 42, 1_000_000, SIGNER.kid)


def _prove_pdf(file: BinaryIO, job: PartJob) -> int:
    return prove(file.read(), ProofJob(job.design.template, job.uris, job.serials))


KINDS = (
    Kind(PrintFormat.PDF, lambda job: iter((render_part(job),)), _prove_pdf),
    Kind(PrintFormat.ZPL, zpl_pieces, lambda file, job: prove_zpl(file, job.uris, range(len(job.uris)))),
    Kind(PrintFormat.TSPL, tspl_pieces, lambda file, job: prove_tspl(file, job.uris, range(len(job.uris)), DPI)),
    Kind(
        PrintFormat.SVG,
        lambda job: svg_pieces(job, _made()[1]),
        lambda file, job: prove_svg(file, job.uris, job.serials, range(len(job.uris))),
    ),
    Kind(
        PrintFormat.PNG,
        png_pieces,
        lambda file, job: prove_png(file, job.uris, job.serials, range(len(job.uris))),
    ),
)
