"""Tries, by what is guarded."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gimark.accounts.secrets import TAG_BYTES
from gimark.store.base import Base


class SignInTries(Base):
    """How many tries in a row were made, and when the last one.

    `tag` stands for what is guarded (gimark.accounts.secrets): neither a name that was typed, which may be somebody's
    password in the wrong field, nor an address is in the database.
    """

    __tablename__ = "sign_in_tries"
    __table_args__ = (CheckConstraint("tries > 0", name="was_tried"), {"sqlite_with_rowid": False})

    tag: Mapped[bytes] = mapped_column(LargeBinary(TAG_BYTES), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
