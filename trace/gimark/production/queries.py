"""Reading batches and their volume."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.production.model import Batch, BatchAct, BatchActKind, BatchAuthorization, BatchVolume, VolumeReservation
from gimark.production.rules import BatchTerms, Volume


@dataclass(frozen=True, slots=True)
class RecallFacts:
    """The recall of a batch."""

    reason: str
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """A batch as it stands. `authorization_ids` are those it was registered under."""

    id: int
    ref: str
    item_id: int
    lot: str
    producer_lot: str | None
    terms: BatchTerms
    registered_at: datetime
    ledger_index: int
    confirm_index: int | None
    recall: RecallFacts | None
    authorization_ids: tuple[int, ...]


def batch_facts(session: Session, batch: Batch) -> BatchFacts:
    """One batch with its acts."""
    acts = session.scalars(select(BatchAct).where(BatchAct.batch_id == batch.id).order_by(BatchAct.ledger_index)).all()
    confirmed = [act.ledger_index for act in acts if act.kind is BatchActKind.CONFIRM]
    recalled = [
        RecallFacts(act.reason or "", act.at, act.ledger_index) for act in acts if act.kind is BatchActKind.RECALL
    ]
    authorization_ids = session.scalars(
        select(BatchAuthorization.authorization_id)
        .where(BatchAuthorization.batch_id == batch.id)
        .order_by(BatchAuthorization.authorization_id)
    )
    return BatchFacts(
        id=batch.id,
        ref=batch.ref,
        item_id=batch.item_id,
        lot=batch.lot,
        producer_lot=batch.producer_lot,
        terms=terms_of(batch),
        registered_at=batch.registered_at,
        ledger_index=batch.ledger_index,
        confirm_index=confirmed[0] if confirmed else None,
        recall=recalled[0] if recalled else None,
        authorization_ids=tuple(authorization_ids),
    )


def terms_of(batch: Batch) -> BatchTerms:
    """What may change about the batch, as it is now."""
    return BatchTerms(
        batch.town_code, batch.harvested_from, batch.harvested_until, batch.planned_g, batch.packed_g, batch.packed_on
    )


def volume_of(session: Session, batch: Batch, now: datetime) -> Volume:
    """The batch's volume at `now`: two rows and the orders still held, however many runs there were."""
    sums = session.get(BatchVolume, batch.id)
    reserved = session.scalar(
        select(func.coalesce(func.sum(VolumeReservation.mass_g), 0)).where(
            VolumeReservation.batch_id == batch.id, VolumeReservation.expires_at > now
        )
    )
    return Volume(
        planned_g=batch.planned_g,
        packed_g=batch.packed_g,
        issued_g=sums.issued_g if sums else 0,
        activated_g=sums.activated_g if sums else 0,
        reserved_g=int(reserved or 0),
        override_g=sums.override_g if sums else 0,
    )
