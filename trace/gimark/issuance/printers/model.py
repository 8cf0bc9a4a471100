"""Printers of an enterprise."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gimark.issuance.printers.rules import LONGEST_NAME
from gimark.issuance.rules import PrintFormat
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class Printer(Base):
    """A printer: its resolution, the kind of file it takes, and how far everything must be moved for it (micrometres to
    the right and down, as the calibration sheet told). An order copies these values and keeps them."""

    __tablename__ = "printer"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "name"),
        CheckConstraint("dpi > 0", name="dpi_counts"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    dpi: Mapped[int]
    format: Mapped[PrintFormat] = mapped_column(by_value(PrintFormat, name="printer_format"))
    offset_right_um: Mapped[int]
    offset_down_um: Mapped[int]
    changed_at: Mapped[datetime]
