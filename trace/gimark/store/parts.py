"""Many things in parts small enough for one statement: a database takes so many parameters and no more."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

# SQLite may be built to take as few as 999, and a thing may need two.
AT_ONCE = 400

T = TypeVar("T")


def parts(things: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """The things in order, at most `size` at a time."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
