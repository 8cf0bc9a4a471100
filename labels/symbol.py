"""A single symbol for a designer: SVG, or a picture of one bit a pixel."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labels.carrier import QUIET_ZONE
from labels.part import encoder_for
from labels.qr import Level, version_for

Bytes = NDArray[np.uint8]


def symbol_modules(payload: bytes, level: Level = "M", cache_dir: Path | None = None) -> Bytes:
    """(size, size) of 0 and 1, 1 is dark, without quiet zone; the smallest version that holds `payload`."""
    encoder = encoder_for(version_for(len(payload), level), level, cache_dir)
    packed = encoder.matrices(np.frombuffer(payload, np.uint8)[None])
    return np.unpackbits(packed[0], axis=1, count=encoder.size)


def symbol_path(modules: Bytes) -> str:
    """The dark modules as one SVG path, a module a unit, each run of a row a rectangle."""
    edges = np.diff(np.pad(modules, ((0, 0), (1, 1))).view(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    runs = zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return "".join(f"M{a} {y}h{b - a}v1h{a - b}z" for y, a, b in runs)


def symbol_svg(payload: bytes, module_mm: float, level: Level = "M") -> str:
    """The symbol with its quiet zone, `module_mm` a module."""
    modules = symbol_modules(payload, level)
    side = len(modules) + 2 * QUIET_ZONE
    size = f"{side * module_mm:.4f}mm"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path transform="translate({QUIET_ZONE} {QUIET_ZONE})" shape-rendering="crispEdges" '
        f'd="{symbol_path(modules)}"/></svg>'
    )


def symbol_png(payload: bytes, dots: int, dpi: int, level: Level = "M") -> bytes:
    """The symbol with its quiet zone as a one-bit PNG, `dots` pixels a module, for a printer of `dpi`."""
    modules = np.pad(symbol_modules(payload, level), QUIET_ZONE)
    pixels = np.kron(1 - modules, np.ones((dots, dots), np.uint8)).astype(bool)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()
