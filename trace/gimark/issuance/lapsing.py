"""Giving back the volume of orders that were never finished. They lapse by themselves; this takes their rows away."""

from sqlalchemy import delete, select, update

from gimark.issuance.model import IssueOrder
from gimark.ledger import book
from gimark.production.model import VolumeReservation
from gimark.store.unit_of_work import Act


def remove_lapsed(act: Act) -> int:
    """Delete reservations that ran out; how many. The order keeps its number and may still be issued, if volume is
    left. Locks the ledger, as issuing does. The caller commits.
    """
    book.lock(act)
    lapsed = act.session.scalars(select(VolumeReservation.id).where(VolumeReservation.expires_at <= act.now)).all()
    if lapsed:
        act.session.execute(update(IssueOrder).where(IssueOrder.reservation_id.in_(lapsed)).values(reservation_id=None))
        act.session.execute(delete(VolumeReservation).where(VolumeReservation.id.in_(lapsed)))
    return len(lapsed)
