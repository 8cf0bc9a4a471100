"""QR symbols: matrices for N signed URIs with the best mask, beside python-qrcode and zxing-cpp's writer."""

import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from labels.qr import Encoder, version_for
from labels.qr.encoder import CHUNK
from scripts.bench.report import BenchOptions, Figure, Report, Row, cpu_seconds

Bytes = NDArray[np.uint8]
HEAD = b"https://gi.example.cn/01/09521234500018/10/YX26A0317/21/"
SERIAL_ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ROUNDS = 8
PEER_SAMPLE = 4
ZXING_SAMPLE = 64

RATE_GOAL, QRCODE_GOAL, ZXING_GOAL = 30_000, 500, 15


def run(options: BenchOptions) -> Report:
    """The encoder against each peer by turns, and what starting it costs."""
    count = max(options.size(usual=100_000, quick=16 * CHUNK), ROUNDS * CHUNK)
    uris = signed_uris(count)
    encoder = Encoder(version_for(uris.shape[1]))
    encoder.matrices(uris[:CHUNK])  # so that no table is made while measured
    ours, qrcode, zxing, copying = _by_turns(encoder, uris)
    rows = [
        Row(
            work=f"{count:,} symbols of {uris.shape[1]} characters, best of eight masks",
            measured=1 / ours,
            unit="per CPU second",
            peer=Figure("python-qrcode", 1 / qrcode),
            limit=Figure("copying the table rows it adds up", 1 / copying),
            ratio=qrcode / ours,
            goal=f"≥ {RATE_GOAL:,} per second, ≥ {QRCODE_GOAL}× python-qrcode",
            reached=1 / ours >= RATE_GOAL and qrcode / ours >= QRCODE_GOAL,
            note=f"{ROUNDS * PEER_SAMPLE} of them compared bit for bit with python-qrcode: equal",
        ),
        Row(
            work="the same, beside zxing-cpp's writer",
            measured=1 / ours,
            unit="per CPU second",
            peer=Figure("zxing-cpp", 1 / zxing),
            ratio=zxing / ours,
            goal=f"≥ {ZXING_GOAL}×",
            reached=zxing / ours >= ZXING_GOAL,
        ),
        *_start(encoder.version),
    ]
    notes = ["Each round encodes a part of ours and a sample of each peer's; the figures are medians of the rounds."]
    return Report("qr", rows, notes, libraries=("numpy", "qrcode", "zxing-cpp"))


def signed_uris(count: int) -> Bytes:
    """(count, 162): URIs shaped like signed codes. Their bytes are noise, which costs an encoder the same."""
    noise = np.random.default_rng(20261122)
    uris = np.empty((count, 162), np.uint8)
    uris[:, : len(HEAD)] = np.frombuffer(HEAD, np.uint8)
    uris[:, len(HEAD) : len(HEAD) + 13] = _drawn(noise, SERIAL_ALPHABET, count, 13)
    uris[:, len(HEAD) + 13 : -86] = np.frombuffer(b"?s=AQAB", np.uint8)
    uris[:, -86:] = _drawn(noise, BASE64URL, count, 86)
    return uris


def _drawn(noise: np.random.Generator, alphabet: bytes, count: int, length: int) -> Bytes:
    return np.frombuffer(alphabet, np.uint8)[noise.integers(0, len(alphabet), (count, length))]


def _by_turns(encoder: Encoder, uris: Bytes) -> tuple[float, float, float, float]:
    """CPU seconds a symbol of ours, python-qrcode, zxing-cpp and mere copying: medians of rounds."""
    spent: list[tuple[float, float, float, float]] = []
    for part in np.array_split(uris, ROUNDS):
        with cpu_seconds() as ours:
            matrices = encoder.matrices(part)
        with cpu_seconds() as qrcode:
            expected = [_by_qrcode(row.tobytes()) for row in part[:PEER_SAMPLE]]
        _require_equal(encoder, matrices, expected)
        with cpu_seconds() as zxing:
            for row in part[:ZXING_SAMPLE]:
                zxingcpp.create_barcode(row.tobytes().decode("ascii"), zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        rounds = (ours.seconds / len(part), qrcode.seconds / PEER_SAMPLE, zxing.seconds / ZXING_SAMPLE)
        spent.append((*rounds, _copying(encoder, part)))
    medians = [median(column) for column in zip(*spent, strict=True)]
    return medians[0], medians[1], medians[2], medians[3]


def _by_qrcode(uri: bytes) -> NDArray[np.bool_]:
    """The peer with its defaults: best mask, no splitting into modes."""
    code: QRCode = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(uri, optimize=0)
    code.make(fit=True)
    return np.array(code.modules, dtype=bool)


def _require_equal(encoder: Encoder, matrices: Bytes, expected: list[NDArray[np.bool_]]) -> None:
    """A figure for symbols that differ would be worth nothing."""
    ours = np.unpackbits(matrices[: len(expected)], axis=2, count=encoder.size)
    if not (ours == np.stack(expected)).all():
        raise AssertionError("the encoder differs from python-qrcode")


def _copying(encoder: Encoder, part: Bytes) -> float:
    """CPU seconds a symbol to copy once the table rows that it is the sum of, in chunks as the encoder does."""
    moving = int((part != part[0]).any(axis=0).sum())
    source = np.ones((CHUNK, encoder.size), np.uint64)
    target = np.empty_like(source)
    with cpu_seconds() as spent:
        for _ in range(moving):
            np.copyto(target, source)
    return spent.seconds / CHUNK


def _start(version: int) -> list[Row]:
    """What a process spends before its first symbol."""
    with tempfile.TemporaryDirectory() as folder:
        with cpu_seconds() as first:
            Encoder(version, "M", Path(folder))
        with cpu_seconds() as second:
            Encoder(version, "M", Path(folder))
    return [
        Row("start, tables read out of python-qrcode", first.seconds, "s CPU"),
        Row("start, tables from the disk", second.seconds, "s CPU"),
    ]
