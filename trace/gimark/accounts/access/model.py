"""Access keys."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.accounts.access.rules import LONGEST_KEY_NAME, PREFIX_LENGTH
from gimark.store.base import Base, PrimaryKey, Ref


class AccessKey(Base):
    """A user's key for programs. It is revoked, never deleted.

    Of the secret only SHA-256 is kept: it has 160 random bits, so that no slow hash is needed. `prefix` is the part
    that people see. `expires_on` is the last day (Asia/Shanghai) on which it works.
    """

    __tablename__ = "access_key"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_KEY_NAME))
    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH), unique=True)
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    expires_on: Mapped[date]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_on: Mapped[date | None]
