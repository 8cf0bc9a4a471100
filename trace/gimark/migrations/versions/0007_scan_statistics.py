"""scan statistics."""

import sqlalchemy as sa
from alembic import op

from gimark.store.base import UtcInstant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Checks whose rows are gone already are known by month and run; of their provinces only the set was kept. Those whose
# rows are there are counted by the first sweep. ("WHERE true" keeps SQLite from reading ON CONFLICT as part of a join.)
WHAT_WAS_COUNTED = (
    "INSERT INTO scan_statistics (id) VALUES (1)",
    "UPDATE run_scans SET forgotten_codes = codes",
    "INSERT INTO scan_run_province (run_id, province, checks) SELECT run_id, '', checks FROM run_scans",
    (
        "INSERT INTO scan_run_month (run_id, month, province, checks) "
        "SELECT run_id, month, '', SUM(checks) FROM scan_month GROUP BY run_id, month"
    ),
    (
        "INSERT INTO scan_run_province (run_id, province, checks) "
        "SELECT run_id, '', SUM(checks) FROM scan_month WHERE true GROUP BY run_id "
        "ON CONFLICT (run_id, province) DO UPDATE SET checks = scan_run_province.checks + excluded.checks"
    ),
    (
        "INSERT INTO run_scans (run_id, checks, codes, forgotten_codes) "
        "SELECT run_id, SUM(checks), (SELECT COUNT(*) FROM code_scans WHERE code_scans.run_id = scan_month.run_id), 0 "
        "FROM scan_month WHERE true GROUP BY run_id "
        "ON CONFLICT (run_id) DO UPDATE SET checks = run_scans.checks + excluded.checks, "
        "codes = run_scans.codes + excluded.codes"
    ),
)


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "scan_counted_hour",
        sa.Column("hour", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_scan_counted_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_run_hour",
        sa.Column("hour", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "run_id", "province", name=op.f("pk_scan_run_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_run_month",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "month", "province", name=op.f("pk_scan_run_month")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_scan_run_month_month", "scan_run_month", ["month"], unique=False)
    op.create_table(
        "scan_run_province",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "province", name=op.f("pk_scan_run_province")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_statistics",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("counted_at", UtcInstant(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_scan_statistics_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_statistics")),
    )
    op.create_table(
        "verdict_month",
        sa.Column("month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "reason", "province", name=op.f("pk_verdict_month")),
        sqlite_with_rowid=False,
    )
    op.add_column("run_scans", sa.Column("forgotten_codes", sa.BigInteger(), server_default="0", nullable=False))
    for statement in WHAT_WAS_COUNTED:
        op.execute(statement)
