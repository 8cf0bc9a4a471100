"""Batches as a desk shows them: with the names that people know them by, and how far their mass goes.

A page costs a fixed number of statements, however many batches there are and however many rows it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.production.lists import BatchFilter, ListedBatch, batch, batches
from gimark.production.model import Batch, BatchVolume, VolumeReservation
from gimark.production.rules import BatchState, Volume
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import Town
from gimark.store.paging import Portion, Wanted


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch with the names of its enterprise, item and town, the item's net content in grams, and its volume."""

    batch: ListedBatch
    enterprise_zh: str
    enterprise_en: str | None
    item_zh: str
    item_en: str | None
    town_zh: str
    town_en: str | None
    net_g: int
    volume: Volume

    @property
    def issued(self) -> int:
        """How many live codes there are."""
        return self.volume.issued_g // self.net_g

    @property
    def activated(self) -> int:
        """How many of them are active."""
        return self.volume.activated_g // self.net_g

    @property
    def inactive(self) -> int:
        """How many live codes wait to be activated."""
        return self.issued - self.activated

    @property
    def issuable(self) -> int:
        """How many more codes may be issued; none for a batch that was recalled."""
        return 0 if self.batch.state is BatchState.RECALLED else self.volume.issuable(self.net_g)

    @property
    def awaits_activation(self) -> bool:
        """Whether there are codes that could be activated now."""
        return self.batch.state is BatchState.CONFIRMED and self.inactive > 0


def batch_rows(session: Session, actor: Actor, wanted: Wanted, chosen: BatchFilter, now: datetime) -> Portion[BatchRow]:
    """The batches that the actor may see, as `lists.batches` has them, with volumes at `now`. Needs READ."""
    found = batches(session, actor, wanted, chosen)
    return Portion(_rows(session, found.items, now), found.next)


def batch_row(session: Session, actor: Actor, ref: str, now: datetime) -> BatchRow:
    """One of them. Raises NotFoundError."""
    return _rows(session, [batch(session, actor, ref)], now)[0]


def _rows(session: Session, listed: Sequence[ListedBatch], now: datetime) -> tuple[BatchRow, ...]:
    items = {
        ref: (item, enterprise)
        for ref, item, enterprise in session.execute(
            select(TradeItem.ref, TradeItem, Enterprise)
            .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
            .where(TradeItem.ref.in_({one.item_ref for one in listed}))
        )
    }
    towns = {
        town.code: town
        for town in session.scalars(select(Town).where(Town.code.in_({one.terms.town_code for one in listed})))
    }
    used = _used(session, [one.ref for one in listed], now)
    rows = []
    for one in listed:
        item, enterprise = items[one.item_ref]
        town = towns[one.terms.town_code]
        sums, reserved_g = used[one.ref]
        volume = Volume(
            planned_g=one.terms.planned_g,
            packed_g=one.terms.packed_g,
            issued_g=sums.issued_g,
            activated_g=sums.activated_g,
            reserved_g=reserved_g,
            override_g=sums.override_g,
        )
        holder = enterprise.name_zh, enterprise.name_en
        names = item.name_zh, item.name_en, town.name_zh, town.name_en
        rows.append(BatchRow(one, *holder, *names, item.net_g, volume))
    return tuple(rows)


def _used(session: Session, refs: Sequence[str], now: datetime) -> dict[str, tuple[BatchVolume, int]]:
    """A batch's running sums and the grams reserved at `now`, by the batch's ref."""
    found = session.execute(
        select(Batch.ref, BatchVolume).join(BatchVolume, BatchVolume.batch_id == Batch.id).where(Batch.ref.in_(refs))
    ).all()
    held: dict[int, int] = dict(
        session.execute(
            select(VolumeReservation.batch_id, func.sum(VolumeReservation.mass_g))
            .where(VolumeReservation.batch_id.in_([sums.batch_id for _, sums in found]))
            .where(VolumeReservation.expires_at > now)
            .group_by(VolumeReservation.batch_id)
        ).all()
    )
    return {ref: (sums, int(held.get(sums.batch_id, 0))) for ref, sums in found}
