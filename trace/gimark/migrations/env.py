"""Runs migrations on the engine that `gimark.migrations` hands over; there is no ini file and no offline mode."""

from typing import Literal

from alembic import context
from sqlalchemy import Engine, text

from gimark.migrations.models import metadata
from gimark.store.base import UtcInstant

LOCK_TIMEOUT = "5s"


def render_column_type(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Write our own column types by the name that script.py.mako imports."""
    return "UtcInstant()" if kind == "type" and isinstance(value, UtcInstant) else False


def run() -> None:
    """One connection, one transaction for the whole upgrade."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
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
        connection.commit()


run()
