"""sums of a season."""

from collections import Counter
from datetime import date, datetime

import sqlalchemy as sa
from alembic import op

from gimark.clock import local_day
from gimark.store.base import UtcInstant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 10_000
VOLUME = ("batches", "base_g", "issued_g", "activated_g")
CODES = ("runs", "issued", "activated", "voided", "returned")
# Each of these gives when it was, whose it is, and what it adds, in the order of the columns above.
BATCHES = """
SELECT batch.registered_at AS at, trade_item.enterprise_id, 1, COALESCE(batch.packed_g, batch.planned_g),
COALESCE(batch_volume.issued_g, 0), COALESCE(batch_volume.activated_g, 0)
FROM batch JOIN trade_item ON trade_item.id = batch.item_id LEFT JOIN batch_volume ON batch_volume.batch_id = batch.id
"""
RUNS = """
SELECT issue_run.issued_at AS at, trade_item.enterprise_id, 1, issue_run.count, 0, 0, 0
FROM issue_run JOIN batch ON batch.id = issue_run.batch_id JOIN trade_item ON trade_item.id = batch.item_id
"""
RANGES = """
SELECT range_act.at AS at, trade_item.enterprise_id, 0, 0,
CASE range_act.kind WHEN 'activate' THEN range_span.last - range_span.first + 1 ELSE 0 END,
CASE range_act.kind WHEN 'void' THEN range_span.last - range_span.first + 1 ELSE 0 END,
CASE range_act.kind WHEN 'return' THEN range_span.last - range_span.first + 1 ELSE 0 END
FROM range_act JOIN range_span ON range_span.act_id = range_act.id JOIN issue_run ON issue_run.id = range_act.run_id
JOIN batch ON batch.id = issue_run.batch_id JOIN trade_item ON trade_item.id = batch.item_id
"""
# What was counted of runs whose months are gone by now is in their totals alone, where no month is told.
CHECKS = """
INSERT INTO scan_month_province (month, province, checks)
SELECT month, province, SUM(checks) FROM scan_run_month GROUP BY month, province
"""


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "scan_month_province",
        sa.Column("month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "province", name=op.f("pk_scan_month_province")),
        sqlite_with_rowid=False,
    )
    _fill(_season_table("season_volume", VOLUME), BATCHES)
    _fill(_season_table("season_codes", CODES), RUNS, RANGES)
    op.execute(CHECKS)


def _season_table(name: str, sums: tuple[str, ...]) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("season_on", sa.Date(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(sa.Column(column, sa.BigInteger(), nullable=False) for column in sums),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f(f"fk_{name}_enterprise_id")),
        sa.PrimaryKeyConstraint("season_on", "enterprise_id", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def _fill(table: sa.Table, *statements: str) -> None:
    columns = [column.name for column in table.columns][2:]
    sums: Counter[tuple[date, int, str]] = Counter()
    for statement in statements:
        asked = sa.text(statement).columns(sa.column("at", UtcInstant()))
        rows = op.get_bind().execute(asked, execution_options={"yield_per": ROWS_AT_ONCE})
        for at, enterprise_id, *added in rows:
            for column, number in zip(columns, added, strict=True):
                sums[_season_of(at), enterprise_id, column] += number
    places = sorted({(season_on, enterprise_id) for season_on, enterprise_id, _ in sums})
    rows_of_it = [
        {"season_on": season_on, "enterprise_id": enterprise_id}
        | {column: sums[season_on, enterprise_id, column] for column in columns}
        for season_on, enterprise_id in places
    ]
    if rows_of_it:
        op.bulk_insert(table, rows_of_it)


def _season_of(at: datetime) -> date:
    """The 1 July (Asia/Shanghai) with which the season of an instant began."""
    day = local_day(at)
    return date(day.year if day.month >= 7 else day.year - 1, 7, 1)
