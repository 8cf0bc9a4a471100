"""Whose session it is, and the list of somebody's devices."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.factors.model import SecondFactor
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor
from gimark.accounts.sessions.model import WebSession
from gimark.accounts.sessions.rules import SEEN_EVERY, Life, Step, next_step, sha256_of


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """A session that goes on, and who sits there.

    `step` is what is still to be done before it counts; `is_due` tells that its use should be noted again.
    """

    id: int
    ref: str
    actor: Actor
    step: Step | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One of somebody's devices as their list shows it."""

    ref: str
    device: str
    began_at: datetime
    seen_at: datetime


_WITH_USER = (
    select(WebSession, User, SecondFactor.since)
    .join(User, User.id == WebSession.user_id)
    .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
)


def session_with(session: Session, token: str, now: datetime, life: Life) -> SignedInSession | None:
    """The session with this token; None when there is none, it ended or ran out, or its user was switched off."""
    digest = sha256_of(token)
    if digest is None:
        return None
    row = session.execute(
        _WITH_USER.where(WebSession.token_sha256 == digest, WebSession.ended_at.is_(None), User.is_active)
    ).one_or_none()
    if row is None or life.is_over(row[0].began_at, row[0].seen_at, now):
        return None
    found, user, since = row
    return SignedInSession(
        id=found.id,
        ref=found.ref,
        actor=as_actor(user),
        step=_step(found, user, since),
        is_due=now >= found.seen_at + SEEN_EVERY,
    )


def step_of(session: Session, session_id: int) -> Step | None:
    """What is still to be done in a session, as it stands now."""
    found, user, since = session.execute(_WITH_USER.where(WebSession.id == session_id)).one()
    return _step(found, user, since)


def devices(session: Session, actor: Actor, now: datetime, life: Life) -> tuple[DeviceFacts, ...]:
    """The actor's sessions that go on, the last begun first."""
    rows = session.scalars(
        select(WebSession)
        .where(
            WebSession.user_id == actor.user_id,
            WebSession.ended_at.is_(None),
            WebSession.began_at > now - life.whole,
            WebSession.seen_at > now - life.idle,
        )
        .order_by(WebSession.id.desc())
    )
    return tuple(DeviceFacts(row.ref, row.device, row.began_at, row.seen_at) for row in rows)


def _step(found: WebSession, user: User, since: datetime | None) -> Step | None:
    return next_step(
        user.role,
        has_factor=since is not None,
        is_proved=found.proved_at is not None,
        must_change_password=user.must_change_password,
    )
