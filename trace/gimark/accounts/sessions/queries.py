"""Whose session it is, and the list of somebody's devices."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor
from gimark.accounts.sessions.model import WebSession
from gimark.accounts.sessions.rules import SEEN_EVERY, Life, sha256_of


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """A session that goes on, and who sits there. `is_due` tells that its use should be noted again."""

    id: int
    ref: str
    actor: Actor
    must_change_password: bool
    proved_at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One of somebody's devices as their list shows it."""

    ref: str
    device: str
    began_at: datetime
    seen_at: datetime


def session_with(session: Session, token: str, now: datetime, life: Life) -> SignedInSession | None:
    """The session with this token; None when there is none, it ended or ran out, or its user was switched off."""
    digest = sha256_of(token)
    if digest is None:
        return None
    row = session.execute(
        select(WebSession, User)
        .join(User, User.id == WebSession.user_id)
        .where(WebSession.token_sha256 == digest, WebSession.ended_at.is_(None), User.is_active)
    ).one_or_none()
    if row is None or life.is_over(row[0].began_at, row[0].seen_at, now):
        return None
    found, user = row
    return SignedInSession(
        id=found.id,
        ref=found.ref,
        actor=as_actor(user),
        must_change_password=user.must_change_password,
        proved_at=found.proved_at,
        is_due=now >= found.seen_at + SEEN_EVERY,
    )


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
