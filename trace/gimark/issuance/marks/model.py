"""The licensed special mark of enterprises."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, PrimaryKey, Ref


class MarkArtwork(Base):
    """A file with an enterprise's special mark, as it was uploaded; the latest that was not withdrawn is printed.

    `picture_sha256` is what it looks like, as PNG. Both files are kept for as long as the row, which is for good: print
    orders name the artwork by its hash.
    """

    __tablename__ = "mark_artwork"
    __table_args__ = (CheckConstraint("size > 0", name="size_counts"),)

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    is_vector: Mapped[bool]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    picture_sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
