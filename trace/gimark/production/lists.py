"""Batches a page at a time, as each actor may see them, and one whole batch with its acts and its volume.

Every list is in the ledger's order and costs its page, however many batches there are: each filter has its own way
through an index, chosen here and not left to the database's guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.ledger.days import within_days
from gimark.production.model import Batch, BatchAct, BatchActKind, EnterpriseEntry, EntryKind
from gimark.production.queries import terms_of, volume_of
from gimark.production.rules import BatchState, BatchTerms, Volume, state_of
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class BatchFilter:
    """Which batches; None leaves it open. Days of registration, both included, are of Asia/Shanghai."""

    enterprise_ref: str | None = None
    item_ref: str | None = None
    lot: str | None = None
    state: BatchState | None = None
    registered_from: date | None = None
    registered_until: date | None = None


@dataclass(frozen=True, slots=True)
class ListedBatch:
    """A batch with what it is of and whose it is; masses of its terms in grams."""

    ref: str
    item_ref: str
    gtin: str
    enterprise_ref: str
    lot: str
    producer_lot: str | None
    terms: BatchTerms
    state: BatchState
    registered_at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class BatchActFacts:
    """One later act on a batch."""

    kind: BatchActKind
    reason: str | None
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class VolumeLeft:
    """A batch's volume in grams, and how many more codes of its item may be issued and activated."""

    net_g: int
    volume: Volume
    issuable: int
    activatable: int


class _Way(NamedTuple):
    """A select without order, the column with the ledger index that it goes by, and the one that is joined with it."""

    asked: Select[Batch]
    number: InstrumentedAttribute[int]
    joined: InstrumentedAttribute[int] | None = None


def batches(session: Session, actor: Actor, wanted: Wanted, chosen: BatchFilter) -> Portion[ListedBatch]:
    """The batches that the actor may see, in the order in which they were registered.

    An item or enterprise that is not there, or is another's, has no batches. Needs READ.
    """
    require(actor, Permission.READ)
    way = _way(session, actor, chosen)
    if way is None:
        return Portion((), None)
    asked, number, joined = way
    asked = within_days(session, asked, chosen.registered_from, chosen.registered_until, number, joined)
    found = portion(session, asked, number, Batch.ref, wanted, joined)
    return Portion(tuple(_listed(session, found.items)), found.next)


def batch(session: Session, actor: Actor, ref: str) -> ListedBatch:
    """One of them. Raises NotFoundError."""
    return _listed(session, [visible_batch(session, actor, ref)])[0]


def batch_acts(session: Session, actor: Actor, ref: str) -> tuple[BatchActFacts, ...]:
    """What was done with a batch since it was registered, in order. Raises NotFoundError."""
    return acts_of(session, visible_batch(session, actor, ref).id)


def volume_left(session: Session, actor: Actor, ref: str, now: datetime) -> VolumeLeft:
    """What a batch's volume at `now` leaves room for. Raises NotFoundError."""
    row = visible_batch(session, actor, ref)
    net_g = session.get_one(TradeItem, row.item_id).net_g
    volume = volume_of(session, row, now)
    return VolumeLeft(net_g, volume, volume.issuable(net_g), volume.activatable(net_g))


def acts_of(session: Session, batch_id: int) -> tuple[BatchActFacts, ...]:
    """The same for a batch that was found already."""
    acts = session.scalars(select(BatchAct).where(BatchAct.batch_id == batch_id).order_by(BatchAct.ledger_index))
    return tuple(BatchActFacts(act.kind, act.reason, act.at, act.ledger_index) for act in acts)


def listed_batch(session: Session, batch_id: int) -> ListedBatch:
    """The batch with this key, whoever asks."""
    return _listed(session, [session.get_one(Batch, batch_id)])[0]


def visible_batch(session: Session, actor: Actor, ref: str) -> Batch:
    """The batch `ref` if this actor may see it; NotFoundError otherwise. Needs READ."""
    require(actor, Permission.READ)
    row = session.scalar(select(Batch).where(Batch.ref == ref))
    if row is None:
        raise not_found("batch")
    require_enterprise(actor, session.get_one(TradeItem, row.item_id).enterprise_id, "batch")
    return row


def _way(session: Session, actor: Actor, chosen: BatchFilter) -> _Way | None:
    """The way through the index that fits best; None when nothing can be found."""
    enterprise_id = actor.enterprise_id
    if chosen.enterprise_ref is not None:
        named = session.scalar(select(Enterprise.id).where(Enterprise.ref == chosen.enterprise_ref))
        if named is None or enterprise_id not in (None, named):
            return None
        enterprise_id = named
    asked = select(Batch)
    if chosen.lot is not None:
        asked = asked.where(Batch.lot == chosen.lot)
    asked = _in_state(asked, chosen.state)
    if chosen.item_ref is not None:
        item = session.scalar(select(TradeItem).where(TradeItem.ref == chosen.item_ref))
        if item is None or enterprise_id not in (None, item.enterprise_id):
            return None
        return _Way(asked.where(Batch.item_id == item.id), Batch.ledger_index)
    if enterprise_id is None:
        return _Way(asked, Batch.ledger_index)
    if chosen.lot is not None or chosen.state in (BatchState.REGISTERED, BatchState.RECALLED):
        # Few have the lot or are in the state: whose they are is asked of each.
        owner = select(TradeItem.enterprise_id).where(TradeItem.id == Batch.item_id).scalar_subquery()
        return _Way(asked.where(owner == enterprise_id), Batch.ledger_index)
    own = asked.select_from(EnterpriseEntry).join(Batch, Batch.ledger_index == EnterpriseEntry.ledger_index)
    whose = (EnterpriseEntry.enterprise_id == enterprise_id, EnterpriseEntry.kind == EntryKind.BATCH)
    return _Way(own.where(*whose), EnterpriseEntry.ledger_index, joined=Batch.ledger_index)


def _in_state(asked: Select[Batch], state: BatchState | None) -> Select[Batch]:
    """Only those in `state`. What most batches are is said as a negation, which no database takes for a way to go."""
    if state is None:
        return asked
    if state is BatchState.RECALLED:
        return asked.where(Batch.is_recalled == True)  # noqa: E712 - an equation, so that the index is used
    if state is BatchState.REGISTERED:
        return asked.where(Batch.packed_on.is_(None), Batch.is_recalled.is_not(True))
    return asked.where(Batch.packed_on.is_not(None), Batch.is_recalled.is_not(True))


def _listed(session: Session, rows: Sequence[Batch]) -> list[ListedBatch]:
    asked = (
        select(TradeItem.id, TradeItem.ref, TradeItem.gtin, Enterprise.ref)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
        .where(TradeItem.id.in_({row.item_id for row in rows}))
    )
    items = {key: (ref, gtin, enterprise_ref) for key, ref, gtin, enterprise_ref in session.execute(asked)}
    return [
        ListedBatch(
            ref=row.ref,
            item_ref=items[row.item_id][0],
            gtin=items[row.item_id][1],
            enterprise_ref=items[row.item_id][2],
            lot=row.lot,
            producer_lot=row.producer_lot,
            terms=terms_of(row),
            state=state_of(row.packed_on, is_recalled=row.is_recalled),
            registered_at=row.registered_at,
            ledger_index=row.ledger_index,
        )
        for row in rows
    ]
