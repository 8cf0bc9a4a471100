"""Proposals and what was decided on them. Both tables only grow (`ledger.triggers`)."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.approvals.rules import ActKind, Decision
from gimark.store.base import REF_LENGTH, Base, PrimaryKey, Ref, by_value


class Proposal(Base):
    """An act that one person asked for and another decides on. Kept for good: the ledger names roles, this people.

    `payload` holds the act's own values (`gimark.approvals.asked`), `payload_sha256` the hash of their one spelling,
    kind included. `enterprise_id` is that of whoever asked, None for the office.
    """

    __tablename__ = "proposal"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    kind: Mapped[ActKind] = mapped_column(by_value(ActKind, name="act_kind"))
    subject_ref: Mapped[str] = mapped_column(String(REF_LENGTH), index=True)
    payload: Mapped[dict[str, object]] = mapped_column(JSON)
    payload_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ProposalDecision(Base):
    """What became of a proposal: one row, or none while it waits and after its time.

    `ledger_index` is the entry that an approved act became; of an act of two entries, the last.
    """

    __tablename__ = "proposal_decision"
    __table_args__ = (CheckConstraint("(decision = 'approved') = (ledger_index IS NOT NULL)", name="entered"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    decision: Mapped[Decision] = mapped_column(by_value(Decision, name="decision"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(240))
    ledger_index: Mapped[int | None] = mapped_column(ForeignKey("log_entry.idx"), unique=True)
