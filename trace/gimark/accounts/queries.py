"""Reading users, and the one way in which what is read is scoped by who reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, column, select, table
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.accounts.factors.model import SecondFactor
from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, Role, not_found, require
from gimark.store.paging import Portion, Wanted, portion

# The registry comes after accounts, so its table is known here by name alone.
ENTERPRISES = table("enterprise", column("id"), column("ref"), column("name_zh"), column("name_en"))

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class UserFacts:
    """A user as lists show them; never the password's hash. What is an enterprise's is None for everybody else."""

    ref: str
    name: str
    role: Role
    enterprise_ref: str | None
    enterprise_zh: str | None
    enterprise_en: str | None
    has_second_factor: bool
    must_change_password: bool
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users: those whose name has `text` in it, of this role, active or not; None for any."""

    text: str = ""
    role: Role | None = None
    is_active: bool | None = None


def scoped(
    query: Select[Row], actor: Actor, enterprise_id: InstrumentedAttribute[int] | ColumnElement[int]
) -> Select[Row]:
    """`query` without what belongs to another enterprise than a producer's own. Needs READ."""
    require(actor, Permission.READ)
    return query if actor.enterprise_id is None else query.where(enterprise_id == actor.enterprise_id)


def actor_for(session: Session, name: str) -> Actor:
    """The active user `name` as an actor. Raises NotFoundError for one who is unknown or switched off."""
    user = session.scalar(select(User).where(User.name == name, User.is_active))
    if user is None:
        raise not_found("name")
    return as_actor(user)


def as_actor(user: User) -> Actor:
    """A user's row as the actor that acts and queries take."""
    return Actor(user.id, user.name, user.role, user.enterprise_id)


def managed(actor: Actor) -> Select[User]:
    """The users that an actor manages: all with MANAGE_USERS, those of the own enterprise with MANAGE_STAFF.

    Raises NotAllowedError.
    """
    if Permission.MANAGE_STAFF in actor.permissions:
        return select(User).where(User.enterprise_id == actor.enterprise_id)
    require(actor, Permission.MANAGE_USERS)
    return select(User)


def users(session: Session, actor: Actor, wanted: Wanted, chosen: UserFilter | None = None) -> Portion[UserFacts]:
    """The users that the actor manages, in the order in which they were made."""
    asked = managed(actor)
    if chosen is not None:
        asked = _narrowed(asked, chosen)
    found = portion(session, asked, User.id, User.ref, wanted)
    enterprises = _enterprises(session, {user.enterprise_id for user in found.items})
    proved = _with_second_factor(session, {user.id for user in found.items})
    return found.map(lambda user: _facts(user, enterprises, proved))


def user(session: Session, actor: Actor, ref: str) -> UserFacts:
    """One of them. Raises NotFoundError."""
    found = managed_user(session, actor, ref)
    return _facts(found, _enterprises(session, {found.enterprise_id}), _with_second_factor(session, {found.id}))


def managed_user(session: Session, actor: Actor, ref: str, *, is_held: bool = False) -> User:
    """The row of one of them, held until the transaction's end when asked. Raises NotFoundError."""
    asked = managed(actor).where(User.ref == ref)
    found = session.scalar(asked.with_for_update() if is_held else asked)
    if found is None:
        raise not_found("user")
    return found


def ref_of(session: Session, actor: Actor, name: str) -> str:
    """The reference of the user `name`, whom the actor manages. Raises NotFoundError."""
    ref = session.scalar(managed(actor).with_only_columns(User.ref).where(User.name == name))
    if ref is None:
        raise not_found("name")
    return ref


def enterprise_id_of(session: Session, ref: str) -> int:
    """The key of the enterprise `ref`, for a user's form. Raises NotFoundError."""
    found: int | None = session.scalar(select(ENTERPRISES.c.id).where(ENTERPRISES.c.ref == ref))
    if found is None:
        raise not_found("enterprise")
    return found


def _narrowed(asked: Select[User], chosen: UserFilter) -> Select[User]:
    if chosen.text:
        asked = asked.where(User.name.contains(chosen.text, autoescape=True))
    if chosen.role is not None:
        asked = asked.where(User.role == chosen.role)
    if chosen.is_active is not None:
        asked = asked.where(User.is_active.is_(chosen.is_active))
    return asked


def _enterprises(session: Session, ids: set[int | None]) -> dict[int, tuple[str, str, str | None]]:
    """Ref and names of enterprises, by key."""
    columns = ENTERPRISES.c
    known = select(columns.id, columns.ref, columns.name_zh, columns.name_en).where(columns.id.in_(ids - {None}))
    return {row.id: (row.ref, row.name_zh, row.name_en) for row in session.execute(known)}


def _with_second_factor(session: Session, ids: set[int]) -> set[int]:
    confirmed = select(SecondFactor.user_id).where(SecondFactor.user_id.in_(ids), SecondFactor.since.is_not(None))
    return set(session.scalars(confirmed))


def _facts(user: User, enterprises: dict[int, tuple[str, str, str | None]], proved: set[int]) -> UserFacts:
    ref, name_zh, name_en = (None, None, None) if user.enterprise_id is None else enterprises[user.enterprise_id]
    return UserFacts(
        ref=user.ref,
        name=user.name,
        role=user.role,
        enterprise_ref=ref,
        enterprise_zh=name_zh,
        enterprise_en=name_en,
        has_second_factor=user.id in proved,
        must_change_password=user.must_change_password,
        is_active=user.is_active,
        created_at=user.created_at,
    )
