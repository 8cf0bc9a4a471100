"""How many enterprises may use a right today, and what about authorizations waits for somebody."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations
from gimark.registry.authorizations.rules import Standing
from gimark.registry.authorizations.standings import NOTICE_DAYS
from gimark.registry.rolls.names import Named, Names
from gimark.store.parts import parts


@dataclass(frozen=True, slots=True)
class Standings:
    """Enterprises with an authorization in force (`by_product` counts one for each of its products), and how many
    authorizations are suspended, or end within `NOTICE_DAYS`."""

    enterprises: int
    by_product: tuple[tuple[Named, int], ...]
    suspended: int
    ending: int


def standings(session: Session, actor: Actor, today: date) -> Standings:
    """How the authorizations that the actor may see stand `today`. Needs READ."""
    names = Names(session)
    holders: dict[Named, set[int]] = {}
    states: Counter[Standing] = Counter()
    ending = 0
    for facts in _all(session, actor):
        standing = facts.history.standing_on(today)[0]
        states[standing] += 1
        if standing is not Standing.ACTIVE:
            continue
        holders.setdefault(names.rights[facts.right_id].product, set()).add(facts.enterprise_id)
        ends_on = (facts.history.span_from(today) or (today, None))[1]
        ending += ends_on is not None and ends_on <= last_day_of_notice(today)
    by_product = tuple((product, len(ids)) for product, ids in _largest_first(holders))
    return Standings(len(set().union(*holders.values())), by_product, states[Standing.SUSPENDED], ending)


def last_day_of_notice(today: date) -> date:
    """An authorization that ends by this day needs a word in time."""
    return today + timedelta(days=NOTICE_DAYS)


def _largest_first(holders: Mapping[Named, set[int]]) -> list[tuple[Named, set[int]]]:
    return sorted(holders.items(), key=lambda of: (-len(of[1]), of[0].name_zh))


def _all(session: Session, actor: Actor) -> Iterator[AuthorizationFacts]:
    ids = session.scalars(scoped(select(Authorization.id), actor, Authorization.enterprise_id)).all()
    for part in parts(ids):
        yield from authorizations(session, part)
