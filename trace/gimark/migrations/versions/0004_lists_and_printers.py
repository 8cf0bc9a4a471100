"""lists that cost a page, and what printers are told."""

import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The same words on both databases; SQLite adds a column with its check only when they are written like this.
PRINTER_COLUMNS = (
    "format VARCHAR(32) DEFAULT 'pdf' NOT NULL CONSTRAINT print_format CHECK (format IN ('pdf', 'zpl', 'tspl'))",
    "skip BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_print_order_skip_counts CHECK (skip >= 0)",
    "offset_right_um BIGINT DEFAULT 0 NOT NULL",
    "offset_down_um BIGINT DEFAULT 0 NOT NULL",
)


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "enterprise_entry",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("batch", "run", name="entry_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ledger_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_entry_enterprise_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_enterprise_entry_ledger_index")),
        sa.PrimaryKeyConstraint("enterprise_id", "kind", "ledger_index", name=op.f("pk_enterprise_entry")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO enterprise_entry (enterprise_id, kind, ledger_index) "
        "SELECT trade_item.enterprise_id, 'batch', batch.ledger_index "
        "FROM batch JOIN trade_item ON trade_item.id = batch.item_id"
    )
    op.execute(
        "INSERT INTO enterprise_entry (enterprise_id, kind, ledger_index) "
        "SELECT issue_order.enterprise_id, 'run', issue_run.ledger_index "
        "FROM issue_run JOIN issue_order ON issue_order.id = issue_run.order_id"
    )
    triggers.install(op.get_bind(), ("enterprise_entry",))
    for column in PRINTER_COLUMNS:
        op.execute(f"ALTER TABLE print_order ADD COLUMN {column}")
    op.drop_index(op.f("ix_batch_item_id"), table_name="batch")
    op.create_index("ix_batch_item_id_ledger_index", "batch", ["item_id", "ledger_index"])
    op.create_index("ix_batch_lot", "batch", ["lot"])
    op.create_index("ix_batch_is_recalled_ledger_index", "batch", ["is_recalled", "ledger_index"])
    op.create_index("ix_batch_packed_on_ledger_index", "batch", ["packed_on", "ledger_index"])
    op.drop_index(op.f("ix_issue_run_batch_id"), table_name="issue_run")
    op.create_index("ix_issue_run_batch_id_ledger_index", "issue_run", ["batch_id", "ledger_index"])
    op.create_index("ix_print_order_enterprise_id_id", "print_order", ["enterprise_id", "id"])
    op.create_index("ix_job_state_id", "job", ["state", "id"])
