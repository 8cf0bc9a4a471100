"""Runs migrations on the engine that `gimark.migrations` hands over; there is no ini file and no offline mode."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, Engine, text

from gimark.migrations.models import metadata
from gimark.store.base import UtcInstant

LOCK_TIMEOUT = "5s"


def render_column_type(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Write our own column types by the name that script.py.mako imports."""
    return "UtcInstant()" if kind == "type" and isinstance(value, UtcInstant) else False


def run() -> None:
    """One connection, one transaction for the whole upgrade; on a connection that was handed over, its owner's."""
    bind: Engine | Connection = context.config.attributes["bind"]
    if isinstance(bind, Connection):
        migrate(bind)
        return
    with bind.connect() as connection:
        migrate(connection)
        connection.commit()


def migrate(connection: Connection) -> None:
    """Run what is due; nothing is committed here."""
    if connection.dialect.name == "postgresql":
        # A migration that waits for a lock blocks everybody behind it; failing is better.
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_column_type,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
