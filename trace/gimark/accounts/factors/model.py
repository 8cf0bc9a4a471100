"""Second factors and recovery codes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, Key

SEALED_BYTES = 48  # nonce, 20 bytes of secret, AES-GCM's tag


class SecondFactor(Base):
    """A user's authenticator. Secrets are sealed (gimark.accounts.secrets); `last_step` is the last code's time step.

    `pending` is the secret of one that was shown, at `pending_since`, and not yet confirmed by its first code; what
    `sealed` has holds until then, so that whoever changes telephones is never without one.
    """

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint("(sealed IS NULL) = (since IS NULL)", name="confirmed_whole"),
        CheckConstraint("(pending IS NULL) = (pending_since IS NULL)", name="pending_whole"),
    )

    user_id: Mapped[int] = mapped_column(Key, ForeignKey("user_account.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary(SEALED_BYTES))
    pending: Mapped[bytes | None] = mapped_column(LargeBinary(SEALED_BYTES))
    pending_since: Mapped[datetime | None]
    last_step: Mapped[int]
    since: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands for the authenticator once. Only SHA-256 is kept."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(Key, ForeignKey("user_account.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[datetime | None]
