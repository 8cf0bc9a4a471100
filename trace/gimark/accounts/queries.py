"""Reading users."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Role, not_found


@dataclass(frozen=True, slots=True)
class UserFacts:
    """A user as lists show them; never the password's hash."""

    ref: str
    name: str
    role: Role
    enterprise_id: int | None
    must_change_password: bool
    is_active: bool
    created_at: datetime


def actor_for(session: Session, name: str) -> Actor:
    """The active user `name` as an actor. Raises NotFoundError for one who is unknown or switched off."""
    user = session.scalar(select(User).where(User.name == name, User.is_active))
    if user is None:
        raise not_found("name")
    return as_actor(user)


def as_actor(user: User) -> Actor:
    """A user's row as the actor that acts and queries take."""
    return Actor(user.id, user.name, user.role, user.enterprise_id)


def users(session: Session) -> list[UserFacts]:
    """Every user, by name."""
    return [
        UserFacts(
            user.ref,
            user.name,
            user.role,
            user.enterprise_id,
            user.must_change_password,
            user.is_active,
            user.created_at,
        )
        for user in session.scalars(select(User).order_by(User.name))
    ]
