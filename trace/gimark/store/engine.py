"""The engine: SQLite (WAL, every commit on disk, foreign keys) or PostgreSQL, from one URL."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

BUSY_TIMEOUT_S = 5.0


def open_engine(url: str | URL) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`.

    SQLite transactions are begun by hand (`BEGIN IMMEDIATE` for acts, see unit_of_work), because the driver would
    begin them late and let two writers read the same volume before either writes.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return create_engine(parsed, pool_pre_ping=True, isolation_level="READ COMMITTED")


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
