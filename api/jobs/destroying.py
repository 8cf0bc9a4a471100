"""The private half of an issuing key is destroyed when its term is over: nobody can sign with what is not there.

Orders that were placed in time are finished first. Copies of the file are for people to destroy; the runbook says so.
"""

from sqlalchemy import func, select

from api.installation import Installation
from api.logs import log
from gimark.clock import local_day
from gimark.issuance.model import IssueRun, PrintOrder, PrintState
from gimark.keys.keyset import IssuingKey
from gimark.ledger import book
from gimark.ledger.disk import remove
from gimark.store.unit_of_work import Act

UNFINISHED = (PrintState.QUEUED, PrintState.RENDERING, PrintState.READY)


def destroy_ended_keys(here: Installation) -> int:
    """Destroy the private half of each issuing key whose last day is over; how many. Each is logged.

    A key that an unfinished print order needs is left for the next turn. Nothing is destroyed while the key set itself
    has ended: either nobody looks after the installation or its clock is wrong, and what is destroyed stays so.
    """
    here.take_up_keys()
    now = here.store.clock.now()
    ended = [key for key in here.keyset.keys if key.until_on < local_day(now) and here.issuing_file(key.kid).exists()]
    if ended and here.keyset.expires_at <= now:
        log.warning("the key set has ended, so no key is destroyed: see to the clock, then gimark keys publish")
        return 0
    destroyed = sum(_destroy(here, key) for key in ended)
    here.take_up_keys()
    return destroyed


def _destroy(here: Installation, key: IssuingKey) -> bool:
    with here.store.acting() as act:
        book.lock(act)  # an order for labels takes it too, so none comes between looking and destroying
        waiting = _orders(act, key.kid)
        if waiting:
            log.warning("an ended key waits for unfinished print orders", kid=key.kid, orders=waiting)
            return False
        never_printed = _never_printed(act, key.kid)
        remove(here.issuing_file(key.kid))
    log.warning(
        "the private half of an issuing key was destroyed at its end",
        kid=key.kid,
        until=key.until_on.isoformat(),
        runs_never_printed=never_printed,
    )
    return True


def _orders(act: Act, kid: str) -> int:
    unfinished = select(func.count()).select_from(PrintOrder).join(IssueRun, IssueRun.id == PrintOrder.run_id)
    return act.session.scalar(unfinished.where(IssueRun.kid == kid, PrintOrder.state.in_(UNFINISHED))) or 0


def _never_printed(act: Act, kid: str) -> list[int]:
    """Runs of which nothing was ever released: their codes can never be printed now, and are best voided."""
    released = select(PrintOrder.run_id).where(PrintOrder.state == PrintState.RELEASED)
    asked = select(IssueRun.number).where(IssueRun.kid == kid, IssueRun.id.not_in(released)).order_by(IssueRun.number)
    return list(act.session.scalars(asked))
