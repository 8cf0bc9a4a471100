"""label templates, printers and special marks that people keep; labels one by one as SVG and PNG."""

import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers
from gimark.store.base import UtcInstant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FORMATS = ("pdf", "zpl", "tspl", "svg", "png")
FORMAT_CHECK = "print_format"


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    formats = sa.Enum(*FORMATS, name="printer_format", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "label_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_label_template_enterprise_id")),
        sa.ForeignKeyConstraint(["right_id"], ["gi_right.id"], name=op.f("fk_label_template_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_template")),
        sa.UniqueConstraint("ref", name=op.f("uq_label_template_ref")),
    )
    op.create_index(op.f("ix_label_template_enterprise_id"), "label_template", ["enterprise_id"], unique=False)
    op.create_table(
        "printer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("dpi", sa.BigInteger(), nullable=False),
        sa.Column("format", formats, nullable=False),
        sa.Column("offset_right_um", sa.BigInteger(), nullable=False),
        sa.Column("offset_down_um", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("dpi > 0", name=op.f("ck_printer_dpi_counts")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_printer_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
        sa.UniqueConstraint("enterprise_id", "name", name=op.f("uq_printer_enterprise_id_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_printer_ref")),
    )
    op.create_table(
        "label_template_version",
        sa.Column("template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("number >= 1 AND number <= 999", name=op.f("ck_label_template_version_number_fits")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_label_template_version_made_by")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["label_template.id"], name=op.f("fk_label_template_version_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "number", name=op.f("pk_label_template_version")),
    )
    op.create_table(
        "mark_artwork",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_vector", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("picture_sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uploaded_at", UtcInstant(), nullable=False),
        sa.Column("withdrawn_at", UtcInstant(), nullable=True),
        sa.CheckConstraint("size > 0", name=op.f("ck_mark_artwork_size_counts")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_mark_artwork_enterprise_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["user_account.id"], name=op.f("fk_mark_artwork_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_artwork")),
        sa.UniqueConstraint("ref", name=op.f("uq_mark_artwork_ref")),
    )
    op.create_index(op.f("ix_mark_artwork_enterprise_id"), "mark_artwork", ["enterprise_id"], unique=False)
    op.add_column("print_order", sa.Column("mark_sha256", sa.String(length=64), nullable=True))
    op.create_index("ix_print_order_template", "print_order", ["template"], unique=False)
    triggers.install(op.get_bind(), ("label_template_version",))
    _widen_formats()


def _widen_formats() -> None:
    """SQLite cannot change a check, and making the table anew would lose the names of the others: so the column is."""
    allowed = f"({', '.join(repr(known) for known in FORMATS)})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE print_order DROP CONSTRAINT {FORMAT_CHECK}")
        op.execute(f"ALTER TABLE print_order ADD CONSTRAINT {FORMAT_CHECK} CHECK (format IN {allowed})")
        return
    op.execute(
        "ALTER TABLE print_order ADD COLUMN wider VARCHAR(32) DEFAULT 'pdf' NOT NULL "
        f"CONSTRAINT {FORMAT_CHECK} CHECK (wider IN {allowed})"
    )
    op.execute("UPDATE print_order SET wider = format")
    op.execute("ALTER TABLE print_order DROP COLUMN format")
    op.execute("ALTER TABLE print_order RENAME COLUMN wider TO format")
