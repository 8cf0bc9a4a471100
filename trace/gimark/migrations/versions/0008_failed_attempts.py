"""what networks failed at, for minutes, so that limits hold across processes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    kinds = sa.Enum(
        "signature", "typed", "access_key", name="attempt_kind", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "failed_attempts",
        sa.Column("minute", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("network", sa.LargeBinary(length=8), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(network) = 8", name=op.f("ck_failed_attempts_network_size")),
        sa.CheckConstraint("tries > 0", name=op.f("ck_failed_attempts_was_tried")),
        sa.PrimaryKeyConstraint("minute", "kind", "network", name=op.f("pk_failed_attempts")),
        sqlite_with_rowid=False,
    )
