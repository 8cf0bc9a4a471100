"""The roll of enterprises: who is registered, and how each stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.queries import authorizations
from gimark.registry.authorizations.rules import Standing
from gimark.registry.directory.queries import may_stand
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.model import TradeItem
from gimark.registry.rolls.names import Named, Names, has_part
from gimark.registry.rolls.sifting import sifted
from gimark.store.paging import Portion, Wanted, portion

# The order of the roll: as they were registered, or by their codes.
ORDERS: dict[str, InstrumentedAttribute[int] | InstrumentedAttribute[str]] = {
    "registered": Enterprise.id,
    "uscc": Enterprise.uscc,
}


@dataclass(frozen=True, slots=True)
class EnterpriseFilter:
    """Which enterprises: every part in a name or in the USCC; None leaves it open.

    Of `standing` is an enterprise of whose authorizations one stands so.
    """

    parts: tuple[str, ...] = ()
    kind: EnterpriseKind | None = None
    town: str | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseRow:
    """An enterprise, how many of its authorizations stand how, and how many trade items it has."""

    ref: str
    uscc: str
    name_zh: str
    name_en: str | None
    kind: EnterpriseKind
    town: Named
    standings: tuple[tuple[Standing, int], ...]
    items: int
    ledger_index: int


def enterprise_rows(
    session: Session, actor: Actor, wanted: Wanted, chosen: EnterpriseFilter, today: date, order: str = "registered"
) -> Portion[EnterpriseRow]:
    """Those that the actor may see, as they stand `today`, in one of `ORDERS`. Needs READ."""
    asked, names = _asked(scoped(select(Enterprise), actor, Enterprise.id), chosen, today), Names(session)

    def read(part: Wanted) -> Portion[EnterpriseRow]:
        found = portion(session, asked, ORDERS[order], Enterprise.ref, part)
        return Portion(_rows(session, found.items, names, today), found.next)

    return sifted(read, lambda row: _fits(row, chosen.standing), lambda row: row.ref, wanted)


def _asked(query: Select[Enterprise], chosen: EnterpriseFilter, today: date) -> Select[Enterprise]:
    if chosen.kind is not None:
        query = query.where(Enterprise.kind == chosen.kind)
    if chosen.town is not None:
        query = query.where(Enterprise.town_code == chosen.town)
    if chosen.standing is not None:
        holds = select(Authorization.enterprise_id).where(may_stand(chosen.standing, today))
        query = query.where(Enterprise.id.in_(holds))
    for part in chosen.parts:
        query = query.where(has_part(part, Enterprise.name_zh, Enterprise.name_en, Enterprise.uscc))
    return query


def _fits(row: EnterpriseRow, standing: Standing | None) -> bool:
    return standing is None or any(known is standing for known, _ in row.standings)


def _rows(session: Session, rows: Sequence[Enterprise], names: Names, today: date) -> tuple[EnterpriseRow, ...]:
    ids = [row.id for row in rows]
    held = session.scalars(select(Authorization.id).where(Authorization.enterprise_id.in_(ids))).all()
    standings: dict[int, Counter[Standing]] = {id_: Counter() for id_ in ids}
    for facts in authorizations(session, held):
        standings[facts.enterprise_id][facts.history.standing_on(today)[0]] += 1
    counted = select(TradeItem.enterprise_id, func.count()).where(TradeItem.enterprise_id.in_(ids))
    items: dict[int, int] = dict(session.execute(counted.group_by(TradeItem.enterprise_id)).all())
    return tuple(
        EnterpriseRow(
            ref=row.ref,
            uscc=row.uscc,
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind=row.kind,
            town=names.town(row.town_code),
            standings=tuple(
                (standing, standings[row.id][standing]) for standing in Standing if standings[row.id][standing]
            ),
            items=items.get(row.id, 0),
            ledger_index=row.ledger_index,
        )
        for row in rows
    )


def _in_order(counted: Counter[Standing]) -> tuple[tuple[Standing, int], ...]:
    return tuple((standing, counted[standing]) for standing in Standing if counted[standing])
