"""Batches as the ledger should hold them, and their present state derived again from their acts."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.ledger.replay import ExpectedEntry
from gimark.production.model import (
    Batch,
    BatchAct,
    BatchActKind,
    BatchAuthorization,
    BatchVolume,
    SeasonSums,
    VolumeMovement,
    VolumeOverride,
)
from gimark.production.overrides import grant_fields, grounds_fields
from gimark.production.seasons import season_at
from gimark.registry.authorizations.model import Authorization
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem


def expected_entries(session: Session) -> Iterator[ExpectedEntry]:
    """The later acts of every batch, and the exceptions that raised its limits.

    Its registration is compared by `registrations`, which the audit calls too.
    """
    for act in session.scalars(select(BatchAct)):
        yield ExpectedEntry(act.ledger_index, f"batch.{act.kind}", act.entry, act.at)
    for override, batch_index in session.execute(
        select(VolumeOverride, Batch.ledger_index).join(Batch, Batch.id == VolumeOverride.batch_id)
    ):
        yield ExpectedEntry(override.grounds_index, "private", grounds_fields(override.salt, override.reason))
        yield ExpectedEntry(override.ledger_index, "override.grant", grant_fields(batch_index, override.extra_g))


def registrations(session: Session) -> Iterator[ExpectedEntry]:
    """What batch.register must say of the fields that no later act changes."""
    rows = session.execute(select(Batch, TradeItem.ledger_index).join(TradeItem, TradeItem.id == Batch.item_id))
    for batch, item_index in rows:
        authorizations = session.scalars(
            select(Authorization.ledger_index)
            .join(BatchAuthorization, BatchAuthorization.authorization_id == Authorization.id)
            .where(BatchAuthorization.batch_id == batch.id)
            .order_by(Authorization.ledger_index)
        )
        yield ExpectedEntry(
            batch.ledger_index,
            "batch.register",
            {"item": item_index, "lot": batch.lot, "authorizations": list(authorizations)},
            batch.registered_at,
        )


def differing_acts(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index, what differs) of acts whose columns say something else than their own entry."""
    rows = session.execute(select(BatchAct, Batch.ledger_index).join(Batch, Batch.id == BatchAct.batch_id))
    for act, batch_index in rows:
        for name, value in (("batch", batch_index), ("reason", act.reason)):
            if act.entry.get(name) != value:
                yield act.ledger_index, f"batch.{act.kind} {name}: row {value!r}, entry {act.entry.get(name)!r}"


def differing_batches(session: Session, registered: dict[int, dict[str, object]]) -> Iterator[tuple[int, str]]:
    """(ledger index, what differs) of batches whose row is not what registration and acts make of it.

    `registered` holds the fields of every batch.register entry by index.
    """
    for batch in session.scalars(select(Batch)):
        state = dict(registered.get(batch.ledger_index, {}))
        recalled = False
        acts = session.scalars(select(BatchAct).where(BatchAct.batch_id == batch.id).order_by(BatchAct.ledger_index))
        for act in acts:
            recalled = recalled or act.kind is BatchActKind.RECALL
            state |= act.entry
        row = {
            "town": batch.town_code,
            "harvested_from": batch.harvested_from.isoformat(),
            "harvested_until": batch.harvested_until.isoformat(),
            "planned_g": batch.planned_g,
            "packed_g": batch.packed_g,
            "packed_on": batch.packed_on and batch.packed_on.isoformat(),
        }
        for name, value in row.items():
            if state.get(name) != value:
                yield batch.ledger_index, f"{name}: row {value!r}, ledger {state.get(name)!r}"
        if batch.is_recalled != recalled:
            yield batch.ledger_index, f"is_recalled: row {batch.is_recalled}, ledger {recalled}"


def movements(session: Session) -> dict[int, tuple[int, str, int, int]]:
    """By ledger index: (batch's ledger index, kind, issued_g, activated_g) of every volume movement."""
    rows = session.execute(select(VolumeMovement, Batch.ledger_index).join(Batch, Batch.id == VolumeMovement.batch_id))
    return {row.ledger_index: (batch, row.kind.value, row.issued_g, row.activated_g) for row, batch in rows}


def differing_sums(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index of the batch, what differs) where the running sums are not the sums of the movements."""
    moved = (
        select(
            VolumeMovement.batch_id,
            func.sum(VolumeMovement.issued_g).label("issued_g"),
            func.sum(VolumeMovement.activated_g).label("activated_g"),
        )
        .group_by(VolumeMovement.batch_id)
        .subquery()
    )
    raised_by = (
        select(VolumeOverride.batch_id, func.sum(VolumeOverride.extra_g).label("extra_g"))
        .group_by(VolumeOverride.batch_id)
        .subquery()
    )
    rows = session.execute(
        select(Batch.ledger_index, BatchVolume, moved.c.issued_g, moved.c.activated_g, raised_by.c.extra_g)
        .join(BatchVolume, BatchVolume.batch_id == Batch.id)
        .outerjoin(moved, moved.c.batch_id == Batch.id)
        .outerjoin(raised_by, raised_by.c.batch_id == Batch.id)
    )
    for index, sums, issued, activated, raised in rows:
        if (sums.issued_g, sums.activated_g) != (int(issued or 0), int(activated or 0)):
            yield index, f"volume: row {sums.issued_g}/{sums.activated_g} g, movements {issued or 0}/{activated or 0} g"
        if sums.override_g != int(raised or 0):
            yield index, f"volume: row raised by {sums.override_g} g, exceptions {raised or 0} g"


def differing_seasons(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index of the enterprise, what differs) where a season's sums are not the sums of its batches."""
    rows = session.execute(
        select(
            Batch.registered_at,
            TradeItem.enterprise_id,
            func.coalesce(Batch.packed_g, Batch.planned_g),
            func.coalesce(BatchVolume.issued_g, 0),
            func.coalesce(BatchVolume.activated_g, 0),
        )
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .outerjoin(BatchVolume, BatchVolume.batch_id == Batch.id)
    )
    made: Counter[tuple[date, int, str]] = Counter()
    for at, enterprise_id, base_g, issued_g, activated_g in rows:
        place = season_at(at), enterprise_id
        added = {"batches": 1, "base_g": base_g, "issued_g": issued_g, "activated_g": activated_g}
        made.update({(*place, name): int(number) for name, number in added.items()})
    yield from differing_from_season(session, SeasonSums, made)


def differing_from_season(
    session: Session, table: type[Any], made: Counter[tuple[date, int, str]]
) -> Iterator[tuple[int, str]]:
    """(ledger index of the enterprise, what differs) where the rows of `table`, which keeps sums by season and
    enterprise, do not say what was added up again: `made`, by season, enterprise's key and column."""
    columns = [column.name for column in table.__table__.columns if not column.primary_key]
    kept = Counter(
        {
            (row.season_on, row.enterprise_id, name): getattr(row, name)
            for row in session.scalars(select(table))
            for name in columns
        }
    )
    indices: dict[int, int] = dict(session.execute(select(Enterprise.id, Enterprise.ledger_index)).all())
    for season_on, enterprise_id, name in sorted(kept.keys() | made.keys()):
        place = season_on, enterprise_id, name
        if kept[place] != made[place]:
            what = f"season from {season_on}, {name}: row {kept[place]}, acts {made[place]}"
            yield indices[enterprise_id], what
