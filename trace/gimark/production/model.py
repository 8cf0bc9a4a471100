"""Batches, what was done to them, and the volume that their codes use up."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class BatchActKind(StrEnum):
    """Acts on a registered batch."""

    CONFIRM = "confirm"
    AMEND = "amend"
    RECALL = "recall"


class MovementKind(StrEnum):
    """What moved the volume of a batch."""

    ISSUE = "issue"
    ACTIVATE = "activate"
    VOID = "void"
    RETURN = "return"


class Batch(Base):
    """A packed lot: one per (trade item, lot). Masses in grams; days in Asia/Shanghai.

    `lot` is the code's lot in the format's alphabet; `producer_lot` is the producer's own free text beside it.
    """

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("item_id", "lot"),
        Index("ix_batch_item_id_ledger_index", "item_id", "ledger_index"),
        Index("ix_batch_lot", "lot"),
        Index("ix_batch_producer_lot", "producer_lot"),
        Index("ix_batch_is_recalled_ledger_index", "is_recalled", "ledger_index"),
        Index("ix_batch_packed_on_ledger_index", "packed_on", "ledger_index"),
        CheckConstraint("planned_g > 0", name="planned_mass_positive"),
        CheckConstraint("packed_g IS NULL OR packed_g > 0", name="packed_mass_positive"),
        CheckConstraint("harvested_until >= harvested_from", name="harvest_in_order"),
        CheckConstraint("packed_on IS NULL OR packed_on >= harvested_until", name="packed_after_harvest"),
        CheckConstraint("(packed_g IS NULL) = (packed_on IS NULL)", name="confirmed_whole"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    item_id: Mapped[int] = mapped_column(ForeignKey("trade_item.id"))
    lot: Mapped[str] = mapped_column(String(20))
    producer_lot: Mapped[str | None] = mapped_column(String(60))
    town_code: Mapped[str] = mapped_column(ForeignKey("town.code"))
    harvested_from: Mapped[date]
    harvested_until: Mapped[date]
    planned_g: Mapped[int]
    packed_g: Mapped[int | None]
    packed_on: Mapped[date | None]
    is_recalled: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class EntryKind(StrEnum):
    """What an enterprise's lists are of."""

    BATCH = "batch"
    RUN = "run"


class EnterpriseEntry(Base):
    """Whose batch or run a ledger entry is about, so that a page of one enterprise's list costs a page, not a county.

    Written with the batch or the run, and only ever added to; lists follow it in the ledger's order.
    """

    __tablename__ = "enterprise_entry"
    __table_args__ = ({"sqlite_with_rowid": False},)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    kind: Mapped[EntryKind] = mapped_column(by_value(EntryKind, name="entry_kind"), primary_key=True)
    ledger_index: Mapped[int] = mapped_column(ForeignKey("log_entry.idx"), primary_key=True)


class BatchAuthorization(Base):
    """An authorization that the batch was registered under: one for every right the item carries."""

    __tablename__ = "batch_authorization"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("mark_authorization.id"), primary_key=True)


class BatchAct(Base):
    """One later act on a batch; `entry` holds the act's own ledger fields, so that rows can be replayed."""

    __tablename__ = "batch_act"
    __table_args__ = (Index("ix_batch_act_kind_ledger_index", "kind", "ledger_index"),)

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    kind: Mapped[BatchActKind] = mapped_column(by_value(BatchActKind, name="batch_act_kind"))
    entry: Mapped[dict[str, object]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(240))
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class BatchVolume(Base):
    """The running sums of a batch, in grams: what live codes stand for, and how much of that is activated.

    Kept so that a balance costs one row however many runs there were; `volume_movement` is where they come from, and
    `volume_override` where `override_g` does, by which both limits of the batch are higher.
    """

    __tablename__ = "batch_volume"
    __table_args__ = (
        CheckConstraint("issued_g >= 0", name="issued_not_negative"),
        CheckConstraint("activated_g >= 0 AND activated_g <= issued_g", name="activated_within_issued"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    issued_g: Mapped[int] = mapped_column(default=0)
    activated_g: Mapped[int] = mapped_column(default=0)
    override_g: Mapped[int] = mapped_column(default=0, server_default="0")


class SeasonSums(Base):
    """The running sums of the batches that an enterprise registered in one season, in grams.

    Kept so that a season costs one row an enterprise, however many batches there were; `batch` and `batch_volume` are
    where they come from. `base_g` is the confirmed mass, before that the planned one.
    """

    __tablename__ = "season_volume"
    __table_args__ = ({"sqlite_with_rowid": False},)

    season_on: Mapped[date] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    batches: Mapped[int] = mapped_column(default=0)
    base_g: Mapped[int] = mapped_column(default=0)
    issued_g: Mapped[int] = mapped_column(default=0)
    activated_g: Mapped[int] = mapped_column(default=0)


class VolumeOverride(Base):
    """Grams by which a batch's limits were raised, by an exception of the regulator's with its grounds.

    The ledger has the exception, and of the grounds a commitment over `salt` and `reason`, at `grounds_index`.
    """

    __tablename__ = "volume_override"
    __table_args__ = (CheckConstraint("extra_g > 0", name="mass_positive"),)

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    extra_g: Mapped[int]
    reason: Mapped[str] = mapped_column(String(240))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[datetime]
    grounds_index: Mapped[LedgerIndex]
    ledger_index: Mapped[LedgerIndex]


class VolumeMovement(Base):
    """What one official act added to (or, below zero, gave back to) a batch's volume, in grams."""

    __tablename__ = "volume_movement"

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    kind: Mapped[MovementKind] = mapped_column(by_value(MovementKind, name="movement_kind"))
    issued_g: Mapped[int]
    activated_g: Mapped[int]
    ledger_index: Mapped[LedgerIndex]


class VolumeReservation(Base):
    """Volume held for an order that is being prepared; it lapses by itself at `expires_at`."""

    __tablename__ = "volume_reservation"
    __table_args__ = (CheckConstraint("mass_g > 0", name="mass_positive"),)

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    mass_g: Mapped[int]
    expires_at: Mapped[datetime]
