"""Issue orders and runs, acts on ranges of codes, and print orders. One row per run, none per code."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gimark.issuance.rules import MAX_RUN_NUMBER, PrintFormat, RangeKind
from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class PrintState(StrEnum):
    """Where a print order's files stand. Only `released` files may leave."""

    QUEUED = "queued"
    RENDERING = "rendering"
    READY = "ready"
    RELEASED = "released"
    FAILED = "failed"


class IssueOrder(Base):
    """Somebody asked for codes. Takes the run's number, for good: gaps are allowed, a number is never used again.

    (enterprise, idempotency key) makes a repeated request the same order; `body_sha256` tells a repeat from another
    order under the same key.
    """

    __tablename__ = "issue_order"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "idempotency_key"),
        Index("ix_issue_order_enterprise_id_id", "enterprise_id", "id"),
        CheckConstraint(f"number >= 0 AND number <= {MAX_RUN_NUMBER}", name="number_fits"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    number: Mapped[int] = mapped_column(unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    count: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(80))
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("volume_reservation.id"))
    ordered_at: Mapped[datetime]


class IssueRun(Base):
    """A run of `count` codes, indices 0..count-1, official since its ledger entry.

    `codes_root` is the RFC 6962 root over the code-set leaves; `level8` the hashes of each 256 of them, 32 bytes
    each, so that a proof regenerates 256 leaves and no more.
    """

    __tablename__ = "issue_run"
    __table_args__ = (Index("ix_issue_run_batch_id_ledger_index", "batch_id", "ledger_index"),)

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    order_id: Mapped[int] = mapped_column(ForeignKey("issue_order.id"), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    gtin: Mapped[str] = mapped_column(String(14))
    lot: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]
    net_g: Mapped[int]
    kid: Mapped[str] = mapped_column(String(4))
    epoch: Mapped[int]
    codes_root: Mapped[bytes] = mapped_column(LargeBinary(32))
    level8: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class RunAuthorization(Base):
    """An authorization that covered the run when it was issued."""

    __tablename__ = "run_authorization"

    run_id: Mapped[int] = mapped_column(ForeignKey("issue_run.id"), primary_key=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("mark_authorization.id"), primary_key=True)


class RangeAct(Base):
    """One act on ranges of a run's codes; its spans are rows of `range_span`."""

    __tablename__ = "range_act"
    __table_args__ = (Index("ix_range_act_kind_ledger_index", "kind", "ledger_index"),)

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_run.id"), index=True)
    kind: Mapped[RangeKind] = mapped_column(by_value(RangeKind, name="range_kind"))
    reason: Mapped[str | None] = mapped_column(String(240))
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class RangeSpan(Base):
    """Inclusive zero-based indices [first, last] that an act names."""

    __tablename__ = "range_span"
    __table_args__ = (CheckConstraint("first >= 0 AND last >= first", name="in_order"),)

    act_id: Mapped[int] = mapped_column(ForeignKey("range_act.id"), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class SeasonCodes(Base):
    """The running sums of the acts of one season on an enterprise's codes: runs and codes issued, codes changed.

    Kept so that a season costs one row an enterprise, however many runs there were; `issue_run` and `range_act` are
    where they come from. A code that was activated and then voided counts in both.
    """

    __tablename__ = "season_codes"
    __table_args__ = ({"sqlite_with_rowid": False},)

    season_on: Mapped[date] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    runs: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int] = mapped_column(default=0)
    activated: Mapped[int] = mapped_column(default=0)
    voided: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)


class PrintOrder(Base):
    """Label files and the print house's CSV for the codes [first, last] of a run. A code is printed once, but for a
    reprint.

    `template` names one of the program's or a version of a stored one, `mark_sha256` the uploaded special mark.
    `skip` places of the first sheet stay free; everything is moved right and down by `offset_*_um` (micrometres).

    `facts_sha256` holds what the labels said when they were ordered, so that no amendment on the way mixes two texts in
    one order. `on_pack` names label items that the producer says stand on the package itself. `reprints_act_id` points
    at the run.reprint act that lets the same codes be printed again. Its files are gone from `files_removed_at`; their
    hashes stay.
    """

    __tablename__ = "print_order"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "idempotency_key"),
        Index("ix_print_order_enterprise_id_id", "enterprise_id", "id"),
        Index("ix_print_order_template", "template"),
        CheckConstraint("first >= 0 AND last >= first", name="in_order"),
        CheckConstraint("skip >= 0", name="skip_counts"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_run.id"), index=True)
    first: Mapped[int]
    last: Mapped[int]
    template: Mapped[str] = mapped_column(String(40))
    dpi: Mapped[int]
    format: Mapped[PrintFormat] = mapped_column(by_value(PrintFormat, name="print_format"), default=PrintFormat.PDF)
    skip: Mapped[int] = mapped_column(default=0)
    offset_right_um: Mapped[int] = mapped_column(default=0)
    offset_down_um: Mapped[int] = mapped_column(default=0)
    mark_sha256: Mapped[str | None] = mapped_column(String(64))
    on_pack: Mapped[list[str]] = mapped_column(JSON)
    facts_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[PrintState] = mapped_column(by_value(PrintState, name="print_state"))
    idempotency_key: Mapped[str] = mapped_column(String(80))
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    reprints_act_id: Mapped[int | None] = mapped_column(ForeignKey("range_act.id"))
    ordered_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    files_removed_at: Mapped[datetime | None]


class PrintFile(Base):
    """One finished part of an order, written once under its own hash, which outlives it."""

    __tablename__ = "print_file"

    order_id: Mapped[int] = mapped_column(ForeignKey("print_order.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    first: Mapped[int]
    last: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
