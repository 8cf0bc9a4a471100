"""rare acts are found without walking past the frequent ones."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_index("ix_batch_act_kind_ledger_index", "batch_act", ["kind", "ledger_index"])
    op.create_index("ix_range_act_kind_ledger_index", "range_act", ["kind", "ledger_index"])
