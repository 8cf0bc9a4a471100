"""erasures of persons."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers
from gimark.store.base import UtcInstant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: going back means restoring the backup that `gimark upgrade` makes first."""
    op.create_table(
        "person_erasure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("ledger_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_person_erasure_enterprise_id")),
        sa.ForeignKeyConstraint(["ledger_index"], ["log_entry.idx"], name=op.f("fk_person_erasure_ledger_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_erasure")),
        sa.UniqueConstraint("enterprise_id", name=op.f("uq_person_erasure_enterprise_id")),
        sa.UniqueConstraint("ledger_index", name=op.f("uq_person_erasure_ledger_index")),
    )
    _take_over(op.get_bind())
    triggers.install(op.get_bind(), ("person_erasure",))


def _take_over(connection: sa.Connection) -> None:
    """The erasures of earlier releases, which left nothing but their entry."""
    erased = sa.text("SELECT ledger_index, id FROM enterprise WHERE kind = 'sole_trader' AND subject_salt IS NULL")
    waiting: dict[int, int] = dict(connection.execute(erased).all())
    bodies = sa.text("SELECT idx, body FROM log_entry WHERE idx > :after ORDER BY idx LIMIT 1000")
    after = min(waiting, default=0)
    while waiting:
        rows = connection.execute(bodies, {"after": after}).all()
        for index, body in rows:
            entry = json.loads(bytes(body))
            if entry["type"] == "correction" and entry["entry"] in waiting:
                _insert(connection, waiting.pop(entry["entry"]), entry, index)
        if not rows:
            return  # whoever deleted that salt left no entry: the ledger check says so
        after = rows[-1][0]


def _insert(connection: sa.Connection, enterprise_id: int, entry: dict[str, Any], index: int) -> None:
    row = {
        "enterprise_id": enterprise_id,
        "reason": entry["reason"],
        "at": datetime.fromisoformat(entry["t"]),
        "ledger_index": index,
    }
    columns = [
        sa.column("enterprise_id"),
        sa.column("reason"),
        sa.column("at", UtcInstant()),
        sa.column("ledger_index"),
    ]
    connection.execute(sa.table("person_erasure", *columns).insert().values(row))
