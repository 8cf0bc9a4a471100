"""Rows and columns of many symbols as 64-bit words, lines outermost and symbols innermost: (lines, symbols).

A line's first module is the highest bit of its word. A line longer than `LONGEST_SINGLE` is two words that overlap:
its first 64 modules and its last `LONGEST_SINGLE`; the second words of all lines come after all the first ones.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
WORD: Final = 64
# The rules about runs need two bits below the last module.
LONGEST_SINGLE: Final = 62
LONGEST: Final = 77
# In a line of two words the first decides about what ends at or before this module, the second about the rest. A rule
# looks at most ten modules back and four ahead, so each word sees all that it needs.
_LAST_OF_FIRST: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """Which bits of the words of a line of `size` modules mean what, one number for each word.

    A bit stands for the module it holds and for every pattern that ends there: `modules` are the bits that hold one,
    `pairs` those whose left neighbour is in the word too, `cores` those where seven modules end, and `own` those that
    this word decides about, so that no pattern counts twice.
    """

    size: int

    @property
    def words(self) -> int:
        """Words of a line: 1 or 2."""
        return 1 if self.size <= LONGEST_SINGLE else 2

    @property
    def modules(self) -> tuple[int, ...]:
        """Bits that hold a module."""
        if self.words == 1:
            return (_bits(0, self.size),)
        return (_bits(0, WORD), _bits(0, LONGEST_SINGLE))

    @property
    def pairs(self) -> tuple[int, ...]:
        """Bits whose module has a left neighbour in the word."""
        return tuple(bits & _bits(1, WORD) for bits in self.modules)

    @property
    def own(self) -> tuple[int, ...]:
        """Bits this word decides about."""
        if self.words == 1:
            return (_bits(0, WORD),)
        split = _LAST_OF_FIRST + 1
        return (_bits(0, split), _bits(split - (self.size - LONGEST_SINGLE), WORD))

    @property
    def cores(self) -> tuple[int, ...]:
        """Bits this word decides about at which seven modules of the word end."""
        return tuple(own & bits & _bits(6, WORD) for own, bits in zip(self.own, self.modules, strict=True))


def pack(matrices: Bytes) -> Words:
    """(n, size, size) of 0 and 1 as (words·size, n)."""
    n, size, _ = matrices.shape
    wide = np.zeros((n, size, 2 * WORD), np.uint8)
    wide[:, :, :size] = matrices
    halves = np.packbits(wide, axis=2).view(">u8").astype(np.uint64)
    return split(np.ascontiguousarray(halves.transpose(2, 1, 0)), size)


def split(halves: Words, size: int) -> Words:
    """(words, size, n) of consecutive words, 64 modules each, as the overlapping (words·size, n)."""
    if size <= LONGEST_SINGLE:
        first: Words = halves[0]
        return first
    second: Words = (halves[0] << np.uint64(size - LONGEST_SINGLE)) | (halves[1] >> np.uint64(2 * WORD - 2 - size))
    return np.concatenate((halves[0], second))


def transpose(halves: Words) -> Words:
    """(words, 64·words, n) of rows, 64 modules a word, as the same of columns."""
    words, lines, n = halves.shape
    blocks = halves.reshape(words, words, WORD, n).swapaxes(0, 1).copy()
    for block in blocks.reshape(-1, WORD, n):
        _transpose_block(block)
    return blocks.reshape(words, lines, n)


def _transpose_block(block: Words) -> None:
    """Transposes 64 x 64 bits in place for every symbol (Warren, Hacker's Delight, 7-3)."""
    half = WORD // 2
    low = 2**half - 1
    while half:
        pairs = block.reshape(-1, 2, half, block.shape[1])
        upper, lower = pairs[:, 0], pairs[:, 1]
        swap = lower >> np.uint64(half)
        swap ^= upper
        swap &= np.uint64(low)
        upper ^= swap
        swap <<= np.uint64(half)
        lower ^= swap
        half //= 2
        low ^= (low << half) & (2**WORD - 1)


def _bits(first: int, end: int) -> int:
    """The bits of modules first … end-1 of a word; module 0 is the highest bit."""
    end = min(end, WORD)
    return 2 ** (WORD - first) - 2 ** (WORD - end) if first < end else 0
