"""Reading access keys, and finding out who holds one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gimark.accounts.access.model import AccessKey
from gimark.accounts.access.rules import read_token
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import AccessKeyRefusedError, Fault
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class AccessKeyFacts:
    """An access key as lists show it; never anything of the secret. `owner` is the login name."""

    ref: str
    owner: str
    name: str
    prefix: str
    scopes: tuple[Permission, ...]
    expires_on: date
    created_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key: its owner, narrowed to its scopes, and the key."""

    actor: Actor
    key_id: int
    key: AccessKeyFacts


def holder_of(session: Session, text: str, today: date) -> Holder:
    """Whose access key `text` is.

    Raises AccessKeyRefusedError. Why a key no longer works is told to whoever has its secret and to nobody else: a
    wrong secret is answered like a prefix that does not exist.
    """
    token = read_token(text)
    if token is None:
        raise _unknown()
    row = session.execute(
        select(AccessKey, User).join(User, User.id == AccessKey.user_id).where(AccessKey.prefix == token.prefix)
    ).one_or_none()
    if row is None or not token.matches(row[0].secret_sha256):
        raise _unknown()
    key, user = row
    _check_usable(key, user, today)
    actor = as_actor(user)
    scopes = frozenset(Permission(scope) for scope in key.scopes)
    return Holder(
        Actor(actor.user_id, actor.name, actor.role, actor.enterprise_id, scopes), key.id, _facts(key, user.name)
    )


def access_keys(session: Session, actor: Actor, wanted: Wanted) -> Portion[AccessKeyFacts]:
    """The actor's own keys, revoked ones too; for whoever manages users, everybody's."""
    found = portion(session, _visible(actor), AccessKey.id, AccessKey.ref, wanted)
    owners = _owners(session, {key.user_id for key in found.items})
    return found.map(lambda key: _facts(key, owners[key.user_id]))


def access_key(session: Session, actor: Actor, ref: str) -> AccessKeyFacts:
    """One of them. Raises NotFoundError."""
    return facts_of(session, visible_key(session, actor, ref))


def visible_key(session: Session, actor: Actor, ref: str) -> AccessKey:
    """The row of a key that this actor may see. Raises NotFoundError."""
    key = session.scalar(_visible(actor).where(AccessKey.ref == ref))
    if key is None:
        raise not_found("key")
    return key


def facts_of(session: Session, key: AccessKey) -> AccessKeyFacts:
    """A row as facts."""
    return _facts(key, _owners(session, {key.user_id})[key.user_id])


def _visible(actor: Actor) -> Select[AccessKey]:
    require(actor, Permission.MANAGE_ACCESS)
    if Permission.MANAGE_USERS in actor.permissions:
        return select(AccessKey)
    return select(AccessKey).where(AccessKey.user_id == actor.user_id)


def _owners(session: Session, user_ids: set[int]) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(user_ids))).all())


def _facts(key: AccessKey, owner: str) -> AccessKeyFacts:
    return AccessKeyFacts(
        ref=key.ref,
        owner=owner,
        name=key.name,
        prefix=key.prefix,
        scopes=tuple(Permission(scope) for scope in key.scopes),
        expires_on=key.expires_on,
        created_at=key.created_at,
        revoked_at=key.revoked_at,
        last_used_on=key.last_used_on,
    )


def _check_usable(key: AccessKey, user: User, today: date) -> None:
    if key.revoked_at is not None:
        raise _refused("访问密钥已吊销", "the access key was revoked", "请换用新的密钥", "Use a new key")
    if today > key.expires_on:
        raise _refused(
            f"访问密钥已于 {key.expires_on} 到期",
            f"the access key ended with {key.expires_on}",
            "请换用新的密钥",
            "Use a new key",
        )
    if not user.is_active:
        raise _refused(
            "密钥所属用户已停用", "the key's owner is switched off", "请联系平台管理员", "Ask an administrator"
        )
    if user.must_change_password:
        raise _refused(
            "密钥所属用户尚未更改一次性密码",
            "the key's owner has not changed the one-time password",
            "请先更改密码",
            "Change the password first",
        )


def _unknown() -> AccessKeyRefusedError:
    return _refused(
        "没有这个访问密钥",
        "there is no such access key",
        "请核对 Authorization: Bearer 后的密钥是否完整",
        "Check that the key after “Authorization: Bearer” is whole",
    )


def _refused(*words: str) -> AccessKeyRefusedError:
    reason_zh, reason_en, remedy_zh, remedy_en = words
    return AccessKeyRefusedError((Fault("", reason_zh, reason_en, remedy_zh, remedy_en),))
