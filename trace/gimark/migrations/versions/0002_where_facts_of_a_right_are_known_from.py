"""where facts of a right are known from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "gi_right_fact",
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "fact",
            sa.Enum(
                "holder",
                "standard",
                "announcement",
                "trademark",
                "area",
                "grades",
                "printed_texts",
                "from",
                "until",
                name="fact_name",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=240), nullable=False),
        sa.Column(
            "tag",
            sa.Enum(
                "statute",
                "confirmed",
                "publication",
                "practice",
                "memory",
                "derived",
                "conflicting",
                "invented",
                name="fact_tag",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("confirmed_by", sa.String(length=120), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "confirmed_by IS NOT NULL OR tag NOT IN ('memory', 'derived', 'conflicting')",
            name=op.f("ck_gi_right_fact_out_of_doubt"),
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_on IS NULL)",
            name=op.f("ck_gi_right_fact_confirmed_by_somebody_some_day"),
        ),
        sa.ForeignKeyConstraint(["right_id"], ["gi_right.id"], name=op.f("fk_gi_right_fact_right_id")),
        sa.PrimaryKeyConstraint("right_id", "fact", name=op.f("pk_gi_right_fact")),
    )
