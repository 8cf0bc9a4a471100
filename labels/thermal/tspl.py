"""TSPL for TSC, Gprinter and the many label printers that speak it.

The printer keeps its picture until it is cleared: the fixed part is drawn once, and each label writes its symbol and
its typed code over those of the label before. In a `BITMAP`'s data a 0 is a black dot (TSPL/TSPL2 Programming Manual,
CLS, PRINT and BITMAP, mode 0: overwrite).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.part import PartJob
from labels.template import Template
from labels.thermal.dots import Dots, Drawn, Place, draw_roll

Bytes = NDArray[np.uint8]
_OVERWRITE: Final = 0
_LINE: Final = b"\r\n"


def render_tspl(job: PartJob) -> bytes:
    """The part as TSPL, the same bytes whenever it is rendered; raises what `labels.thermal.dots.draw_roll` raises."""
    return b"".join(tspl_pieces(job))


def tspl_pieces(job: PartJob) -> Iterator[bytes]:
    """`render_tspl` in pieces, so that memory does not grow with the part. Refusals come before the first piece."""
    dots, chunks = draw_roll(job)
    return _pieces(job.design.template, dots, chunks)


def _pieces(template: Template, dots: Dots, chunks: Iterator[Drawn]) -> Iterator[bytes]:
    label, roll = template.label, template.roll
    gap = roll.gap_mm if roll is not None else 0.0
    size = b"SIZE %s mm,%s mm" % (_number(label.width_mm), _number(label.height_mm))
    head = [size, _LINE, b"GAP %s mm,0 mm" % _number(gap), _LINE, b"DIRECTION 1", _LINE, b"CLS", _LINE]
    yield b"".join([*head, _bitmap(Place(0, 0, dots.width, dots.height), np.packbits(dots.face, axis=1))])
    for drawn in chunks:
        parts: list[bytes] = []
        for symbol, code in zip(drawn.symbols, drawn.typed, strict=True):
            rows = np.repeat(symbol, drawn.dots, axis=0)
            parts += [_bitmap(dots.symbol, rows), _bitmap(dots.typed, code), b"PRINT 1", _LINE]
        yield b"".join(parts)


def _bitmap(place: Place, rows: Bytes) -> bytes:
    """A bitmap; the dots that fill its last byte are white too."""
    head = b"BITMAP %d,%d,%d,%d,%d," % (place.x, place.y, rows.shape[1], len(rows), _OVERWRITE)
    return head + np.invert(rows).tobytes() + _LINE


def _number(length_mm: float) -> bytes:
    return f"{length_mm:g}".encode("ascii")
