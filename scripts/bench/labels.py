"""Label files: from serial to finished PDF on disk, beside python-qrcode and reportlab drawing the same label."""

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from nacl.bindings import crypto_sign
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import mint
from gimark.codes.run import RunCodes
from gimark.keys import ed25519
from gimark.keys.signer import Ed25519Signer
from labels.design import Design, make_design
from labels.fonts import find_faces
from labels.layout import lay_out
from labels.library import shipped_templates
from labels.part import MOST_LABELS, PartJob, encoder_for, render_part
from labels.proof import ProofJob, prove
from labels.rows import typed_codes
from labels.values import LabelValues, Right, printed
from scripts.bench.report import BenchOptions, Figure, Report, Row, cpu_seconds, peak_memory_mib

# Test keys: a figure must not depend on them.
SEED = bytes(range(32))
CIPHER = SerialCipher(bytes(range(32, 64)), "gi.example.cn")
SIGNER = Ed25519Signer("0001", SEED)
SECRET = ed25519.key_pair(SEED)[1]
DPI = 600
TEMPLATES = ("a4-3x8", "roll-70x40")
# Short enough that the parts of a round meet the same load.
STRETCH = 2_000
PROVEN = 240
PEER_SAMPLE = 2
PROCESSES = 2

RATE_GOAL, PEER_GOAL, MEMORY_GOAL_MIB = 8_000, 150, 300
MILLION, MILLION_GOAL_S = 1_000_000, 180
MISSING_PEER = (
    "The peer reportlab is not installed, so there is no ratio to it. "
    "Install it: .venv/bin/pip install --require-hashes -r requirements-bench.txt"
)

Peer = Callable[[bytes, str], bytes]
"""Draws one label of a URI and its typed code; the PDF's bytes."""

VALUES = LabelValues(
    product_name="云溪香菇",
    rights=(Right("gi_product", "云溪香菇", standard="GB/T 99952-2024"),),
    uscc="93000952MA0YXT007Q",
    producer="云溪县松雾菌业专业合作社",
    address="云溪县松坞镇岭下路8号",
    lot="YX26A0317",
    host="gi.example.cn",
    packed_on=date(2026, 11, 12),
    net_content="100 g",
    net_g=100,
    storage="阴凉干燥处，密封避光",
    shelf_life="18个月",
    licence="SC11699990100013",
    needs_licence=True,
    on_pack=frozenset({"contact", "ingredients"}),
)


def run(options: BenchOptions) -> Report:
    """Sheets and rolls beside the peer and their own parts; then memory, then two processes."""
    count = options.size(usual=100_000, quick=4_000)
    peer = _peer()
    rows = [_end_to_end(name, _run_of(count), peer) for name in TEMPLATES]
    rows.append(_memory(count))
    rows.append(_two_processes(count))
    notes = [
        "A label is serial, signature, URI, best of eight masks, drawing operators and bytes on disk.",
        "The limit is what signing, symbols and writing cost alone, in the same rounds.",
        f"Before it is measured, {PROVEN} labels are rasterised by PDFium and all decoded by ZXing.",
    ]
    if peer is None:
        notes.append(MISSING_PEER)
    return Report("labels", rows, notes, libraries=("numpy", "pydyf", "pynacl", "qrcode", "reportlab"))


def make_file(codes: RunCodes, design: Design, path: Path, first: int, count: int) -> None:
    """The work itself: labels first … first + count − 1, from serial to file."""
    minted = mint(codes, CIPHER, SIGNER, first, count)
    path.write_bytes(render_part(PartJob(design, minted.uris, minted.serials, codes.lot)))


def _end_to_end(name: str, codes: RunCodes, peer: Peer | None) -> Row:
    design = _design(name)
    _prove(codes, design)
    ours, alone, theirs = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.pdf"
        for first, count in _spans(codes.count, STRETCH):
            with cpu_seconds() as spent:
                make_file(codes, design, path, first, count)
            ours.append(spent.seconds / count)
            alone.append(_parts_alone(codes, design, path, first, count) / count)
            if peer is not None:
                theirs.append(_by_peer(codes, peer, first))
    ratio = median(t / o for t, o in zip(theirs, ours, strict=True)) if theirs else None
    rate = 1 / median(ours)
    return Row(
        work=f"{codes.count:,} labels, {name}, one process",
        measured=rate,
        unit="labels per CPU second",
        peer=Figure("python-qrcode + reportlab", 1 / median(theirs)) if theirs else None,
        limit=Figure("signing + symbols + writing", 1 / median(alone)),
        ratio=ratio,
        goal=f"≥ {RATE_GOAL:,} per second, ≥ {PEER_GOAL}× the peer",
        reached=rate >= RATE_GOAL and (ratio is None or ratio >= PEER_GOAL),
        note=f"median of {len(ours)} stretches of {STRETCH:,}",
    )


def _prove(codes: RunCodes, design: Design) -> None:
    """A fast file that cannot be read would be worth nothing."""
    minted = mint(codes, CIPHER, SIGNER, 0, min(PROVEN, codes.count))
    content = render_part(PartJob(design, minted.uris, minted.serials, codes.lot))
    prove(content, ProofJob(design.template, minted.uris, minted.serials))


