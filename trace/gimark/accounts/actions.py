"""What is done with users. No such act is a ledger act: the ledger names roles, never people.

Actions that take an `Act` leave the commit to whoever opened it; those that take the `Store` commit themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from gimark.accounts.forms import checked_membership, checked_name, checked_password
from gimark.accounts.model import User
from gimark.accounts.passwords import hash_password, is_outdated, one_time_password, password_matches
from gimark.accounts.queries import ENTERPRISES, as_actor, managed, managed_user
from gimark.accounts.rules import (
    Actor,
    Role,
    not_found,
)
from gimark.accounts.sessions.actions import end_sessions
from gimark.errors import ConflictError, Fault, InvalidInputError, NotAllowedError, invalid
from gimark.store.unit_of_work import Act, Store


@dataclass(frozen=True, slots=True)
class UserForm:
    """A user as entered; `enterprise_id` for people of an enterprise and for nobody else."""

    name: str
    role: Role
    enterprise_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user just made, or given a new one-time password, which is shown once and kept nowhere."""

    ref: str
    name: str
    one_time_password: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody whose password was right. While `must_change_password`, they may do nothing but change it.

    `password_hash` is the one that the password was held against (see `check_unchanged`).
    """

    actor: Actor
    must_change_password: bool
    password_hash: str = field(repr=False)


def create_first_administrator(act: Act, name: str = "admin") -> NewUser:
    """The one user that nobody had to permit. Raises ConflictError when there is any user already."""
    if act.session.scalar(select(func.count(User.id))):
        raise _conflict(
            "已经有用户了",
            "there are users already",
            "请由平台管理员新建用户",
            "Ask an administrator to make the user",
        )
    return _create(act, UserForm(name, Role.ADMINISTRATOR))


def create_user(act: Act, actor: Actor, form: UserForm) -> NewUser:
    """Make a user with a one-time password. Needs MANAGE_USERS, or MANAGE_STAFF for one of the own enterprise.

    Raises InvalidInputError for a name's form or a missing or superfluous enterprise, NotFoundError for an unknown
    enterprise, ConflictError for a name in use.
    """
    managed(actor)
    _check_own(actor, form.enterprise_id)
    return _create(act, form)


def change_role(act: Act, actor: Actor, ref: str, role: Role, enterprise_id: int | None = None) -> None:
    """Give a user another role, at once. Needs MANAGE_USERS, or MANAGE_STAFF for one of the own enterprise.

    Raises NotFoundError, InvalidInputError for a missing or superfluous enterprise, ConflictError for one's own role:
    so an administrator is always left.
    """
    managed(actor)
    _check_own(actor, enterprise_id)
    checked_membership(role, enterprise_id)
    _check_enterprise(act, enterprise_id)
    user = managed_user(act.session, actor, ref, is_held=True)
    if user.id == actor.user_id:
        raise _conflict(
            "不能更改自己的角色",
            "nobody changes their own role",
            "请由另一位管理用户的人操作",
            "Ask somebody else who manages users",
        )
    user.role, user.enterprise_id = role, enterprise_id
    act.session.flush()


def verify_password(store: Store, name: str, password: str) -> SignedIn:
    """Whose password this is.

    Raises NotAllowedError with the same words, after the same work, whether the name is unknown, the user is
    switched off, has no password, or the password is wrong. Limiting guesses is the caller's.
    """
    user = _verified(store, name, password)
    current = user.password_hash or ""
    if is_outdated(current):
        renewed = hash_password(password)
        if _replace_hash(store, user, renewed, must_change=user.must_change_password):
            current = renewed
    return SignedIn(as_actor(user), user.must_change_password, current)


def check_unchanged(act: Act, signed_in: SignedIn) -> None:
    """Hold the user's row, and raise NotAllowedError when the password was replaced since it was verified."""
    user = act.session.get_one(User, signed_in.actor.user_id, with_for_update=True)
    if user.password_hash != signed_in.password_hash or not user.is_active:
        raise _refused()


def change_password(store: Store, name: str, old: str, new: str, keeps: str | None = None) -> Actor:
    """Give oneself another password; every session but `keeps` ends with the old one.

    Raises NotAllowedError as verify_password does, InvalidInputError for `new`.
    """
    user = _verified(store, name, old)
    if new == old:
        raise _same_as_old()
    if not _set_own(store, user, hash_password(checked_password(new, name)), keeps):
        raise _refused()
    return as_actor(user)


def replace_one_time_password(store: Store, actor: Actor, new: str, keeps: str | None = None) -> None:
    """Give oneself a password in place of the one-time one with which one just signed in; all sessions but `keeps` end.

    Raises InvalidInputError for `new`, NotAllowedError when there is no one-time password any more.
    """
    with store.reading() as session:
        user = session.get_one(User, actor.user_id)
        session.expunge_all()
    checked_password(new, user.name)
    if password_matches(user.password_hash, new):
        raise _same_as_old()
    if not (user.must_change_password and _set_own(store, user, hash_password(new), keeps)):
        raise _refused()


