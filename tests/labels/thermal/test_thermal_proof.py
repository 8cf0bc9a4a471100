"""The release check of thermal files finds every kind of file that must not leave."""

import io
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from labels.errors import ProofError
from labels.part import PartJob
from labels.thermal.proof import prove_tspl, prove_zpl
from labels.thermal.tspl import render_tspl, tspl_pieces
from labels.thermal.zpl import render_zpl, zpl_pieces
from tests.labels.specimens import ROLL_50, codes, design

COUNT = 5
ALL = range(COUNT)


def job(seed: int = 1, **more: object) -> PartJob:
    return PartJob(design(ROLL_50, 300), *codes(COUNT, seed), "26-112", **more)  # type: ignore[arg-type]


def prove(render: Callable[[PartJob], bytes], content: bytes, uris: np.ndarray, labels: object = ALL) -> int:
    if render is render_zpl:
        return prove_zpl(io.BytesIO(content), uris, labels)  # type: ignore[arg-type]
    return prove_tspl(io.BytesIO(content), uris, labels, 300)  # type: ignore[arg-type]


BOTH = pytest.mark.parametrize("render", [render_zpl, render_tspl])


@BOTH
def test_a_good_file_is_read_label_by_label(render: Callable[[PartJob], bytes]) -> None:
    work = job()
    assert prove(render, render(work), work.uris) == COUNT
    assert prove(render, render(work), work.uris, (0, 4)) == 2
    moved = job(offset_mm=(0.5, -0.25))
    assert prove(render, render(moved), moved.uris) == COUNT


@BOTH
def test_codes_of_another_stretch_in_another_order_or_one_too_many_are_found(
    render: Callable[[PartJob], bytes],
) -> None:
    content, uris = render(job()), job().uris
    for other in (job(seed=2).uris, uris[::-1], uris[:-1], np.concatenate((uris, uris[:1]))):
        with pytest.raises(ProofError):
            prove(render, content, other)


@BOTH
def test_a_file_that_is_cut_off_or_damaged_anywhere_never_passes(render: Callable[[PartJob], bytes]) -> None:
    content, uris = render(job()), job().uris
    for length in np.linspace(0, len(content) - 1, 40).astype(int).tolist():
        with pytest.raises(ProofError):
            prove(render, content[:length], uris)
    label = len(content) // 2
    with pytest.raises(ProofError):
        prove(render, content[:label] + b"^XA^FDforged^XZ\n" + content[label:], uris)
    with pytest.raises(ProofError):
        prove(render, content + content, uris)


@pytest.mark.parametrize(("pieces", "render"), [(zpl_pieces, render_zpl), (tspl_pieces, render_tspl)])
def test_pieces_are_the_file_and_memory_does_not_grow_with_it(
    pieces: Callable[[PartJob], Iterator[bytes]], render: Callable[[PartJob], bytes]
) -> None:
    assert b"".join(pieces(job())) == render(job())
    peaks = []
    for count in (512, 512, 2_048):  # the first one fills what is kept for the process
        uris, serials = codes(count)
        tracemalloc.start()
        written = sum(len(piece) for piece in pieces(PartJob(design(ROLL_50, 300), uris, serials, "26-112")))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert written > count * 2_000
    assert peaks[2] < 1.1 * peaks[1]