def _parts_alone(codes: RunCodes, design: Design, path: Path, first: int, count: int) -> float:
    """CPU seconds for nothing but the signatures, the symbols and the writing of the same bytes."""
    minted = mint(codes, CIPHER, SIGNER, first, count)
    messages = [row.tobytes() for row in codes.messages(minted.serials)]
    content = path.read_bytes()
    carrier = design.carrier
    encoder = encoder_for(carrier.version, carrier.level, None)
    with cpu_seconds() as spent:
        for message in messages:
            crypto_sign(message, SECRET)
        encoder.matrices(minted.uris)
        path.write_bytes(content)
    return spent.seconds


def _by_peer(codes: RunCodes, peer: Peer, first: int) -> float:
    """CPU seconds a label: the same signing, then the peer's symbol and drawing, a file a label."""
    minted = mint(codes, CIPHER, SIGNER, first, PEER_SAMPLE)
    messages = [row.tobytes() for row in codes.messages(minted.serials)]
    typed = [code.tobytes().decode("ascii") for code in typed_codes(minted.serials)]
    with cpu_seconds() as spent:
        for message, uri, code in zip(messages, minted.uris, typed, strict=True):
            crypto_sign(message, SECRET)
            peer(uri.tobytes(), code)
    return spent.seconds / PEER_SAMPLE


def _peer() -> Peer | None:
    """The usual way: python-qrcode makes a picture, reportlab sets it and the texts; None when it is not installed."""
    try:
        from reportlab.lib.units import mm
        from reportlab.lib.utils import ImageReader
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfbase.pdfmetrics import registerFont
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        return None
    registerFont(UnicodeCIDFont("STSong-Light"))
    texts = [text for text in printed(VALUES).values() if text]

    def draw(uri: bytes, typed: str) -> bytes:
        code: QRCode = QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=4)
        code.add_data(uri, optimize=0)
        code.make(fit=True)
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=(70 * mm, 40 * mm))
        canvas.drawImage(ImageReader(code.make_image().get_image()), mm, 12 * mm, 26 * mm, 26 * mm)
        canvas.setFont("STSong-Light", 7)
        for row, text in enumerate((typed, *texts)):
            canvas.drawString(29 * mm, (38 - 2.5 * row) * mm, text)
        canvas.save()
        return file.getvalue()

    return draw


def _memory(count: int) -> Row:
    """The most that a process holds, after its first part and after all of them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        first, last = pool.submit(_peaks, count).result()
    return Row(
        work=f"memory for {count:,} labels",
        measured=last,
        unit="MiB at most",
        ratio=last / first,
        goal=f"< {MEMORY_GOAL_MIB} MiB, whatever the number",
        reached=last < MEMORY_GOAL_MIB,
        note=f"{first:.0f} MiB after the first {min(count, MOST_LABELS):,}",
    )


def _peaks(count: int) -> tuple[float, float]:
    """In a fresh process: peak memory in MiB after the first part and after the last."""
    codes, design = _run_of(count), _design(TEMPLATES[0])
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for span in _spans(count, MOST_LABELS):
            make_file(codes, design, Path(folder) / "labels.pdf", *span)
            peaks.append(peak_memory_mib())
    return peaks[0], peaks[-1]


def _two_processes(count: int) -> Row:
    """How long a million labels take two processes, by the CPU time that these labels took them."""
    codes, design = _run_of(count), _design(TEMPLATES[0])
    spans = list(_spans(count, min(MOST_LABELS, max(1, count // (2 * PROCESSES)))))
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool,
    ):
        paths = [Path(folder) / f"labels-{number:04}.pdf" for number in range(len(spans))]
        for worker in [pool.submit(_design, TEMPLATES[0]) for _ in range(2 * PROCESSES)]:
            worker.result()  # so that no worker starts while measured
        with cpu_seconds() as spent:
            waiting = [
                pool.submit(_clocked, codes, design, path, *span) for path, span in zip(paths, spans, strict=True)
            ]
            of_workers = sum(future.result() for future in waiting)
    seconds = (spent.seconds + of_workers) / count * MILLION / PROCESSES
    return Row(
        work=f"{MILLION:,} labels, {PROCESSES} processes",
        measured=seconds,
        unit="s on free cores",
        goal=f"≤ {MILLION_GOAL_S} s",
        reached=seconds <= MILLION_GOAL_S,
        note=f"from the CPU time of {count:,}; these took {spent.wall_seconds:.1f} s by the clock of this machine",
    )


def _clocked(codes: RunCodes, design: Design, path: Path, first: int, count: int) -> float:
    """In a worker: one file; the CPU seconds it took."""
    start = time.process_time()
    make_file(codes, design, path, first, count)
    return time.process_time() - start


@cache
def _design(name: str) -> Design:
    faces = find_faces()
    return make_design(lay_out(shipped_templates()[name], VALUES, _run_of(1).uri_length, DPI, faces), faces)


def _run_of(count: int) -> RunCodes:
    return RunCodes(VALUES.host, VALUES.host, "09521234500018", VALUES.lot, 42, count, SIGNER.kid)


def _spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    for first, end in pairwise([*range(0, count, size), count]):
        yield first, end - first
