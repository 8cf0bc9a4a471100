"""Kept answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.accounts.answers.rules import LONGEST_KEY
from gimark.store.base import Base, Key


class KeptAnswer(Base):
    """What a user was answered under an idempotency key. `request_sha256` tells a repeat from another request."""

    __tablename__ = "kept_answer"

    user_id: Mapped[int] = mapped_column(Key, ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    location: Mapped[str] = mapped_column(String(240))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(index=True)
