"""A season's batches: how much was packed, and how much of it codes stand for.

The sums are kept by the acts that change them, in the same transaction, so that a season costs one row an enterprise.
`gimark ledger check` adds the batches up again and tells where the sums differ (replay.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.clock import local_day
from gimark.production.model import Batch, SeasonSums
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.store.base import Base
from gimark.store.unit_of_work import Act

# A season begins on 1 July and ends on 30 June (docs/glossary.md).
FIRST_MONTH = 7


@dataclass(frozen=True, slots=True)
class SeasonVolume:
    """Batches and grams: what is to be packed (the confirmed mass, before that the planned one), what live codes
    stand for, and how much of that is activated."""

    batches: int
    base_g: int
    issued_g: int
    activated_g: int


@dataclass(frozen=True, slots=True)
class EnterpriseVolume:
    """One enterprise's season."""

    ref: str
    name_zh: str
    name_en: str | None
    volume: SeasonVolume


def season_of(day: date) -> date:
    """The first day of the season in which `day` lies."""
    return date(day.year if day.month >= FIRST_MONTH else day.year - 1, FIRST_MONTH, 1)


def season_at(instant: datetime) -> date:
    """The first day of the season in which an instant falls, by its day in Asia/Shanghai."""
    return season_of(local_day(instant))


def move_batch(act: Act, batch: Batch, **sums: int) -> None:
    """Add to the sums (columns of `season_volume`, signed) of the enterprise whose batch it is, and its season."""
    enterprise_id = act.session.get_one(TradeItem, batch.item_id).enterprise_id
    add_to_season(act, SeasonSums, season_at(batch.registered_at), enterprise_id, sums)


def add_to_season(act: Act, table: type[Base], season_on: date, enterprise_id: int, sums: Mapping[str, int]) -> None:
    """Add `sums` (by column) to the row of this season and enterprise in `table`, making it where it is missing.

    Needs the ledger's lock, as every official act has it: two that made the same row at once would collide.
    """
    place = {"season_on": season_on, "enterprise_id": enterprise_id}
    columns = table.__table__.columns
    more = update(table).where(*(columns[name] == value for name, value in place.items()))
    added: Any = act.session.execute(more.values({name: columns[name] + number for name, number in sums.items()}))
    if not added.rowcount:
        act.session.execute(insert(table).values(**place, **sums))


def season_volume(session: Session, actor: Actor, season_on: date) -> SeasonVolume:
    """Of all batches registered in the season that begins on that day; a producer's are its own. Needs READ."""
    row = session.execute(_sums(actor, season_on)).one()
    return SeasonVolume(*(int(value) for value in row))


def volume_by_enterprise(session: Session, actor: Actor, season_on: date, limit: int) -> tuple[EnterpriseVolume, ...]:
    """The same by enterprise, the `limit` whose codes stand for most first. Needs READ."""
    issued = func.sum(SeasonSums.issued_g)
    asked = (
        _sums(actor, season_on)
        .add_columns(Enterprise.ref, Enterprise.name_zh, Enterprise.name_en)
        .join(Enterprise, Enterprise.id == SeasonSums.enterprise_id)
        .group_by(Enterprise.id, Enterprise.ref, Enterprise.name_zh, Enterprise.name_en)
        .order_by(issued.desc(), Enterprise.id)
        .limit(limit)
    )
    rows = session.execute(asked).all()
    return tuple(
        EnterpriseVolume(ref, zh, en, SeasonVolume(*(int(value) for value in sums))) for *sums, ref, zh, en in rows
    )


def _sums(actor: Actor, season_on: date) -> Select[*tuple[Any, ...]]:
    require(actor, Permission.READ)
    columns = (SeasonSums.batches, SeasonSums.base_g, SeasonSums.issued_g, SeasonSums.activated_g)
    asked = (
        select(*(func.coalesce(func.sum(column), 0) for column in columns))
        .select_from(SeasonSums)
        .where(SeasonSums.season_on == season_on)
    )
    return asked if actor.enterprise_id is None else asked.where(SeasonSums.enterprise_id == actor.enterprise_id)
