"""Web sessions."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.accounts.sessions.rules import LONGEST_DEVICE
from gimark.store.base import Base, PrimaryKey, Ref


class WebSession(Base):
    """One browser in which a user signed in. Of the token only SHA-256 is kept.

    `device` is the browser's family and system, never its version nor an address. `proved_at` is when a second factor
    was shown. `ended_at` is set when the user signed out or the session was revoked; one that ran out has none.
    """

    __tablename__ = "web_session"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    device: Mapped[str] = mapped_column(String(LONGEST_DEVICE))
    began_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
