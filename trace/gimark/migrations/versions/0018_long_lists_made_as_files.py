"""long lists made as files."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MADE_WHOLE = (
    "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (rows IS NULL) AND (made_at IS NULL) = (size IS NULL)"
)


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "list_export",
        sa.Column("id", key, nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("asked_at", UtcInstant(), nullable=False),
        sa.Column("made_at", UtcInstant(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(MADE_WHOLE, name=op.f("ck_list_export_made_whole")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_list_export_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_export")),
        sa.UniqueConstraint("ref", name=op.f("uq_list_export_ref")),
    )
    op.create_index(op.f("ix_list_export_asked_at"), "list_export", ["asked_at"])
    op.create_index("ix_list_export_user_id_id", "list_export", ["user_id", "id"])
