"""The mask penalty of ISO/IEC 18004:2015, 7.8.3, for many symbols and all eight masks, on packed lines.

What the rules look at is linear over GF(2) in the modules: whether two neighbours differ is their exclusive or, and a
mask adds a constant to that. So a mask costs an addition instead of a render, and every rule is a few shifts and ands
before a count of bits:

- rule 1, a run of n >= 5 equal modules costs n - 2: its n - 4 windows of five equal modules, widened by two;
- rule 2, a 2x2 block of one colour costs 3: equal sideways in two rows and equal downwards;
- rule 3, 1011101 beside four light modules costs 40, once for each side that is light;
- rule 4, 10 for every full 5 % by which the dark modules are away from half.

This is how python-qrcode counts: on symbols with blank format information, and no quiet zone beside rule 3.
Constants are stored as often as there are symbols in a chunk: numpy is three times slower when it has to spread them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.qr.lines import Bytes, Line, Words, pack, split, transpose

Scores = NDArray[np.int32]
_RULE_2: Final = 3
_RULE_3: Final = 40
_1, _2, _4, _7 = (np.uint64(k) for k in (1, 2, 4, 7))


class MaskJudge:
    """Chooses the best masks of symbols of one size, at most `capacity` at a time.

    `trial` (8, size, size) of 0 and 1 is what each mask adds to a symbol, function patterns included.
    """

    def __init__(self, trial: Bytes, capacity: int) -> None:
        self._size = size = trial.shape[1]
        self._rows = _Direction(trial, capacity)
        self._columns = _Direction(trial.swapaxes(1, 2), capacity)
        down = np.zeros_like(trial)
        down[:, :-1] = 1 ^ trial[:, 1:] ^ trial[:, :-1]
        self._down = _spread(pack(down)[:-1], capacity)
        self._rule_4 = np.array([_rule_4(size * size - light, size) for light in range(size * size + 1)], np.int32)

    def best(self, halves: Words) -> NDArray[np.intp]:
        """The first of the cheapest masks of each symbol; `halves` (words, size, n) are their unmasked rows."""
        best: NDArray[np.intp] = self.scores(halves).argmin(axis=0)
        return best

    def scores(self, halves: Words) -> Scores:
        """(8, n): what each mask costs each symbol."""
        words, size, n = halves.shape
        whole = np.zeros((words, 64 * words, n), np.uint64)
        whole[:, :size] = halves
        rows = split(halves, size)
        columns = split(np.ascontiguousarray(transpose(whole)[:, :size]), size)
        down = rows[1:] ^ rows[:-1]
        sideways, upright = self._rows.differences(rows), self._columns.differences(columns)
        scratch = _Scratch(rows.shape)
        scores = np.empty((len(self._down), n), np.int32)
        for mask, score in enumerate(scores):
            self._rows.put_on(mask, rows, sideways, scratch)
            score[:] = self._rule_4[self._rows.count(scratch.light, scratch)]
            score += _RULE_2 * self._blocks(mask, down, scratch)
            score += self._rows.runs_and_finders(scratch)
            self._columns.put_on(mask, columns, upright, scratch)
            score += self._columns.runs_and_finders(scratch)
        return scores

    def _blocks(self, mask: int, down: Words, scratch: "_Scratch") -> Scores:
        """Rule 2: how many 2x2 blocks of one colour."""
        n = down.shape[1]
        block = scratch.a[:-1]
        np.bitwise_xor(down, self._down[mask, :, :n], out=block)
        block &= scratch.equal[1:]
        block &= scratch.equal[:-1]
        if self._rows.own is not None:
            block[self._size - 1] = 0  # the last row of the first words is not above the first row of the second
        return self._rows.count(block, scratch)


class _Scratch:
    """Room for the words of one mask: a chunk of 512 symbols fits the second-level cache."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.light, self.equal, self.a, self.b, self.c = (np.empty(shape, np.uint64) for _ in range(5))
        self.counts = np.empty(shape, np.uint8)