def reset_password(act: Act, actor: Actor, ref: str) -> NewUser:
    """Give a user who forgot a new one-time password; sessions end. Needs to manage them. Raises NotFoundError."""
    user = managed_user(act.session, actor, ref, is_held=True)
    password = one_time_password()
    user.password_hash, user.must_change_password = hash_password(password), True
    end_sessions(act, user.id)
    return NewUser(user.ref, user.name, password)


def set_active(act: Act, actor: Actor, ref: str, *, is_active: bool) -> None:
    """Switch a user on or off. Needs to manage them. Raises ConflictError for switching oneself off, NotFoundError.

    Nobody can switch themselves off, nor act once switched off: an administrator is always left.
    """
    both = managed(actor).where(or_(User.ref == ref, User.id == actor.user_id)).order_by(User.id).with_for_update()
    rows = {user.ref: user for user in act.session.scalars(both)}
    if not any(user.id == actor.user_id and user.is_active for user in rows.values()):
        raise _refused()
    user = rows.get(ref)
    if user is None:
        raise not_found("user")
    if user.id == actor.user_id and not is_active:
        raise _conflict(
            "不能停用自己",
            "nobody can switch themselves off",
            "请由另一位平台管理员操作",
            "Ask another administrator",
        )
    user.is_active = is_active
    if not is_active:
        end_sessions(act, user.id)


def _create(act: Act, form: UserForm) -> NewUser:
    checked_name(form.name)
    checked_membership(form.role, form.enterprise_id)
    _check_enterprise(act, form.enterprise_id)
    password = one_time_password()
    user = User(
        name=form.name,
        role=form.role,
        enterprise_id=form.enterprise_id,
        password_hash=hash_password(password),
        must_change_password=True,
        is_active=True,
        created_at=act.now,
    )
    try:
        with act.session.begin_nested():
            act.session.add(user)
    except IntegrityError:
        if act.session.scalar(select(User.id).where(User.name == form.name)) is None:
            raise
        raise _conflict(
            f"登录名“{form.name}”已被使用",
            f"the login name “{form.name}” is in use",
            "请换一个登录名",
            "Choose another",
            "name",
        ) from None
    return NewUser(user.ref, user.name, password)


def _check_enterprise(act: Act, enterprise_id: int | None) -> None:
    known = select(ENTERPRISES.c.id).where(ENTERPRISES.c.id == enterprise_id)
    if enterprise_id is not None and act.session.scalar(known) is None:
        raise not_found("enterprise")


def _check_own(actor: Actor, enterprise_id: int | None) -> None:
    """Whoever manages their own enterprise's users makes nobody else: another enterprise is one that there is not."""
    if actor.enterprise_id not in (None, enterprise_id):
        raise not_found("enterprise")


def _verified(store: Store, name: str, password: str) -> User:
    with store.reading() as session:
        user = session.scalar(select(User).where(User.name == name, User.is_active))
        session.expunge_all()  # so that the row stays readable after the read's end
    # Outside of any transaction, and for nobody's password too: the time tells nothing.
    if not password_matches(user.password_hash if user else None, password) or user is None:
        raise _refused()
    return user


def _set_own(store: Store, seen: User, new_hash: str, keeps: str | None) -> bool:
    """`_replace_hash` by a password that the user chose. Who knew the one before is signed out by the same act."""
    return _replace_hash(
        store, seen, new_hash, must_change=False, also=lambda act: end_sessions(act, seen.id, but=keeps)
    )


def _replace_hash(
    store: Store, seen: User, new_hash: str, *, must_change: bool, also: Callable[[Act], object] | None = None
) -> bool:
    """Put `new_hash` in the place of the one that was `seen`.

    False, and nothing done, when another stands there by now or the user was switched off: of two changes at once,
    or a change during a reset, the second must not win unseen.
    """
    with store.acting() as act:
        user = act.session.get_one(User, seen.id, with_for_update=True)
        if user.password_hash != seen.password_hash or not user.is_active:
            return False
        user.password_hash, user.must_change_password = new_hash, must_change
        if also is not None:
            also(act)
        act.commit()
        return True


def _same_as_old() -> InvalidInputError:
    return invalid(
        "password",
        "新密码与原密码相同",
        "the new password is the old one",
        "请换一个没有用过的密码",
        "Choose one that was not used before",
    )


def _refused() -> NotAllowedError:
    return NotAllowedError(
        (
            Fault(
                "password",
                "登录名或密码不对，或用户已停用",
                "the name or the password is wrong, or the user is switched off",
                "请核对后重试；忘记密码请找平台管理员",
                "Check and try again; if it is forgotten, ask an administrator",
            ),
        )
    )


def _conflict(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str, where: str = "") -> ConflictError:
    return ConflictError((Fault(where, reason_zh, reason_en, remedy_zh, remedy_en),))
