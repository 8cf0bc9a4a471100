"""A QR symbol as an SVG path, for a page."""

from dataclasses import dataclass
from itertools import groupby

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET = 4  # modules of white around it (ISO/IEC 18004, 5.3.8)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of `size` × `size` modules with its quiet zone; `path` draws the dark ones, one unit a module."""

    size: int
    path: str


def symbol_of(text: str) -> Symbol:
    """The symbol that reads as `text`, as small as it can be at level M."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return Symbol(len(rows), "".join(_row(y, row) for y, row in enumerate(rows)))


def _row(y: int, row: list[bool]) -> str:
    parts, x = [], 0
    for is_dark, group in groupby(row):
        length = sum(1 for _ in group)
        if is_dark:
            parts.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return "".join(parts)
