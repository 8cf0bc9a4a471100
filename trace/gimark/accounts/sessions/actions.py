"""Beginning and ending web sessions. The caller commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from gimark.accounts.factors.model import SecondFactor
from gimark.accounts.rules import not_found
from gimark.accounts.sessions.model import WebSession
from gimark.accounts.sessions.rules import LONGEST_DEVICE, new_token, sha256_of
from gimark.store.unit_of_work import Act


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun. `token` goes to the browser and is kept nowhere."""

    id: int
    ref: str
    token: str


def begin_session(act: Act, user_id: int, device: str) -> NewSession:
    """Begin a session of somebody whose password was right."""
    token = new_token()
    session = WebSession(
        user_id=user_id,
        token_sha256=sha256_of(token),
        device=device[:LONGEST_DEVICE],
        began_at=act.now,
        seen_at=act.now,
    )
    act.session.add(session)
    act.session.flush()
    return NewSession(session.id, session.ref, token)


def note_seen(act: Act, session_id: int) -> None:
    """Note that a session is in use now."""
    act.session.execute(
        update(WebSession).where(WebSession.id == session_id, WebSession.seen_at < act.now).values(seen_at=act.now)
    )


def note_proved(act: Act, session_id: int) -> None:
    """Note that the second factor was shown in this session."""
    act.session.execute(update(WebSession).where(WebSession.id == session_id).values(proved_at=act.now))


def end_session(act: Act, user_id: int, ref: str) -> bool:
    """End one of a user's sessions; False when it had ended. Raises NotFoundError when they had none of this ref."""
    own = (WebSession.user_id == user_id, WebSession.ref == ref)
    if act.session.scalar(select(WebSession.id).where(*own)) is None:
        raise not_found("session")
    return _end(act, *own) > 0


def end_sessions(act: Act, user_id: int, but: str | None = None) -> int:
    """End all of a user's sessions (but the one with this ref), and what one of them began to set up; how many."""
    conditions = [WebSession.user_id == user_id]
    if but is not None:
        conditions.append(WebSession.ref != but)
    waiting = update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.pending.is_not(None))
    act.session.execute(waiting.values(pending=None, pending_since=None))
    return _end(act, *conditions)


def forget_sessions(act: Act, before: datetime) -> int:
    """Take away sessions that began before an instant; how many there were."""
    done = act.session.execute(delete(WebSession).where(WebSession.began_at < before))
    return cast("CursorResult[Any]", done).rowcount


def _end(act: Act, *conditions: Any) -> int:
    done = act.session.execute(
        update(WebSession).where(WebSession.ended_at.is_(None), *conditions).values(ended_at=act.now)
    )
    return cast("CursorResult[Any]", done).rowcount
