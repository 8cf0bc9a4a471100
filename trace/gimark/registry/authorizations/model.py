"""Authorizations and what happened to them."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class Authorization(Base):
    """An enterprise's permission to use one right for some classes, from a day until a day (both included).

    The row holds the terms as granted; later changes are rows of `mark_authorization_change`, never overwritten here.
    """

    __tablename__ = "mark_authorization"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates_in_order"),
        Index("ix_mark_authorization_enterprise_id_right_id", "enterprise_id", "right_id"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    right_id: Mapped[int] = mapped_column(ForeignKey("gi_right.id"))
    classes: Mapped[list[str]] = mapped_column(JSON)
    number: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    labels_per_year: Mapped[int | None]
    granted_at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class AuthorizationChange(Base):
    """One later act on an authorization. `terms` holds the new terms of an amendment, else None."""

    __tablename__ = "mark_authorization_change"

    id: Mapped[PrimaryKey]
    authorization_id: Mapped[int] = mapped_column(ForeignKey("mark_authorization.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(by_value(ChangeKind, name="change_kind"))
    reason: Mapped[str] = mapped_column(String(240))
    effective_on: Mapped[date]
    terms: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]
