"""Reset links."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, PrimaryKey


class ResetLink(Base):
    """A link that sets one user's password, once. Of its token only SHA-256 is kept.

    `ended_at` is set when it was used, or when a later one took its place.
    """

    __tablename__ = "reset_link"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
