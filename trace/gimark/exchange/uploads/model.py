"""Uploads."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.exchange.uploads.rules import Choice
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class Upload(Base):
    """A workbook of batches that an enterprise sent, and how many of its rows came to what.

    `rows` is what each row said and came to (`rules.packed`); the file itself is not kept, only its hash. `ready` rows
    could be registered and were not, because others were refused and all or none were to be.
    """

    __tablename__ = "upload"
    __table_args__ = (
        Index("ix_upload_enterprise_id_id", "enterprise_id", "id"),
        CheckConstraint("registered >= 0 AND known >= 0 AND ready >= 0 AND refused >= 0", name="counts"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    choice: Mapped[Choice] = mapped_column(by_value(Choice, name="upload_choice"))
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    registered: Mapped[int]
    known: Mapped[int]
    ready: Mapped[int]
    refused: Mapped[int]
    rows: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_group="rows")
