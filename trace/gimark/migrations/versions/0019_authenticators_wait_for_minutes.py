"""authenticators wait for minutes."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    # Nobody knows since when those wait that were begun before: they are begun anew.
    op.execute("UPDATE second_factor SET pending = NULL")
    with op.batch_alter_table("second_factor") as table:
        table.add_column(sa.Column("pending_since", UtcInstant(), nullable=True))
        table.create_check_constraint(
            op.f("ck_second_factor_pending_whole"), "(pending IS NULL) = (pending_since IS NULL)"
        )
