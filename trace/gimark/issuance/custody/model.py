"""Reports on printed labels, and who fetched which file. All three tables only grow (`ledger.triggers`)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.issuance.custody.rules import Fate
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class CustodyReport(Base):
    """What a producer says became of labels of a print order; `custody_span` says of which. A later one corrects."""

    __tablename__ = "custody_report"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    order_id: Mapped[int] = mapped_column(ForeignKey("print_order.id"), index=True)
    note: Mapped[str | None] = mapped_column(String(240))
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reported_at: Mapped[datetime]


class CustodySpan(Base):
    """Inclusive indices of the run with one fate."""

    __tablename__ = "custody_span"
    __table_args__ = (CheckConstraint("first >= 0 AND last >= first", name="in_order"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("custody_report.id"), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
    fate: Mapped[Fate] = mapped_column(by_value(Fate, name="fate"))


class FileDownload(Base):
    """Somebody was given a file of a print order: signed codes left the house."""

    __tablename__ = "file_download"
    __table_args__ = (Index("ix_file_download_order_id_id", "order_id", "id"),)

    id: Mapped[PrimaryKey]
    order_id: Mapped[int] = mapped_column(ForeignKey("print_order.id"))
    name: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
