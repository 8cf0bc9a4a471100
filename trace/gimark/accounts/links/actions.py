"""Making a reset link, and using it. The caller commits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gimark.accounts.forms import checked_password
from gimark.accounts.links.model import ResetLink
from gimark.accounts.model import User
from gimark.accounts.passwords import hash_password
from gimark.accounts.queries import managed_user
from gimark.accounts.rules import Actor
from gimark.accounts.sessions.actions import end_sessions
from gimark.accounts.sessions.rules import new_token, sha256_of
from gimark.errors import ConflictError, Fault, NotAllowedError, NotFoundError
from gimark.store.unit_of_work import Act

# A working day and the night around it: long enough to hand it on by telephone or paper.
LINK_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made. `token` is shown once and kept nowhere; `name` is whose password it sets."""

    name: str
    token: str = field(repr=False)
    expires_at: datetime


def make_reset_link(act: Act, actor: Actor, ref: str, *, may_be_own: bool = False) -> NewLink:
    """A link for a user who forgot their password, in place of any earlier one. Needs to manage them.

    The password holds until the link is used. One's own is for whoever sits at the machine itself alone: a session that
    somebody found open must not set a password without the present one. Raises NotFoundError, NotAllowedError for one's
    own, ConflictError for a user who is switched off.
    """
    user = managed_user(act.session, actor, ref, is_held=True)
    if user.id == actor.user_id and not may_be_own:
        raise NotAllowedError((_NOT_ONE_S_OWN,))
    if not user.is_active:
        raise ConflictError((_SWITCHED_OFF,))
    _end(act, user.id)
    token, expires_at = new_token(), act.now + LINK_LIFE
    act.session.add(
        ResetLink(
            user_id=user.id,
            made_by_id=actor.user_id,
            token_sha256=sha256_of(token),
            made_at=act.now,
            expires_at=expires_at,
        )
    )
    act.session.flush()
    return NewLink(user.name, token, expires_at)


def whose_link(session: Session, token: str, now: datetime) -> str:
    """The login name of whose password the link sets.

    Raises NotFoundError with the same words for one that never was, was used, was replaced or ran out.
    """
    return _owner(session, token, now).name


def use_reset_link(act: Act, token: str, password: str) -> Actor:
    """Set the password; all sessions of the user end, and the link too. Whose it was.

    Raises as `whose_link`, and InvalidInputError for the password: then the link can be used still.
    """
    user = _owner(act.session, token, act.now, is_held=True)
    user.password_hash = hash_password(checked_password(password, user.name))
    user.must_change_password = False
    _end(act, user.id)
    end_sessions(act, user.id)
    act.session.flush()
    return Actor(user.id, user.name, user.role, user.enterprise_id)


def forget_links(act: Act, before: datetime) -> int:
    """Take away links that ran out before an instant; how many there were."""
    gone = act.session.execute(delete(ResetLink).where(ResetLink.expires_at < before).returning(ResetLink.id))
    return len(gone.all())


def _end(act: Act, user_id: int) -> None:
    unused = update(ResetLink).where(ResetLink.user_id == user_id, ResetLink.ended_at.is_(None))
    act.session.execute(unused.values(ended_at=act.now))


def _owner(session: Session, token: str, now: datetime, *, is_held: bool = False) -> User:
    asked = (
        select(User)
        .join(ResetLink, ResetLink.user_id == User.id)
        .where(
            ResetLink.token_sha256 == sha256_of(token),
            ResetLink.ended_at.is_(None),
            ResetLink.expires_at > now,
            User.is_active,
        )
    )
    user = session.scalar(asked.with_for_update() if is_held else asked)
    if user is None:
        raise NotFoundError((_NO_LINK,))
    return user


_NO_LINK = Fault(
    "",
    "这个链接不能用：可能已用过、已过期，或已换了新的",
    "the link does not work: it was used, it ran out, or another took its place",
    "请找平台管理员再要一个",
    "Ask an administrator for another",
)
_SWITCHED_OFF = Fault(
    "user",
    "用户已停用",
    "the user is switched off",
    "请先启用该用户",
    "Switch the user on first",
)
_NOT_ONE_S_OWN = Fault(
    "user",
    "不能给自己生成重设密码的链接",
    "nobody makes a link to set their own password",
    "请在“我的账户”里更改密码；忘了密码请找另一位管理员",
    "Change the password in your account; if it is forgotten, ask another administrator",
)
