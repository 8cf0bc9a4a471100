"""uploads of batches, and finding a batch by the producer's own lot."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    choices = sa.Enum("whole", "good_rows", name="upload_choice", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "upload",
        sa.Column("id", key, nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", key, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("choice", choices, nullable=False),
        sa.Column("uploaded_at", UtcInstant(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("ready", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "registered >= 0 AND known >= 0 AND ready >= 0 AND refused >= 0", name=op.f("ck_upload_counts")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_upload_enterprise_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_upload_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("ref", name=op.f("uq_upload_ref")),
    )
    op.create_index("ix_upload_enterprise_id_id", "upload", ["enterprise_id", "id"])
    op.create_index(op.f("ix_upload_uploaded_at"), "upload", ["uploaded_at"])
    op.create_index("ix_batch_producer_lot", "batch", ["producer_lot"])
