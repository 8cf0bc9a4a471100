"""What somebody's second factor is like; never anything of its secret."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.factors.model import RecoveryCode, SecondFactor
from gimark.accounts.rules import Actor


@dataclass(frozen=True, slots=True)
class FactorFacts:
    """An authenticator that counts: since when, and how many recovery codes are left."""

    since: datetime
    codes_left: int


def second_factor(session: Session, actor: Actor) -> FactorFacts | None:
    """The actor's own; None when there is none."""
    since = session.scalar(select(SecondFactor.since).where(SecondFactor.user_id == actor.user_id))
    if since is None:
        return None
    left = select(func.count()).where(RecoveryCode.user_id == actor.user_id, RecoveryCode.used_at.is_(None))
    return FactorFacts(since, session.scalar(left) or 0)
