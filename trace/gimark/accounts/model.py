"""Users."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.accounts.forms import LONGEST_NAME
from gimark.accounts.rules import Role
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class User(Base):
    """Somebody who logs in. A user is switched off, never deleted: acts of the past name them.

    The table is `user_account`, because `user` is a reserved word of PostgreSQL. `password_hash` is an Argon2id
    string, None until a password was given.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('producer_manager', 'producer_clerk')) = (enterprise_id IS NOT NULL)",
            name="producers_have_an_enterprise",
        ),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    role: Mapped[Role] = mapped_column(by_value(Role, name="role"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
