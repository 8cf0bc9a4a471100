"""A run's nonces as they are kept for the day the serial master is lost: `gi-nonces/v1`.

What is sealed (`gimark.keys.age`) is one line of canonical JSON, the run's facts, and behind its LF a row of 29 bytes
for each code in the order of their indices: its nonce (16) and its serial (13, ASCII). The nonce alone would not do: a
leaf is hashed over the message too, and the message of every code of a block stands on somebody's package. Nothing
here needs the serial master to be read, and one run's export says nothing of another's.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
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


class ExportReader:
    """Reads the export `name` as it is written to it, and finds where the serial `wanted` stands.

    `host` is only what its codes would be printed with. Memory does not grow with the run, but for a hash of each 256
    codes.
    """

    def __init__(self, host: str, name: str, wanted: str | None = None) -> None:
        self._host, self._name, self._wanted = host, name, wanted
        self._held = bytearray()
        self._run: ExportedRun | None = None
        self._read = 0
        self._hashes: list[bytes] = []
        self._found: tuple[int, bytes, list[bytes]] | None = None

    def write(self, piece: bytes) -> int:
        """Take what comes next; raises InvalidInputError when it cannot be an export."""
        self._held += piece
        if self._run is None:
            line, end, rest = self._held.partition(b"\n")
            if not end and len(line) <= MAX_FACTS_SIZE:
                return len(piece)
            self._run, self._held = ExportedRun.parse(bytes(line), self._host, self._name), rest
        while len(self._held) >= CHUNK * ROW_SIZE:
            self._take(CHUNK)
        return len(piece)

    def opened(self) -> OpenedExport:
        """What was read, once it was read to its end, and after it was proven to lead to its root.

        Raises InvalidInputError when it was cut short, is too long, or does not lead there.
        """
        if self._run is None:
            raise _unfit(self._name, f"不是 {FORMAT} 文件", f"it is not {FORMAT}")
        self._take(len(self._held) // ROW_SIZE)
        blob, count = b"".join(self._hashes), self._run.codes.count
        if self._held or self._read != count or root(blob) != self._run.codes_root:
            raise _unfit(self._name, "其中的标识不通向该批的摘要", "its codes do not lead to the run's root")
        if self._found is None:
            return OpenedExport(self._run, None, None)
        index, nonce, block = self._found
        return OpenedExport(self._run, index, Membership(nonce, path_of(block, blob, index, count)))

    def _take(self, count: int) -> None:
        """The next `count` rows, of which all but the last ones come in whole chunks."""
        assert self._run is not None
        rows = np.frombuffer(bytes(self._held[: count * ROW_SIZE]), np.uint8).reshape(count, ROW_SIZE)
        del self._held[: count * ROW_SIZE]
        nonces, serials = rows[:, :NONCE_SIZE], rows[:, NONCE_SIZE:]
        leaves = leaves_of(self._run.codes, serials, nonces)
        self._hashes.append(join_blocks(leaves))
        found = _place(serials, self._wanted)
        if found is not None:
            start = found // BLOCK * BLOCK
            self._found = self._read + found, nonces[found].tobytes(), leaves[start : start + BLOCK]
        self._read += count


def _place(serials: NDArray[np.uint8], wanted: str | None) -> int | None:
    if wanted is None:
        return None
    [found] = (serials == np.frombuffer(wanted.encode("ascii"), np.uint8)).all(axis=1).nonzero()
    return int(found[0]) if len(found) else None


def _unfit(name: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        name,
        f"随机数导出文件不成立：{reason_zh}",
        f"the export of nonces does not hold: {reason_en}",
        "请用另一份备份；赋码主密钥还在时运行 gimark keys recovery export 重新导出",
        "Take another copy of it; while the serial master is there, gimark keys recovery export makes it again",
    )
