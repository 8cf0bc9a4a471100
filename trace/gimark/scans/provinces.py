"""The province-level divisions by the first two digits of GB/T 2260, and sets of them as one integer.

A set is a bit mask, so that two processes can add to it in one statement on either database.
"""

from typing import Protocol

PROVINCE_CODES = (
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34"),
    *("35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51", "52"),
    *("53", "54", "61", "62", "63", "64", "65", "71", "81", "82"),
)
_BIT = {code: 1 << place for place, code in enumerate(PROVINCE_CODES)}


class GeoResolver(Protocol):
    """Tells the province of a network address; the address is dropped right after."""

    def province(self, address: str) -> str | None:
        """The province's code, None when it is not known."""
        ...


class NoGeoResolver:
    """The resolver without data: every province is unknown."""

    def province(self, address: str) -> str | None:
        """Always None."""
        return None


def mask_of(province: str | None) -> int:
    """The set of this one province; empty (0) when unknown or not a code of the table."""
    return _BIT.get(province, 0) if province else 0


def codes_in(mask: int) -> tuple[str, ...]:
    """The codes in a set, in ascending order."""
    return tuple(code for code, bit in _BIT.items() if mask & bit)
