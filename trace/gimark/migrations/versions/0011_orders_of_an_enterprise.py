"""orders of an enterprise, in the order in which they came, by an index."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_index("ix_issue_order_enterprise_id_id", "issue_order", ["enterprise_id", "id"], unique=False)
