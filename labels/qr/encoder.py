"""The bulk encoder: payloads in, packed QR matrices out."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.errors import CarrierError, Fault
from labels.qr.lines import WORD, Bytes, Words
from labels.qr.mapcache import load_symbol_map
from labels.qr.penalty import MaskJudge
from labels.qr.symbolmap import Level, data_bits, header_bits, modules_of

# Larger chunks leave the second-level cache, smaller ones pay for numpy's calls.
CHUNK: Final = 512
_BYTE_MODE: Final = 0b0100
_PADDING: Final = b"\xec\x11"
Positions = NDArray[np.intp]


class Encoder:
    """QR symbols of one version and level, byte mode, best mask: bit for bit those of python-qrcode.

    The same as `QRCode(version, level)` with `add_data(QRData(payload, mode=MODE_8BIT_BYTE))` and `make(fit=False)`,
    which is `add_data(payload, optimize=0)` for any payload that is neither all digits nor all alphanumeric. Safe to
    share between threads. `cache_dir` keeps what was read out of python-qrcode; without it every process reads anew.

    A symbol is `ground XOR table[p][payload[p]]` over the positions p of the payload (see `symbolmap`). Positions at
    which all payloads of a call agree (host, GTIN, lot) go into the ground, so only serial and token cost anything.
    """

    def __init__(self, version: int, level: Level = "M", cache_dir: Path | None = None) -> None:
        read = load_symbol_map(version, level, cache_dir)
        self.version, self.level = version, level
        self.size = modules_of(version)
        self.stride = (self.size + 7) // 8
        self.longest = (data_bits(version, level) - header_bits(version)) // 8
        self._words = -(-self.size // WORD)
        self._basis = self._packed(read.basis)
        self._final = self._packed(read.final)
        self._judge = MaskJudge(np.unpackbits(read.trial, axis=2, count=self.size), CHUNK)
        self._tables: dict[int, Words] = {}

    def matrices(self, payloads: Bytes) -> Bytes:
        """Symbols of `payloads` (n, length) as (n, size, stride): rows of bits, leftmost module first, 1 is dark.

        `CarrierError` when the payloads are longer than `longest`.
        """
        count, length = payloads.shape
        if length > self.longest:
            raise CarrierError([self._overflow(length)])
        symbols = np.empty((count, self.size, self.stride), np.uint8)
        if not count:
            return symbols
        moving = np.flatnonzero((payloads != payloads[0]).any(axis=0))
        ground = self._ground(payloads[0], moving)
        for start in range(0, count, CHUNK):
            chunk = payloads[start : start + CHUNK]
            symbols[start : start + CHUNK] = self._masked(self._unmasked(chunk, ground, moving))
        return symbols

    def _unmasked(self, payloads: Bytes, ground: Words, moving: Positions) -> Words:
        """(n, words·size): the symbols before masking."""
        symbols = np.repeat(ground[None], len(payloads), axis=0)
        term = np.empty_like(symbols)
        values = payloads[:, moving].T.astype(np.intp)
        for position, value in zip(moving.tolist(), values, strict=True):
            np.take(self._table(position), value, axis=0, out=term, mode="clip")  # "raise" would copy once more
            symbols ^= term
        return symbols

    def _masked(self, symbols: Words) -> Bytes:
        """(n, size, stride): the symbols under their best masks."""
        halves = np.ascontiguousarray(symbols.T).reshape(self._words, self.size, -1)
        symbols = symbols ^ self._final[self._judge.best(halves)]
        rows = symbols.astype(">u8").view(np.uint8).reshape(-1, self._words, self.size, 8)
        return rows.swapaxes(1, 2).reshape(-1, self.size, 8 * self._words)[:, :, : self.stride]

    def _table(self, position: int) -> Words:
        """(256, words·size): what each value of the payload's byte at `position` adds to the symbol."""
        table = self._tables.get(position)
        if table is None:
            first = header_bits(self.version) + 8 * position
            table = np.zeros((256, self._basis.shape[1]), np.uint64)
            for bit in range(8):
                table[1 << bit : 2 << bit] = table[: 1 << bit] ^ self._basis[first + 7 - bit]
            self._tables[position] = table
        return table

    def _ground(self, payload: Bytes, moving: Positions) -> Words:
        """(words·size,): header, terminator, padding and the bytes of `payload` that do not move."""
        still = payload.copy()
        still[moving] = 0
        header = format(_BYTE_MODE, "04b") + format(len(payload), f"0{header_bits(self.version) - 4}b")
        padded = self.longest - len(payload)
        padding = (_PADDING * padded)[:padded]
        body = np.unpackbits(np.concatenate((still, np.frombuffer(padding, np.uint8))))
        # The header ends in the middle of a byte, so the terminator is always its full four bits, after the payload.
        stream = np.zeros(len(self._basis), np.uint8)
        stream[: len(header)] = [int(bit) for bit in header]
        end = len(header) + 8 * len(payload)
        stream[len(header) : end] = body[: 8 * len(payload)]
        stream[end + 4 :] = body[8 * len(payload) :]
        ground: Words = np.bitwise_xor.reduce(self._basis[stream == 1], axis=0)
        return ground

    def _packed(self, symbols: Bytes) -> Words:
        """(k, size, stride) of bytes as (k, words·size), the second words of all rows after the first."""
        wide = np.zeros((*symbols.shape[:2], 8 * self._words), np.uint8)
        wide[:, :, : self.stride] = symbols
        words = wide.view(">u8").astype(np.uint64)
        return np.ascontiguousarray(words.swapaxes(1, 2).reshape(len(symbols), -1))

    def _overflow(self, length: int) -> Fault:
        return Fault(
            "payload",
            f"{length} 个字节超出版本 {self.version}-{self.level} 的二维码容量 {self.longest}",
            f"{length} bytes are more than a version {self.version}-{self.level} symbol holds ({self.longest})",
            "选用更大的版本",
            "choose a larger version",
        )
