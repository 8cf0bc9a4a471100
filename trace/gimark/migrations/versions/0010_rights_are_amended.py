"""rights are amended."""

import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers
from gimark.store.base import UtcInstant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "gi_right_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_gi_right_change_ledger_index")),
        sa.ForeignKeyConstraint(["right_id"], ["gi_right.id"], name=op.f("fk_gi_right_change_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gi_right_change")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_gi_right_change_ledger_index")),
    )
    op.create_index(op.f("ix_gi_right_change_right_id"), "gi_right_change", ["right_id"], unique=False)
    triggers.install(op.get_bind(), ("gi_right_change",))
