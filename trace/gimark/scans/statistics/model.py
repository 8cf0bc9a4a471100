"""The sums of checks. No code, no device: what stands here may be kept for ever, and only the months are not.

Provinces are two digits of GB/T 2260, "" when unknown; hours count from 1970 UTC, months are `year * 100 + month` in
Asia/Shanghai. As with the checks themselves there is no foreign key to the run.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, Key

STANDING_ID = 1


class StatisticsStanding(Base):
    """One row, which whoever counts locks first: all checks written before `counted_at` are counted."""

    __tablename__ = "scan_statistics"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    counted_at: Mapped[datetime | None]


class CountedHour(Base):
    """How many looks of an hour had been written when it was last counted; another number now = count it again."""

    __tablename__ = "scan_counted_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    looks: Mapped[int]


class RunHour(Base):
    """The checks of a run in one hour, as they stand in its months and totals; gone with the rows they count."""

    __tablename__ = "scan_run_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    checks: Mapped[int]


class RunMonth(Base):
    """The checks of a run in one month by province; kept for the item's shelf life and twelve months."""

    __tablename__ = "scan_run_month"
    __table_args__ = (Index("ix_scan_run_month_month", "month"), {"sqlite_with_rowid": False})

    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    checks: Mapped[int]


class RunProvince(Base):
    """All checks of a run by province."""

    __tablename__ = "scan_run_province"
    __table_args__ = ({"sqlite_with_rowid": False},)

    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    checks: Mapped[int]


class MonthProvince(Base):
    """All checks of one month by province, of whatever run; they stay when the months of the runs go."""

    __tablename__ = "scan_month_province"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    checks: Mapped[int]


class VerdictMonth(Base):
    """How many look-ups of a month ended in a reason, by province, once their hours are gone."""

    __tablename__ = "verdict_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(24), primary_key=True)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    looks: Mapped[int]
