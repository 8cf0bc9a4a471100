"""What is asked of a list that somebody takes along, and the shape that all such lists have.

A list has the filters and orders of its page, is scoped as its page is, and is read a portion at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from api.web.desk.lists import REVERSED
from api.web.language import Language
from api.web.translation import Say, sayer
from gimark.accounts.rules import Actor, Permission
from gimark.clock import local_day
from gimark.exchange.pages import all_of
from gimark.exchange.tables import Table, Value
from gimark.quantities import GRAMS_PER_KG
from gimark.store.paging import Portion, Wanted
from gimark.store.unit_of_work import Store

T = TypeVar("T")
Chosen = TypeVar("Chosen", bound=StrEnum)
Read = Callable[[Session, Wanted], Portion[T]]
"""A list a portion at a time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a list, with which filters (empty ones too) and in which order (a column, with `-` turned round)."""

    store: Store
    actor: Actor
    filters: Mapping[str, str]
    sort: str
    language: Language

    def text(self, name: str) -> str | None:
        """A filter; None when it is empty."""
        return self.filters.get(name, "") or None

    def one_of(self, name: str, kind: type[Chosen]) -> Chosen | None:
        """A filter that is one of an enumeration; None for anything else."""
        text = self.text(name)
        return kind(text) if text in set(kind) else None

    @property
    def order(self) -> str:
        """The column by which the list is in order."""
        return self.sort.removeprefix(REVERSED)

    @property
    def now(self) -> datetime:
        """The instant of asking."""
        return self.store.clock.now()

    @property
    def today(self) -> date:
        """Its day in Asia/Shanghai."""
        return local_day(self.now)

    @property
    def say(self) -> Say:
        """Says a text in the reader's language."""
        return sayer(self.language)

    def name(self, zh: str | None, en: str | None) -> str | None:
        """A name in the reader's language, as far as there is one."""
        return (self.language == "en" and en) or zh


Columns = Sequence[tuple[str, Callable[[Asked, T], Value]]]


def readers(actor: Actor) -> bool:
    """Everybody who may read; what they may see is for the list to say."""
    return Permission.READ in actor.permissions


def offices(actor: Actor) -> bool:
    """Whoever may read and belongs to no enterprise."""
    return readers(actor) and actor.enterprise_id is None


@dataclass(frozen=True, slots=True)
class KeptList(Generic[T]):
    """A list: its title, its columns with what each says of a row, how it is read, and for whom it is.

    `filters` and `sorts` are those of its page; without a sort it is in the order of the first.
    """

    title: str
    columns: Columns[T]
    reader: Callable[[Asked], Read[T]]
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    is_for: Callable[[Actor], bool] = readers

    def rows(self, asked: Asked) -> Iterator[Sequence[Value]]:
        """The list row by row. What is wrong with the filters is raised with the first."""
        found = all_of(asked.store, self.reader(asked), newest_first=asked.sort.startswith(REVERSED))
        return ([of(asked, row) for _, of in self.columns] for row in found)

    def table(self, asked: Asked, rows: Iterable[Sequence[Value]]) -> Table:
        """These rows of it as a table."""
        return Table(asked.say(self.title), [asked.say(heading) for heading, _ in self.columns], rows)


def kilograms(grams: int | None) -> Decimal | None:
    """A mass as people reckon with it."""
    return None if grams is None else Decimal(grams) / GRAMS_PER_KG
