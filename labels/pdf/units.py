"""Numbers and lengths as PDF writes them."""

from typing import Final

POINTS_PER_MM: Final = 72 / 25.4


def points(length_mm: float) -> float:
    """A length in points."""
    return length_mm * POINTS_PER_MM


def number(value: float) -> bytes:
    """A number with at most five decimals, a tenth of a micrometre, and no needless zero."""
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


def numbers(*values: float) -> bytes:
    """Numbers with spaces between them."""
    return b" ".join(number(value) for value in values)
