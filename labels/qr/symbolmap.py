"""The affine map from data bits to a QR symbol, read out of python-qrcode.

For one version, level and mask a symbol is an affine function over GF(2) of its data bits: Reed-Solomon is linear,
the placement is a permutation, the mask and the function patterns are constants (ISO/IEC 18004:2015, 7.5 to 7.10).
So no second implementation of the standard is needed: a few renders by python-qrcode tell the constants and the
placement, and one pass over unit codewords tells the Reed-Solomon map. What python-qrcode does is thereby what
these symbols do, quirks included. It is imported where it is asked: most processes draw no label.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from labels.errors import CarrierError, Fault

if TYPE_CHECKING:
    from qrcode import base
    from qrcode.main import QRCode

Level = Literal["L", "M", "Q", "H"]
Bytes = NDArray[np.uint8]
MASKS = 8
LARGEST_VERSION = 15  # 180 characters, the most that is ever printed, need 14 at level H; more has no place on a label


@dataclass(frozen=True, slots=True)
class SymbolMap:
    """The map of one version and level. Symbols are packed: `size` rows of `ceil(size/8)` bytes, leftmost bit first.

    `basis` (data bits, size, stride): what flipping one data bit flips in the symbol, mask or not.
    `final` (8, size, stride): the whole symbol of all-zero data under each mask.
    `trial` (8, size, stride): the same with blank format and version information, which is what python-qrcode
    judges masks by.
    """

    version: int
    level: Level
    basis: Bytes
    final: Bytes
    trial: Bytes

    @property
    def size(self) -> int:
        """Modules on a side."""
        return modules_of(self.version)


def modules_of(version: int) -> int:
    """Modules on a side of a symbol of `version`, without its quiet zone."""
    return 17 + 4 * version


def header_bits(version: int) -> int:
    """Bits before the payload in byte mode: the mode and the character count (ISO/IEC 18004:2015, table 3)."""
    from qrcode import util

    return 4 + int(util.length_in_bits(util.MODE_8BIT_BYTE, version))


def data_bits(version: int, level: Level) -> int:
    """Data bits that a symbol holds, header and padding included."""
    from qrcode import util

    return int(util.BIT_LIMIT_TABLE[_correction(level)][version])


def version_for(length: int, level: Level = "M") -> int:
    """The smallest version that holds `length` bytes in byte mode; `CarrierError` if none does."""
    for version in range(1, LARGEST_VERSION + 1):
        if header_bits(version) + 8 * length <= data_bits(version, level):
            return version
    raise CarrierError([_too_long(length, level)])


def read_symbol_map(version: int, level: Level) -> SymbolMap:
    """Reads the map out of python-qrcode: thirty renders and one pass over unit codewords, half a second."""
    from qrcode import base

    blocks = base.rs_blocks(version, _correction(level))
    words = sum(block.total_count for block in blocks)
    blank = _render(version, level, [0] * words, mask=0, trial=False)
    place = _placement(version, level, words, blank)
    stream = _reed_solomon(blocks)
    size = modules_of(version)
    basis = np.zeros((len(stream), size * size), np.uint8)
    placed = place > 0
    basis[:, placed] = stream[:, place[placed] - 1]
    return SymbolMap(
        version,
        level,
        np.packbits(basis.reshape(-1, size, size), axis=2),
        _constants(version, level, words, trial=False),
        _constants(version, level, words, trial=True),
    )


def reference_matrix(payload: bytes, version: int, level: Level) -> Bytes:
    """python-qrcode's own symbol of `payload` in byte mode, best mask, (size, size) of 0 and 1: what ours must equal.

    `QRData` with an explicit mode is the same as `add_data(payload, optimize=0)` for every payload that is not all
    digits or all alphanumeric; no URI is.
    """
    from qrcode import util

    code = _code(version, level)
    code.add_data(util.QRData(payload, mode=util.MODE_8BIT_BYTE))
    code.make(fit=False)
    return np.array(code.modules, dtype=np.uint8)


def _render(version: int, level: Level, codewords: list[int], mask: int, trial: bool) -> Bytes:
    """python-qrcode's modules (size*size,) for finished codewords in the order in which they are placed."""
    code = _code(version, level, mask)
    code.data_cache = codewords
    code.makeImpl(trial, mask)
    return np.array(code.modules, dtype=np.uint8).reshape(-1)


