"""Enterprises."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class EnterpriseKind(StrEnum):
    """What kind of person in law. A household has no USCC and cannot use a mark (domain §5)."""

    COMPANY = "company"
    COOPERATIVE = "cooperative"
    SOLE_TRADER = "sole_trader"
    OTHER = "other"


class Enterprise(Base):
    """A lawful user of a mark, or one who asks to be.

    A sole trader is a natural person: the ledger holds only a salted commitment to name and USCC, and deleting
    `subject_salt` erases it there.
    """

    __tablename__ = "enterprise"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(240))
    kind: Mapped[EnterpriseKind] = mapped_column(by_value(EnterpriseKind, name="enterprise_kind"))
    town_code: Mapped[str] = mapped_column(ForeignKey("town.code"))
    address: Mapped[str] = mapped_column(String(240))
    contact: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(40))
    sc_licence: Mapped[str | None] = mapped_column(String(16))
    subject_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    ledger_index: Mapped[LedgerIndex]


class PersonErasure(Base):
    """The act by which a sole trader's salt was deleted, so that the ledger leads to nobody any more."""

    __tablename__ = "person_erasure"

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]
