"""Issuing keys, what was done to them, and the key sets that were published. Public halves only."""

import hashlib
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, PrimaryKey, by_value


class KeyActKind(StrEnum):
    """Acts on an issuing key."""

    RETIRE = "retire"
    REVOKE = "revoke"


class SigningKey(Base):
    """An issuing key's public half. A kid is never used again."""

    __tablename__ = "signing_key"
    __table_args__ = (CheckConstraint("valid_until >= valid_from", name="dates_in_order"),)

    kid: Mapped[str] = mapped_column(String(4), primary_key=True)
    alg: Mapped[str] = mapped_column(String(16))
    public: Mapped[bytes] = mapped_column(LargeBinary)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    ledger_index: Mapped[LedgerIndex]


class KeyAct(Base):
    """A retirement or revocation. `log_size` of a revocation: only runs logged below it stay confirmed."""

    __tablename__ = "key_act"

    id: Mapped[PrimaryKey]
    kid: Mapped[str] = mapped_column(ForeignKey("signing_key.kid"))
    kind: Mapped[KeyActKind] = mapped_column(by_value(KeyActKind, name="key_act_kind"))
    log_size: Mapped[int | None]
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class KeySetPublication(Base):
    """One published key set: the whole note, so that it can be put out again without the root's key."""

    __tablename__ = "key_set_publication"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]

    @property
    def sha256(self) -> bytes:
        """What the ledger's entry says of the note."""
        return hashlib.sha256(self.note).digest()
