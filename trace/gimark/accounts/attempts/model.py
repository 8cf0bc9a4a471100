"""Failed attempts, by minute. Rows live for minutes."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, Key, by_value

TAG_BYTES = 8


class AttemptKind(StrEnum):
    """What was tried in vain."""

    SIGNATURE = "signature"
    TYPED = "typed"
    ACCESS_KEY = "access_key"


class FailedAttempts(Base):
    """How often a network failed at one thing in one minute (minutes since 1970-01-01T00:00Z).

    `network` is 8 bytes of an HMAC over the network and the minute under the week's random key (scans/tag_keys.py), so
    that a row says nothing of who it was and no two minutes can be told to be about the same one.
    """

    __tablename__ = "failed_attempts"
    __table_args__ = (
        CheckConstraint(f"length(network) = {TAG_BYTES}", name="network_size"),
        CheckConstraint("tries > 0", name="was_tried"),
        {"sqlite_with_rowid": False},
    )

    minute: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    kind: Mapped[AttemptKind] = mapped_column(by_value(AttemptKind, name="attempt_kind"), primary_key=True)
    network: Mapped[bytes] = mapped_column(LargeBinary(TAG_BYTES), primary_key=True)
    tries: Mapped[int]
