"""The mask judge agrees with python-qrcode's own penalty on any pattern, not only on those that occur in symbols."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.util import lost_point

from labels.qr.lines import pack, split, transpose
from labels.qr.penalty import MaskJudge

SIZES = (21, 25, 53, 57, 61, 65, 69, 73, 77)
FINDER = [1, 0, 1, 1, 1, 0, 1]


def halves(matrices: np.ndarray) -> np.ndarray:
    """(words, size, n) of consecutive words, first module highest."""
    n, size, _ = matrices.shape
    words = -(-size // 64)
    wide = np.zeros((n, size, 64 * words), np.uint8)
    wide[:, :, :size] = matrices
    return np.ascontiguousarray(np.packbits(wide, axis=2).view(">u8").astype(np.uint64).transpose(2, 1, 0))


def textured(size: int, seed: int, density: float) -> np.ndarray:
    """(size, size): noise with runs, blocks and finder-like patterns written into it, also at the edges."""
    noise = np.random.default_rng(seed)
    matrix = (noise.random((size, size)) < density).astype(np.uint8)
    for _ in range(size):
        row, column, length = noise.integers(0, size, 3)
        matrix[row, column : column + length] = noise.integers(0, 2)
        pattern = [0, 0, 0, 0, *FINDER] if noise.integers(0, 2) else [*FINDER, 0, 0, 0, 0]
        at = int(noise.choice([0, size - 11, noise.integers(0, size - 11)]))
        matrix[int(noise.integers(0, size)), at : at + 11] = pattern
        matrix[at : at + 11, int(noise.integers(0, size))] = pattern
    return matrix


@given(st.sampled_from(SIZES), st.integers(0, 2**32), st.floats(0.05, 0.95))
@settings(max_examples=30, deadline=None)
def test_the_cheapest_mask_is_the_one_python_qrcode_would_choose(size: int, seed: int, density: float) -> None:
    base = textured(size, seed, density)
    masks = np.stack([textured(size, seed + k + 1, 0.5) & (k != 3) for k in range(8)]).astype(np.uint8)
    costs = [lost_point((base ^ mask).tolist()) for mask in masks]
    chosen = MaskJudge(masks, capacity=2).best(halves(base[None]))
    assert chosen.tolist() == [int(np.argmin(costs))]


@pytest.mark.parametrize("size", SIZES)
def test_the_cost_itself_is_python_qrcodes(size: int) -> None:
    """Two masks that differ in one symbol's cost by a known amount leave no room for a constant error."""
    for seed in range(4):
        base = textured(size, seed, 0.5)
        scores = MaskJudge(np.zeros((8, size, size), np.uint8), capacity=1).scores(halves(base[None]))
        assert set(scores[:, 0].tolist()) == {lost_point(base.tolist())}


@pytest.mark.parametrize("size", [21, 53, 61, 65, 77])
def test_transposing_twice_gives_the_same_back_and_once_the_columns(size: int) -> None:
    matrices = np.random.default_rng(7).integers(0, 2, (3, size, size), dtype=np.uint8)
    words = -(-size // 64)
    whole = np.zeros((words, 64 * words, 3), np.uint64)
    whole[:, :size] = halves(matrices)
    turned = transpose(whole)
    assert (transpose(turned) == whole).all()
    columns = split(np.ascontiguousarray(turned[:, :size]), size)
    assert (columns == pack(matrices.swapaxes(1, 2))).all()
