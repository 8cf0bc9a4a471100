"""acts of two people, custody of labels, notices."""

import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers
from gimark.store.base import UtcInstant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GROWING = (
    "proposal",
    "proposal_decision",
    "volume_override",
    "custody_report",
    "custody_span",
    "file_download",
)


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "revoke_authorization",
                "recall_batch",
                "end_codes",
                "override_volume",
                name="act_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_ref", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", UtcInstant(), nullable=False),
        sa.Column("expires_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_proposal_asked_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_proposal_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("ref", name=op.f("uq_proposal_ref")),
    )
    op.create_index(op.f("ix_proposal_enterprise_id"), "proposal", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_proposal_subject_ref"), "proposal", ["subject_ref"], unique=False)
    op.create_index(op.f("ix_proposal_expires_at"), "proposal", ["expires_at"], unique=False)
    op.create_table(
        "proposal_decision",
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approved",
                "refused",
                "withdrawn",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decided_at", UtcInstant(), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=True),
        sa.Column("ledger_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(decision = 'approved') = (ledger_index IS NOT NULL)", name=op.f("ck_proposal_decision_entered")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_proposal_decision_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_proposal_decision_ledger_index")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_decision_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_decision")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_proposal_decision_ledger_index")),
    )
    op.create_table(
        "public_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("published_at", UtcInstant(), nullable=False),
        sa.Column("withdrawn_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", UtcInstant(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_public_notice_withdrawn_whole")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user_account.id"], name=op.f("fk_public_notice_published_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_public_notice_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_notice")),
        sa.UniqueConstraint("ref", name=op.f("uq_public_notice_ref")),
    )
    op.create_index("ix_public_notice_withdrawn_at_id", "public_notice", ["withdrawn_at", "id"], unique=False)
    op.create_table(
        "volume_override",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra_g", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("grounds_index", sa.BigInteger(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("extra_g > 0", name=op.f("ck_volume_override_mass_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_volume_override_batch_id")),
        sa.ForeignKeyConstraint(["grounds_index"], ["log_entry.idx"], name=op.f("fk_volume_override_grounds_index")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_volume_override_ledger_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_override")),
        sa.UniqueConstraint("grounds_index", name=op.f("uq_volume_override_grounds_index")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_volume_override_ledger_index")),
    )
    op.create_index(op.f("ix_volume_override_batch_id"), "volume_override", ["batch_id"], unique=False)
    op.create_table(
        "custody_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=240), nullable=True),
        sa.Column("reported_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reported_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["print_order.id"], name=op.f("fk_custody_report_order_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["user_account.id"], name=op.f("fk_custody_report_reported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_report")),
        sa.UniqueConstraint("ref", name=op.f("uq_custody_report_ref")),
    )
    op.create_index(op.f("ix_custody_report_order_id"), "custody_report", ["order_id"], unique=False)
    op.create_table(
        "file_download",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["print_order.id"], name=op.f("fk_file_download_order_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_file_download_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_download")),
    )
    op.create_index("ix_file_download_order_id_id", "file_download", ["order_id", "id"], unique=False)
    op.create_table(
        "custody_span",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum(
                "printed", "scrapped", "returned", name="fate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.CheckConstraint("first >= 0 AND last >= first", name=op.f("ck_custody_span_in_order")),
        sa.ForeignKeyConstraint(["report_id"], ["custody_report.id"], name=op.f("fk_custody_span_report_id")),
        sa.PrimaryKeyConstraint("report_id", "first", name=op.f("pk_custody_span")),
    )
    op.add_column("batch_volume", sa.Column("override_g", sa.BigInteger(), server_default="0", nullable=False))
    triggers.install(op.get_bind(), GROWING)
