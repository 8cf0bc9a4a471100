"""${message}."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    ${upgrades if upgrades else "pass"}
