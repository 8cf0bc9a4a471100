"""ASCII base-85 of many blocks of equal length at once (ISO 32000-1, 7.4.3)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
_GROUP: Final = 4
_BASE: Final = np.uint32(85)
_CHUNK: Final = 256  # fits the second-level cache
_ZERO_GROUP: Final = np.frombuffer(b"z    ", np.uint8)


def encoded_length(length: int) -> int:
    """Characters for a block of `length` bytes, without the end mark."""
    whole, rest = divmod(length, _GROUP)
    return 5 * whole + (rest + 1 if rest else 0)


def encode(blocks: Bytes) -> Bytes:
    """(n, length) as (n, encoded_length). A group of zeros is its one letter and blanks, which readers skip."""
    count, length = blocks.shape
    encoded = np.empty((count, encoded_length(length)), np.uint8)
    for start in range(0, count, _CHUNK):
        encoded[start : start + _CHUNK] = _encode(blocks[start : start + _CHUNK])
    return encoded


def _encode(blocks: Bytes) -> Bytes:
    count, length = blocks.shape
    padded = np.zeros((count, -(-length // _GROUP) * _GROUP), np.uint8)
    padded[:, :length] = blocks
    groups = padded.view(">u4").astype(np.uint32)
    digits = np.empty((*groups.shape, 5), np.uint8)
    rest = groups
    for place in range(4, 0, -1):
        next_rest = rest // _BASE
        digits[:, :, place] = rest - next_rest * _BASE
        rest = next_rest
    digits[:, :, 0] = rest
    digits += ord("!")
    whole = length // _GROUP
    digits[:, :whole][groups[:, :whole] == 0] = _ZERO_GROUP
    return digits.reshape(count, -1)[:, : encoded_length(length)]
