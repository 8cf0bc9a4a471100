"""How wide a font's characters are, in six bytes each.

A dictionary would keep 90,000 small objects between those that reading the font needed for a moment, and with them all
the memory that these took.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

_CODE_POINTS: Final = "I"
_WIDTHS: Final = "H"  # as in the font itself (OpenType 1.9, hmtx: uint16)


class Advances:
    """How far each character that a font draws moves on, by code point, in units of the font."""

    def __init__(self, widths: Mapping[int, int]) -> None:
        codes = sorted(widths)
        self._codes = array(_CODE_POINTS, codes)
        self._widths = array(_WIDTHS, (widths[code] for code in codes))

    def __contains__(self, code: object) -> bool:
        """Whether the font draws the character."""
        return isinstance(code, int) and self._place(code) is not None

    def __getitem__(self, code: int) -> int:
        """Its width; KeyError for a character that the font does not draw."""
        place = self._place(code)
        if place is None:
            raise KeyError(code)
        return self._widths[place]

    def _place(self, code: int) -> int | None:
        place = bisect_left(self._codes, code)
        return place if place < len(self._codes) and self._codes[place] == code else None
