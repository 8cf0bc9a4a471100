"""Issuing: N signed codes to a CSV file and their commitment, beside the bare signing of the same messages."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import get_context
from typing import IO

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
ROUNDS = 5
SMALL_RUN = 10_000
GOAL = 0.90
GAIN_GOAL = 0.95

Part = Callable[[RunCodes, int, int], tuple[bytes, bytes]]
"""Makes codes first … first + count − 1 of a run: its rows and its part of the level-8 blob."""


def run(options: BenchOptions) -> Report:
    """One process in CPU time, two processes by the clock, and a small run from start to file."""
    count = options.size(usual=100_000, quick=16_384)
    rows = [_one_process(_run_of(count)), _small_run(_run_of(SMALL_RUN))]
    if count >= PROCESSES * CHUNK:
        rows.append(_two_processes(_run_of(count)))
    notes = [
        "One process: chunks of 4,096 signed by the peer and issued by us in turn, so both meet the same noise.",
        "Issuing is serials, nonces, leaves, level-8 hashes, root, messages, signatures, URIs, and rows on disk.",
    ]
    return Report("issue", rows, notes, libraries=("pynacl", "numpy", "cryptography"))


def issue_part(codes: RunCodes, first: int, count: int) -> tuple[bytes, bytes]:
    """The work itself, as a worker process does it."""
    blob = commitment.level8(codes, CIPHER, first, count)
    return csv_part(codes, CIPHER, SIGNER, first, count), blob


def sign_part(codes: RunCodes, first: int, count: int) -> tuple[bytes, bytes]:
    """The peer: nothing but the signatures of the same messages, by PyNaCl's own binding in a loop."""
    for message in _messages(codes, first, count):
        crypto_sign(message, SECRET)
    return b"", b""


def _one_process(codes: RunCodes) -> Row:
    signing = issuing = 0.0
    blob = b""
    with _csv_file() as file:
        for first, count in _spans(codes.count, CHUNK):
            messages = _messages(codes, first, count)
            with cpu_seconds() as spent:
                for message in messages:
                    crypto_sign(message, SECRET)
            signing += spent.seconds
            with cpu_seconds() as spent:
                rows, part = issue_part(codes, first, count)
                file.write(rows)
                blob += part
            issuing += spent.seconds
        with cpu_seconds() as spent:
            commitment.root(blob)
            file.flush()
        issuing += spent.seconds
    ratio = signing / issuing
    return Row(
        work=f"issue {codes.count:,} codes, one process",
        measured=issuing / codes.count * 1e6,
        unit="µs CPU per code",
        peer=Figure("crypto_sign loop", signing / codes.count * 1e6),
        limit=Figure("signing", signing / codes.count * 1e6),
        ratio=ratio,
        goal=f"≥ {GOAL:.2f} of the signing rate",
        reached=ratio >= GOAL,
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
    """How much faster two processes are than one, for issuing and for bare signing, by the clock."""
    alone: dict[Part, list[float]] = {sign_part: [], issue_part: []}
    together: dict[Part, list[float]] = {sign_part: [], issue_part: []}
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        _issue_in_pool(_run_of(PROCESSES * CHUNK), sign_part, pool)  # so that no worker starts while timed
        for _ in range(ROUNDS):
            for part in (sign_part, issue_part):
                with cpu_seconds() as spent:
                    _issue_alone(codes, part)
                alone[part].append(spent.wall_seconds)
                with cpu_seconds() as spent:
                    _issue_in_pool(codes, part, pool)
                together[part].append(spent.wall_seconds)
    signing, issuing = (min(alone[part]) / min(together[part]) for part in (sign_part, issue_part))
    return Row(
        work=f"issue {codes.count:,} codes, {PROCESSES} processes",
        measured=issuing,
        unit="times as fast as one",
        peer=Figure("signing alone", signing),
        ratio=issuing / signing,
        goal="≥ signing's own gain, within 5 %",
        reached=issuing >= GAIN_GOAL * signing,
        note=f"best of {ROUNDS} rounds by the clock; wants {PROCESSES} idle cores",
    )


def _issue_alone(codes: RunCodes, part: Part) -> None:
    with _csv_file() as file:
        parts = [part(codes, first, count) for first, count in _spans(codes.count, CHUNK)]
        _finish(file, parts)


def _issue_in_pool(codes: RunCodes, part: Part, pool: ProcessPoolExecutor) -> None:
    with _csv_file() as file:
        waiting = [pool.submit(part, codes, first, count) for first, count in _spans(codes.count, CHUNK)]
        _finish(file, [future.result() for future in waiting])


def _finish(file: IO[bytes], parts: list[tuple[bytes, bytes]]) -> None:
    for rows, _ in parts:
        file.write(rows)
    blob = b"".join(part for _, part in parts)
    if blob:
        commitment.root(blob)
    file.flush()


def _run_of(count: int) -> RunCodes:
    return RunCodes(ORIGIN, ORIGIN, "09521234500018", "YX26A0317", 42, count, SIGNER.kid)


def _messages(codes: RunCodes, first: int, count: int) -> list[bytes]:
    return [row.tobytes() for row in codes.messages(CIPHER.encode(codes.run, first, count))]


def _spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    for first, end in pairwise([*range(0, count, size), count]):
        yield first, end - first


@contextmanager
def _csv_file() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        file.write(CSV_HEADER)
        yield file
