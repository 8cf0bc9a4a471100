"""A whole list as rows, read a portion at a time: no transaction lasts longer than a portion, nor does any memory."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy.orm import Session

from gimark.store.paging import Portion, Wanted
from gimark.store.unit_of_work import Store

PORTION = 500

T = TypeVar("T")


def all_of(store: Store, read: Callable[[Session, Wanted], Portion[T]], *, newest_first: bool = False) -> Iterator[T]:
    """Everything that `read` gives, from the first on (from the newest with `newest_first`).

    What is added meanwhile behind the place where reading is comes too. Raises what `read` raises, at its first portion
    before anything is given.
    """
    after: str | None = None
    while True:
        with store.reading() as session:
            found = read(session, Wanted(PORTION, after, newest_first))
        yield from found.items
        if found.next is None:
            return
        after = found.next
