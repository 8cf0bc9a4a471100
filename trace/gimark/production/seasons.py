"""A season's batches: how much was packed, and how much of it codes stand for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.production.model import Batch, BatchVolume
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem

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


def season_volume(session: Session, actor: Actor, first_index: int) -> SeasonVolume:
    """Of all batches registered from ledger index `first_index` on; a producer's are its own. Needs READ."""
    row = session.execute(_sums(actor, first_index)).one()
    return SeasonVolume(*(int(value) for value in row))


def volume_by_enterprise(session: Session, actor: Actor, first_index: int, limit: int) -> tuple[EnterpriseVolume, ...]:
    """The same by enterprise, the `limit` whose codes stand for most first. Needs READ."""
    issued = func.sum(BatchVolume.issued_g)
    asked = (
        _sums(actor, first_index)
        .add_columns(Enterprise.ref, Enterprise.name_zh, Enterprise.name_en)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
        .group_by(Enterprise.id, Enterprise.ref, Enterprise.name_zh, Enterprise.name_en)
        .order_by(issued.desc(), Enterprise.id)
        .limit(limit)
    )
    rows = session.execute(asked).all()
    return tuple(
        EnterpriseVolume(ref, zh, en, SeasonVolume(*(int(value) for value in sums))) for *sums, ref, zh, en in rows
    )


def _sums(actor: Actor, first_index: int) -> Select[*tuple[Any, ...]]:
    require(actor, Permission.READ)
    asked = (
        select(
            func.count(Batch.id),
            func.coalesce(func.sum(func.coalesce(Batch.packed_g, Batch.planned_g)), 0),
            func.coalesce(func.sum(BatchVolume.issued_g), 0),
            func.coalesce(func.sum(BatchVolume.activated_g), 0),
        )
        .select_from(Batch)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .outerjoin(BatchVolume, BatchVolume.batch_id == Batch.id)
        .where(Batch.ledger_index >= first_index)
    )
    return asked if actor.enterprise_id is None else asked.where(TradeItem.enterprise_id == actor.enterprise_id)
