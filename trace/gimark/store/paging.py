"""Lists a portion at a time, by key: as fast at the millionth row as at the first, and no row twice or left out.

A list is in the order in which its things were made (`id`), or the other way round. Who asks names the last thing it
has by its public `ref`; the next portion begins behind it. So a cursor tells nothing that the list did not, and holds
for as long as the thing.

    def enterprises(session: Session, actor: Actor, wanted: Wanted) -> Portion[EnterpriseFacts]:
        found = portion(session, visible(actor), Enterprise.id, Enterprise.ref, wanted)
        return found.map(facts_of)

where `visible(actor)` is a Select scoped by the actor. Where facts need rows of other tables, read those for
`found.items` at once, never one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.errors import InvalidInputError, invalid

MOST, USUAL = 200, 50

T = TypeVar("T")
U = TypeVar("U")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Wanted:
    """At most `limit` things behind the one whose ref is `after`; from the first on when that is None.

    With `newest_first` the list is asked for from its end: what people look at begins with today.
    """

    limit: int = USUAL
    after: str | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Portion(Generic[T]):
    """Some things of a list; `next` is what to ask behind for the rest, None when there is none."""

    items: tuple[T, ...]
    next: str | None

    def map(self, change: Callable[[T], U]) -> "Portion[U]":
        """The same portion of other things."""
        return Portion(tuple(change(item) for item in self.items), self.next)


def portion(
    session: Session,
    query: Select[Row],
    number: InstrumentedAttribute[int] | InstrumentedAttribute[str],
    ref: InstrumentedAttribute[str],
    wanted: Wanted,
    joined: InstrumentedAttribute[int] | None = None,
) -> Portion[Row]:
    """The wanted portion of `query`, a select of one mapped class without an order.

    `number` is that class's key (or another unique column with an index, whose order the list is to have), `ref` its
    public reference. `joined` is the column that `number` is joined with, where the query joins: it is bounded alike,
    because PostgreSQL carries no inequality over a join. Raises InvalidInputError naming `after` when the query has no
    such row.
    """
    asked = query
    if wanted.after is not None:
        place = session.scalar(query.with_only_columns(number).where(ref == wanted.after))
        if place is None:
            raise unknown_place()
        for column in (number,) if joined is None else (number, joined):
            asked = asked.where(column < place if wanted.newest_first else column > place)
    order = number.desc() if wanted.newest_first else number.asc()
    rows = session.scalars(asked.order_by(order).limit(wanted.limit + 1)).all()
    found = tuple(rows[: wanted.limit])
    return Portion(found, getattr(found[-1], ref.key) if len(rows) > wanted.limit else None)


def unknown_place() -> InvalidInputError:
    """The refusal of an `after` that names nothing in the list."""
    return invalid(
        "after",
        "列表中没有这个位置",
        "the list has no such place",
        "请使用上一页给出的 next，或从头开始",
        "Use the `next` of the page before, or begin anew",
    )
