"""Making and revoking access keys. Like all that concerns users, none of it is a ledger act."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select, update

from gimark.accounts.access.model import AccessKey
from gimark.accounts.access.queries import AccessKeyFacts, facts_of, visible_key
from gimark.accounts.access.rules import LONGEST_KEY_NAME, MOST_LIVE_KEYS, check_grant, new_token
from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, require
from gimark.clock import local_day
from gimark.errors import ConflictError, Fault
from gimark.store.unit_of_work import Act
from gimark.texts import check_texts


@dataclass(frozen=True, slots=True)
class AccessKeyForm:
    """A key as asked for; `expires_on` is its last day."""

    name: str
    scopes: tuple[Permission, ...]
    expires_on: date


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    """A key just made. `token` is shown once and kept nowhere."""

    facts: AccessKeyFacts
    token: str


def create_access_key(act: Act, actor: Actor, form: AccessKeyForm) -> NewAccessKey:
    """Make a key for oneself. Needs MANAGE_ACCESS.

    Raises InvalidInputError for a bad name, a scope that the actor has not, or a life of over a year, ConflictError
    when the owner has `MOST_LIVE_KEYS` already.
    """
    require(actor, Permission.MANAGE_ACCESS)
    today = local_day(act.now)
    checklist = check_grant(actor, form.scopes, form.expires_on, today)
    check_texts(checklist, {"name": (form.name, LONGEST_KEY_NAME)})
    checklist.settle()
    # The owner's row is held, so that of many keys asked for at once no more are made than may live.
    act.session.get_one(User, actor.user_id, with_for_update=True)
    _check_room(act, actor, today)
    token = new_token()
    key = AccessKey(
        user_id=actor.user_id,
        name=form.name,
        prefix=token.prefix,
        secret_sha256=token.secret_sha256,
        scopes=sorted(set(form.scopes)),
        expires_on=form.expires_on,
        created_at=act.now,
    )
    act.session.add(key)
    act.session.flush()
    return NewAccessKey(facts_of(act.session, key), str(token))


def revoke_access_key(act: Act, actor: Actor, ref: str) -> AccessKeyFacts:
    """End a key for good, at once. Needs MANAGE_ACCESS, and for another's key MANAGE_USERS.

    Revoking again changes nothing. Raises NotFoundError.
    """
    key = visible_key(act.session, actor, ref)
    if key.revoked_at is None:
        key.revoked_at = act.now
        act.session.flush()
    return facts_of(act.session, key)


def note_use(act: Act, key_id: int, day: date) -> None:
    """Note that a key was used on `day`; never an earlier one than is noted already."""
    act.session.execute(
        update(AccessKey)
        .where(AccessKey.id == key_id, or_(AccessKey.last_used_on.is_(None), AccessKey.last_used_on < day))
        .values(last_used_on=day)
    )


def _check_room(act: Act, actor: Actor, today: date) -> None:
    live = act.session.scalar(
        select(func.count(AccessKey.id)).where(
            AccessKey.user_id == actor.user_id, AccessKey.revoked_at.is_(None), AccessKey.expires_on >= today
        )
    )
    if (live or 0) >= MOST_LIVE_KEYS:
        raise ConflictError(
            (
                Fault(
                    "",
                    f"已有 {MOST_LIVE_KEYS} 个有效的访问密钥",
                    f"there are {MOST_LIVE_KEYS} live access keys already",
                    "请先吊销不再使用的密钥",
                    "Revoke one that is not used any more",
                ),
            )
        )
