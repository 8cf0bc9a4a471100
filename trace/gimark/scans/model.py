"""What is kept of look-ups. No address, no place below the province, no token.

Hours are whole hours since 1970 UTC, provinces bit masks: these rows are written by the thousand in plain SQL, the
same on both databases. There is no foreign key to the run: a check is written only after its run was found, and a
key's lock on the run's row would be paid for every check.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, Key, PrimaryKey, by_value


class ScanCheck(Base):
    """One check: a distinct (code, device tag, hour) of a signed code. Kept for 90 days, then only counted.

    `device` is 8 bytes of an HMAC under the week's random key (see devices.py); `reason` is the verdict's.
    """

    __tablename__ = "scan_check"
    __table_args__ = (
        CheckConstraint("length(device) = 8", name="device_size"),
        Index("ix_scan_check_hour", "hour"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    device: Mapped[bytes] = mapped_column(LargeBinary(8), primary_key=True)
    province: Mapped[str | None] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(String(24))


class CodeScans(Base):
    """The running sums of one code that was ever checked: how often, first when, in which provinces."""

    __tablename__ = "code_scans"
    __table_args__ = (CheckConstraint("checks > 0", name="was_checked"), {"sqlite_with_rowid": False})

    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    checks: Mapped[int]
    first_hour: Mapped[int]
    provinces: Mapped[int]


class ScanMonth(Base):
    """Checks of one code in one month (`year * 100 + month`), once their rows are gone.

    `devices` sums the devices of each week, because a device is not known beyond its week.
    """

    __tablename__ = "scan_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    checks: Mapped[int]
    devices: Mapped[int]
    provinces: Mapped[int]


class RunScans(Base):
    """All checks of a run, and how many of its codes were ever checked.

    `forgotten_codes` of them have no sums of their own any more; one that is checked again after that counts anew.
    """

    __tablename__ = "run_scans"

    run_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    checks: Mapped[int]
    codes: Mapped[int]
    forgotten_codes: Mapped[int] = mapped_column(server_default="0")


class VerdictHour(Base):
    """How many look-ups of an hour ended in a reason, by province ("" = unknown), whatever code they were of."""

    __tablename__ = "verdict_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(24), primary_key=True)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    looks: Mapped[int]


class TagKey(Base):
    """The random key behind one week's device tags; destroyed 14 days later, and with it what the tags stood for."""

    __tablename__ = "scan_tag_key"
    __table_args__ = (CheckConstraint("length(secret) = 32", name="secret_size"),)

    week: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]


class MarkKind(StrEnum):
    """What somebody in charge said of one code."""

    COPIED = "copied"
    DISPLAY = "display"
    CLEARED = "cleared"


class CodeMark(Base):
    """The regulator's word on one code: copied, on display (many checks are expected), or cleared again.

    The latest mark of a code counts. The ledger holds a salted commitment to `note` only, because a suspicion may
    have to be taken back.
    """

    __tablename__ = "code_mark"
    __table_args__ = (Index("ix_code_mark_run_id_idx", "run_id", "idx"),)

    id: Mapped[PrimaryKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_run.id"))
    idx: Mapped[int]
    kind: Mapped[MarkKind] = mapped_column(by_value(MarkKind, name="mark_kind"))
    note: Mapped[str] = mapped_column(String(240))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]