class _Direction:
    """The constants of rows, or of columns: (8, lines, capacity) each."""

    def __init__(self, trial: Bytes, capacity: int) -> None:
        size = trial.shape[1]
        line = Line(size)
        modules, self._pairs, own, cores = (
            np.repeat(np.array(bits, np.uint64), size)[:, None]
            for bits in (line.modules, line.pairs, line.own, line.cores)
        )
        masks = pack(trial)
        self._light = _spread(~masks & modules, capacity)
        self._equal = _spread(~(masks ^ (masks >> _1)) & self._pairs, capacity)
        single = line.words == 1
        self.own: Words | None = None if single else _spread(own, capacity)[0]
        self._cores = cores[:1, :1].reshape(()) if single else _spread(cores, capacity)[0]

    def differences(self, lines: Words) -> Words:
        """Where an unmasked module differs from its left neighbour."""
        return (lines ^ (lines >> _1)) & self._pairs

    def put_on(self, mask: int, lines: Words, differences: Words, scratch: _Scratch) -> None:
        """Fills `scratch.light` (the light modules) and `scratch.equal` (those equal to their left neighbour)."""
        n = lines.shape[1]
        np.bitwise_xor(lines, self._light[mask, :, :n], out=scratch.light)
        np.bitwise_xor(differences, self._equal[mask, :, :n], out=scratch.equal)

    def count(self, words: Words, scratch: _Scratch) -> Scores:
        """The number of one bits of each symbol, every pattern counted by the word that owns it. Uses `scratch.c`."""
        lines, n = words.shape
        if self.own is not None:
            words = np.bitwise_and(words, self.own[:lines, :n], out=scratch.c[:lines])
        return _ones(words, scratch.counts[:lines])

    def runs_and_finders(self, scratch: _Scratch) -> Scores:
        """Rules 1 and 3. Uses the scratch up.

        A bit stands for the last module of its pattern, so a shift to the right looks further left in the line.
        """
        light, equal, a, b, c = scratch.light, scratch.equal, scratch.a, scratch.b, scratch.c
        np.right_shift(equal, _1, out=a)
        np.bitwise_or(equal, a, out=b)  # ~b: two changes in a row
        np.bitwise_and(equal, a, out=a)  # three equal
        np.right_shift(a, _1, out=equal)
        equal &= a
        equal &= light  # four light
        np.right_shift(a, _2, out=c)
        a &= c  # five equal
        light |= b
        b >>= _4
        light |= b  # ~light: dark, with two changes on either side of …
        c |= light
        c ^= light  # … three equal: 1011101
        c &= self._cores if self.own is None else self._cores[:, : c.shape[1]]
        np.right_shift(equal, _7, out=b)
        b &= c  # 00001011101
        equal <<= _4
        equal &= c  # 10111010000
        equal <<= _1  # cores are never neighbours, so both kinds share a word
        b |= equal
        finders = _ones(b, scratch.counts)
        np.right_shift(a, _1, out=b)
        a |= b
        b >>= _1
        a |= b  # five equal, widened by two
        return self.count(a, scratch) + _RULE_3 * finders


def _ones(words: Words, counts: Bytes) -> Scores:
    """The number of one bits of each symbol; `counts` is room for those of each word."""
    ones: Scores = np.add.reduce(np.bitwise_count(words, out=counts), axis=0, dtype=np.int32)
    return ones


def _spread(lines: Words, capacity: int) -> Words:
    """(lines, k) as (k, lines, capacity)."""
    return np.ascontiguousarray(np.broadcast_to(lines.T[:, :, None], (lines.shape[1], lines.shape[0], capacity)))


def _rule_4(dark: int, size: int) -> int:
    """Rule 4 in the floating-point arithmetic of python-qrcode."""
    return int(abs(float(dark) / size**2 * 100 - 50) / 5) * 10
