"""Public notices."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, PrimaryKey, Ref


class PublicNotice(Base):
    """A notice that the office published. It is withdrawn, never changed: what was read must be what was meant.

    It is no entry of the ledger: the acts that notices tell of are.
    """

    __tablename__ = "public_notice"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_whole"),
        Index("ix_public_notice_withdrawn_at_id", "withdrawn_at", "id"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
