"""Issuing: N signed codes to a CSV file and their commitment, beside the bare signing of the same messages."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from nacl.bindings import crypto_sign

from gimark.codes import commitment
from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import CSV_HEADER, csv_part
from gimark.codes.run import CHUNK, RunCodes
from gimark.keys import ed25519
from gimark.keys.signer import Ed25519Signer
from scripts.bench.report import BenchOptions, Figure, Report, Row, cpu_seconds

# Test keys: a figure must not depend on them.
SEED = bytes(range(32))
MASTER = bytes(range(32, 64))
ORIGIN = "gi.example.cn"
CIPHER = SerialCipher(MASTER, ORIGIN)
SIGNER = Ed25519Signer("0001", SEED)
SECRET = ed25519.key_pair(SEED)[1]

PROCESSES = 2
ROUNDS = 7
ROUND_SIZE = 8 * CHUNK
# Short enough that both of a pair meet the same load.
STRETCH = 2048
SMALL_RUN = 10_000
GOAL = 0.90
GAIN_GOAL = 0.95

Part = Callable[[RunCodes, Path, int, int], bytes]
"""Makes codes first … first + count − 1 of a run into their place in the file; gives their part of the blob."""

Clocked = tuple[int, float, float]
"""A worker's process number, and its CPU clock before and after a part, in seconds."""


def run(options: BenchOptions) -> Report:
    """One process, a small run from start to file, and two processes."""
    count = options.size(usual=100_000, quick=16_384)
    rows = [_one_process(_run_of(count)), _small_run(_run_of(SMALL_RUN))]
    if count >= PROCESSES * CHUNK:
        rows.append(_two_processes(_run_of(min(count, ROUND_SIZE))))
    notes = [
        "One process: the peer and we take turns, stretch by stretch, so both meet the same noise.",
        "Issuing is serials, nonces, leaves, level-8 hashes, root, messages, signatures, URIs, and rows on disk.",
    ]
    return Report("issue", rows, notes, libraries=("pynacl", "numpy", "cryptography"))


def issue_part(codes: RunCodes, path: Path, first: int, count: int) -> bytes:
    """The work itself. All rows are of one length, so each process can write its own into the file."""
    blob = commitment.level8(codes, CIPHER, first, count)
    rows = csv_part(codes, CIPHER, SIGNER, first, count)
    with path.open("r+b") as file:
        file.seek(len(CSV_HEADER) + first * len(rows) // count)
        file.write(rows)
    return blob


def sign_part(codes: RunCodes, path: Path, first: int, count: int) -> bytes:
    """The peer: nothing but the signatures of the same messages, by PyNaCl's own binding in a loop."""
    for message in _messages(codes, first, count):
        crypto_sign(message, SECRET)
    return b""


def _one_process(codes: RunCodes) -> Row:
    signing, issuing = [], []
    blob = b""
    with _csv_file() as path:
        for first, count in _spans(codes.count, STRETCH):
            messages = _messages(codes, first, count)
            with cpu_seconds() as spent:
                for message in messages:
                    crypto_sign(message, SECRET)
            signing.append(spent.seconds / count)
            with cpu_seconds() as spent:
                blob += issue_part(codes, path, first, count)
            issuing.append(spent.seconds / count)
        with cpu_seconds() as end:
            commitment.root(blob)
    # The stretches of a pair meet the same load; a median of pairs leaves out what hit only one of the two.
    ratio = median(s / (i + end.seconds / codes.count) for s, i in zip(signing, issuing, strict=True))
    peer = Figure("crypto_sign loop", median(signing) * 1e6)
    return Row(
        work=f"issue {codes.count:,} codes, one process",
        measured=peer.value / ratio,
        unit="µs CPU per code",
        peer=peer,
        limit=Figure("signing", peer.value),
        ratio=ratio,
        goal=f"≥ {GOAL:.2f} of the signing rate",
        reached=ratio >= GOAL,
        note=f"median of {len(signing)} pairs of stretches",
    )


def _small_run(codes: RunCodes) -> Row:
    with cpu_seconds() as spent:
        _issue_alone(codes, issue_part)
    return Row(
        work=f"issue {codes.count:,} codes, start to file",
        measured=spent.seconds,
        unit="s CPU",
        goal="< 1 s",
        reached=spent.seconds < 1,
        note=f"{spent.wall_seconds:.2f} s by the clock",
    )


def _two_processes(codes: RunCodes) -> Row:
    """How much faster two processes are than one, for issuing and for bare signing.

    By CPU, as on idle cores: what one process spends, over half of what parent and workers spend together. The clock
    tells the same on a machine of its own and nothing on a shared one.
    """
    gains: dict[Part, list[float]] = {sign_part: [], issue_part: []}
    clock: list[float] = []
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        _issue_in_pool(codes, sign_part, pool)  # so that no worker starts while measured
        for _ in range(ROUNDS):
            for part, found in gains.items():
                with cpu_seconds() as alone:
                    _issue_alone(codes, part)
                with cpu_seconds() as together:
                    of_workers = _issue_in_pool(codes, part, pool)
                found.append(PROCESSES * alone.seconds / (together.seconds + of_workers))
            clock.append(alone.wall_seconds / together.wall_seconds)
    signing, issuing = median(gains[sign_part]), median(gains[issue_part])
    return Row(
        work=f"issue {codes.count:,} codes, {PROCESSES} processes",
        measured=issuing,
        unit="times as fast as one, by CPU",
        peer=Figure("signing alone", signing),
        ratio=issuing / signing,
        goal="≥ signing's own gain, within 5 %",
        reached=issuing >= GAIN_GOAL * signing,
        note=f"median of {ROUNDS} rounds; {median(clock):.2f} times by the clock of this machine",
    )


def _issue_alone(codes: RunCodes, part: Part) -> None:
    with _csv_file() as path:
        _finish([part(codes, path, first, count) for first, count in _spans(codes.count, CHUNK)])


def _issue_in_pool(codes: RunCodes, part: Part, pool: ProcessPoolExecutor) -> float:
    """Issue by worker processes; gives the CPU seconds that they spent."""
    with _csv_file() as path:
        waiting = [pool.submit(_clocked, part, codes, path, *span) for span in _spans(codes.count, CHUNK)]
        done = [future.result() for future in waiting]
        _finish([blob for blob, _ in done])
    times: dict[int, list[float]] = {}
    for _, (pid, start, end) in done:
        times.setdefault(pid, []).extend((start, end))
    return sum(max(own) - min(own) for own in times.values())


def _clocked(part: Part, codes: RunCodes, path: Path, first: int, count: int) -> tuple[bytes, Clocked]:
    """In a worker: the part, and this process's number and CPU clock before and after.

    From the first part's start to the last one's end the clock also counts what is spent on handing results over.
    """
    start = time.process_time()
    blob = part(codes, path, first, count)
    return blob, (os.getpid(), start, time.process_time())


def _finish(blobs: list[bytes]) -> None:
    blob = b"".join(blobs)
    if blob:
        commitment.root(blob)


def _run_of(count: int) -> RunCodes:
    return RunCodes(ORIGIN, ORIGIN, "09521234500018", "YX26A0317", 42, count, SIGNER.kid)


def _messages(codes: RunCodes, first: int, count: int) -> list[bytes]:
    return [row.tobytes() for row in codes.messages(CIPHER.encode(codes.run, first, count))]


def _spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    for first, end in pairwise([*range(0, count, size), count]):
        yield first, end - first


@contextmanager
def _csv_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codes.csv"
        path.write_bytes(CSV_HEADER)
        yield path
