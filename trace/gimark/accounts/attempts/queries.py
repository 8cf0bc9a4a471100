"""What was tried in vain, in all processes together."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.attempts.actions import KEPT_MINUTES
from gimark.accounts.attempts.model import AttemptKind, FailedAttempts


def tries_in(session: Session, minute: int) -> dict[tuple[AttemptKind, bytes], int]:
    """How often each network failed in the minute, by kind."""
    asked = select(FailedAttempts.kind, FailedAttempts.network, FailedAttempts.tries)
    rows = session.execute(asked.where(FailedAttempts.minute == minute))
    return {(kind, bytes(network)): tries for kind, network, tries in rows}


def is_any_to_forget(session: Session, minute: int) -> bool:
    """Whether rows are kept of minutes that lie long before `minute`, or after it."""
    first, last = session.execute(select(func.min(FailedAttempts.minute), func.max(FailedAttempts.minute))).one()
    return first is not None and (first < minute - KEPT_MINUTES or last > minute + KEPT_MINUTES)
