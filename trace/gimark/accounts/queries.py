"""Reading users, and the one way in which what is read is scoped by who reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, column, select, table
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, Role, not_found, require
from gimark.store.paging import Portion, Wanted, portion

# The registry comes after accounts, so its table is known here by name alone.
ENTERPRISES = table("enterprise", column("id"), column("ref"))

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class UserFacts:
    """A user as lists show them; never the password's hash. `enterprise_ref` is a producer's."""

    ref: str
    name: str
    role: Role
    enterprise_ref: str | None
    must_change_password: bool
    is_active: bool
    created_at: datetime


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


def users(session: Session, actor: Actor, wanted: Wanted) -> Portion[UserFacts]:
    """The users, in the order in which they were made. Needs MANAGE_USERS."""
    require(actor, Permission.MANAGE_USERS)
    found = portion(session, select(User), User.id, User.ref, wanted)
    refs = _enterprise_refs(session, {user.enterprise_id for user in found.items})
    return found.map(lambda user: _facts(user, refs))


def user(session: Session, actor: Actor, ref: str) -> UserFacts:
    """One of them. Raises NotFoundError."""
    require(actor, Permission.MANAGE_USERS)
    found = session.scalar(select(User).where(User.ref == ref))
    if found is None:
        raise not_found("user")
    return _facts(found, _enterprise_refs(session, {found.enterprise_id}))


def ref_of(session: Session, actor: Actor, name: str) -> str:
    """The reference of the user `name`. Needs MANAGE_USERS. Raises NotFoundError."""
    require(actor, Permission.MANAGE_USERS)
    ref = session.scalar(select(User.ref).where(User.name == name))
    if ref is None:
        raise not_found("name")
    return ref


def enterprise_id_of(session: Session, ref: str) -> int:
    """The key of the enterprise `ref`, for a user's form. Raises NotFoundError."""
    found: int | None = session.scalar(select(ENTERPRISES.c.id).where(ENTERPRISES.c.ref == ref))
    if found is None:
        raise not_found("enterprise")
    return found


def _enterprise_refs(session: Session, ids: set[int | None]) -> dict[int, str]:
    known = select(ENTERPRISES.c.id, ENTERPRISES.c.ref).where(ENTERPRISES.c.id.in_(ids - {None}))
    return dict(session.execute(known).all())


def _facts(user: User, enterprise_refs: dict[int, str]) -> UserFacts:
    return UserFacts(
        ref=user.ref,
        name=user.name,
        role=user.role,
        enterprise_ref=None if user.enterprise_id is None else enterprise_refs[user.enterprise_id],
        must_change_password=user.must_change_password,
        is_active=user.is_active,
        created_at=user.created_at,
    )