def _code(version: int, level: Level, mask: int | None = None) -> "QRCode":
    from qrcode.main import QRCode

    return QRCode(version=version, error_correction=_correction(level), mask_pattern=mask, border=0)


def _correction(level: Level) -> int:
    """python-qrcode's number of a level."""
    from qrcode import constants

    return int(getattr(constants, f"ERROR_CORRECT_{level}"))


def _constants(version: int, level: Level, words: int, trial: bool) -> Bytes:
    size = modules_of(version)
    renders = [_render(version, level, [0] * words, mask, trial).reshape(size, size) for mask in range(MASKS)]
    return np.packbits(np.stack(renders), axis=2)


def _placement(version: int, level: Level, words: int, blank: Bytes) -> NDArray[np.int64]:
    """For every module the number of its codeword bit, from 1; 0 for a module that carries none.

    Bit k of those numbers is drawn as a symbol, for every k, and read off where the symbol differs from `blank`.
    """
    numbers = np.arange(1, 8 * words + 1)
    place = np.zeros(blank.shape, np.int64)
    for k in range(int(numbers[-1]).bit_length()):
        codewords = np.packbits(((numbers >> k) & 1).astype(np.uint8)).tolist()
        place |= (_render(version, level, codewords, mask=0, trial=False) ^ blank).astype(np.int64) << k
    return place


def _reed_solomon(blocks: "list[base.RSBlock]") -> Bytes:
    """(data bits, codeword bits): which bits of the interleaved codewords flip with each data bit.

    Blocks differ only in length, and leading zeros change nothing, so the longest block's unit codewords tell all.
    """
    checks = blocks[0].total_count - blocks[0].data_count
    longest = max(blocks, key=lambda block: block.data_count)
    units = [_check_codewords(i, longest, checks) for i in range(longest.data_count)]
    order = [(b, i) for i in range(longest.data_count) for b, block in enumerate(blocks) if i < block.data_count]
    place = {codeword: at for at, codeword in enumerate(order)}
    stream = []
    for b, block in enumerate(blocks):
        for i in range(block.data_count):
            unit = np.zeros(len(order) + checks * len(blocks), np.int64)
            unit[place[b, i]] = 1
            unit[len(order) + b :: len(blocks)] = units[i + longest.data_count - block.data_count]
            stream += [_times(unit, 0x80 >> bit) for bit in range(8)]
    return np.unpackbits(np.array(stream, np.uint8), axis=1)


def _check_codewords(i: int, block: "base.RSBlock", checks: int) -> list[int]:
    """python-qrcode's check codewords of a block that is zero but for a 1 at its `i`-th data codeword."""
    from qrcode import util

    buffer = util.BitBuffer()
    buffer.buffer = [int(k == i) for k in range(block.data_count)]
    return list(util.create_bytes(buffer, [block])[-checks:])


def _times(codewords: NDArray[np.int64], factor: int) -> list[int]:
    """The product in GF(256), by python-qrcode's own tables."""
    from qrcode import base

    return [base.gexp(base.glog(word) + base.glog(factor)) if word else 0 for word in codewords.tolist()]


def _too_long(length: int, level: Level) -> Fault:
    return Fault(
        "payload",
        f"{length} 个字节超出纠错级别 {level} 的二维码容量",
        f"{length} bytes are more than a QR symbol of level {level} holds",
        "缩短网址或降低纠错级别",
        "shorten the address or choose a lower level",
    )
