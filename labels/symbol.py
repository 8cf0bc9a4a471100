"""A single symbol: its modules, and the path that draws them."""

import numpy as np
from numpy.typing import NDArray

from labels.part import encoder_for
from labels.qr import Level, version_for

Bytes = NDArray[np.uint8]


def symbol_modules(payload: bytes, level: Level = "M") -> Bytes:
    """(size, size) of 0 and 1, 1 is dark, without quiet zone; the smallest version that holds `payload`."""
    encoder = encoder_for(version_for(len(payload), level), level, None)
    packed = encoder.matrices(np.frombuffer(payload, np.uint8)[None])
    return np.unpackbits(packed[0], axis=1, count=encoder.size)


def symbol_path(modules: Bytes) -> str:
    """The dark modules as one SVG path, a module a unit, each run of a row a rectangle."""
    edges = np.diff(np.pad(modules, ((0, 0), (1, 1))).view(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    runs = zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return "".join(f"M{a} {y}h{b - a}v1h{a - b}z" for y, a, b in runs)
