"""Exports."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, PrimaryKey, Ref


class ListExport(Base):
    """A list that a user asked for, as it was asked for: `name`, `filters` and `sort` are its page's, for the page to
    know. Once made, `sha256` is its file's, with so many `rows` and bytes.
    """

    __tablename__ = "list_export"
    __table_args__ = (
        Index("ix_list_export_user_id_id", "user_id", "id"),
        CheckConstraint(
            "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (rows IS NULL)"
            " AND (made_at IS NULL) = (size IS NULL)",
            name="made_whole",
        ),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, str]] = mapped_column(JSON)
    sort: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime | None]
    rows: Mapped[int | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
