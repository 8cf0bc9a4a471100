"""Lists whose filter only a rule can answer: the database narrows them down, and what comes is judged row by row."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from gimark.store.paging import MOST, Portion, Wanted

T = TypeVar("T")


def sifted(
    read: Callable[[Wanted], Portion[T]], keep: Callable[[T], bool], ref_of: Callable[[T], str], wanted: Wanted
) -> Portion[T]:
    """The wanted portion of those that `keep` says yes to, of all that `read` gives portion by portion.

    It reads on until the portion is full, so that it costs what lies between its rows.
    """
    found = tuple(islice(filter(keep, _all(read, wanted)), wanted.limit + 1))
    kept = found[: wanted.limit]
    return Portion(kept, ref_of(kept[-1]) if len(found) > wanted.limit else None)


def _all(read: Callable[[Wanted], Portion[T]], wanted: Wanted) -> Iterator[T]:
    limit, after = wanted.limit + 1, wanted.after
    while True:
        part = read(Wanted(limit, after, wanted.newest_first))
        yield from part.items
        if part.next is None:
            return
        limit, after = MOST, part.next
