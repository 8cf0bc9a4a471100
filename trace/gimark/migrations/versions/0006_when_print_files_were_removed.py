"""print files leave after their time, their hashes stay."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.add_column("print_order", sa.Column("files_removed_at", UtcInstant(), nullable=True))
