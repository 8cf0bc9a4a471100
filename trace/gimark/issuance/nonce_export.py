"""A run's nonces as they are kept for the day the serial master is lost: `gi-nonces/v1`.

What is sealed (`gimark.keys.age`) is one line of canonical JSON, the run's facts, and behind its LF a row of 29 bytes
for each code in the order of their indices: its nonce (16) and its serial (13, ASCII). The nonce alone would not do: a
leaf is hashed over the message too, and the message of every code of a block stands on somebody's package. Nothing
here needs the serial master to be read, and one run's export says nothing of another's.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gimark.codes.cipher import NONCE_SIZE, SerialCipher
from gimark.codes.commitment import BLOCK, Membership, join_blocks, leaves_of, path_of, root
from gimark.codes.run import CHUNK, RunCodes
from gimark.codes.serial import LENGTH
from gimark.errors import InvalidInputError, LedgerError, invalid
from gimark.ledger import canonical
from gimark.ledger.refusal import refusal

FORMAT = "gi-nonces/v1"
ROW_SIZE = NONCE_SIZE + LENGTH
MAX_FACTS_SIZE = 4_096
_MEMBERS = {"codes_root", "count", "entry", "epoch", "format", "gtin", "kid", "lot", "origin", "run"}


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """The facts of an exported run; `entry` is the ledger index of its run.issue, `codes_root` what that says."""

    codes: RunCodes
    epoch: int
    codes_root: bytes
    entry: int

    def line(self) -> bytes:
        """The first line of the export."""
        codes = self.codes
        said = {
            "codes_root": b64encode(self.codes_root).decode(),
            "count": codes.count,
            "entry": self.entry,
            "epoch": self.epoch,
            "format": FORMAT,
            "gtin": codes.gtin,
            "kid": codes.kid,
            "lot": codes.lot,
            "origin": codes.origin,
            "run": codes.run,
        }
        return canonical.encode(said) + b"\n"

    @classmethod
    def parse(cls, line: bytes, host: str, name: str) -> "ExportedRun":
        """What the first line says; `host` is only what its codes would be printed with. Raises InvalidInputError."""
        not_one = _unfit(name, f"不是 {FORMAT} 文件", f"it is not {FORMAT}")
        try:
            said = canonical.decode(line)
        except LedgerError:
            raise not_one from None
        if not isinstance(said, dict) or said.keys() != _MEMBERS or said["format"] != FORMAT:
            raise not_one
        shared = {member: said[member] for member in ("origin", "gtin", "lot", "run", "count", "kid")}
        try:
            codes_root = b64decode(said["codes_root"], validate=True)
            return cls(RunCodes(host=host, **shared), said["epoch"], codes_root, said["entry"])
        except (InvalidInputError, ValueError, TypeError, AttributeError):
            raise not_one from None


@dataclass(frozen=True, slots=True)
class OpenedExport:
    """An export that was read to its end and leads to its `codes_root`; where the wanted serial stood, if it did."""

    run: ExportedRun
    index: int | None
    membership: Membership | None


def export(run: ExportedRun, cipher: SerialCipher) -> Iterator[bytes]:
    """What is sealed, in pieces; memory does not grow with the run.

    Raises LedgerError at the end when the codes do not lead to the root that the ledger has: an export that could
    prove nothing is not kept.
    """
    run.codes.check_cipher(cipher)
    yield run.line()
    hashes: list[bytes] = []
    number, count = run.codes.run, run.codes.count
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        serials, nonces = cipher.encode(number, first, size), cipher.nonces(number, first, size)
        hashes.append(join_blocks(leaves_of(run.codes, serials, nonces)))
        yield np.concatenate([nonces, serials], axis=1).tobytes()
    if root(b"".join(hashes)) != run.codes_root:
        raise refusal(
            "codes_root",
            f"第 {number} 批的标识不通向所公布的摘要，未导出",
            f"the codes of run {number} do not lead to the root that was published; nothing was exported",
            "请核对赋码主密钥，运行 gimark ledger check",
            "Check the serial master's file and run gimark ledger check",
        )


def read_export(pieces: Iterable[bytes], host: str, name: str, wanted: str | None = None) -> OpenedExport:
    """Read the whole export `name`, and prove that it leads to its root; where the serial `wanted` stands in it.

    Raises InvalidInputError when it is cut short, too long, or does not lead to its root.
    """
    stream = _Stream(pieces)
    run = ExportedRun.parse(stream.line(), host, name)
    hashes: list[bytes] = []
    index, nonce, block = None, b"", []
    for first in range(0, run.codes.count, CHUNK):
        nonces, serials = _rows(stream.read(min(CHUNK, run.codes.count - first) * ROW_SIZE))
        leaves = leaves_of(run.codes, serials, nonces)
        hashes.append(join_blocks(leaves))
        found = _place(serials, wanted)
        if found is not None:
            index, nonce, start = first + found, nonces[found].tobytes(), found // BLOCK * BLOCK
            block = leaves[start : start + BLOCK]
    blob = b"".join(hashes)
    if not stream.is_at_end() or root(blob) != run.codes_root:
        raise _unfit(name, "其中的标识不通向该批的摘要", "its codes do not lead to the run's root")
    if index is None:
        return OpenedExport(run, None, None)
    return OpenedExport(run, index, Membership(nonce, path_of(block, blob, index, run.codes.count)))


def _rows(data: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Nonces and serials of the whole rows in `data`; what is cut short leads to another root."""
    whole = len(data) // ROW_SIZE
    rows = np.frombuffer(data, np.uint8, whole * ROW_SIZE).reshape(whole, ROW_SIZE)
    return rows[:, :NONCE_SIZE], rows[:, NONCE_SIZE:]


def _place(serials: NDArray[np.uint8], wanted: str | None) -> int | None:
    if wanted is None:
        return None
    [found] = (serials == np.frombuffer(wanted.encode("ascii"), np.uint8)).all(axis=1).nonzero()
    return int(found[0]) if len(found) else None


class _Stream:
    """Pieces of any length, read by line or by size."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = bytearray()

    def line(self) -> bytes:
        """Up to the first LF, which is dropped; at most `MAX_FACTS_SIZE` bytes."""
        self._fill(MAX_FACTS_SIZE)
        size = max(self._held.find(b"\n", 0, MAX_FACTS_SIZE), 0)
        return self._take(size + 1)[:-1]

    def read(self, size: int) -> bytes:
        """`size` bytes, fewer at the end."""
        self._fill(size)
        return self._take(size)

    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        self._fill(1)
        return not self._held

    def _fill(self, size: int) -> None:
        while len(self._held) < size and (piece := next(self._pieces, None)) is not None:
            self._held += piece

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


def _unfit(name: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        name,
        f"随机数导出文件不成立：{reason_zh}",
        f"the export of nonces does not hold: {reason_en}",
        "请用另一份备份；赋码主密钥还在时运行 gimark keys recovery export 重新导出",
        "Take another copy of it; while the serial master is there, gimark keys recovery export makes it again",
    )
