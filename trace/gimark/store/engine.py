"""The engine: SQLite (WAL, every commit on disk, foreign keys) or PostgreSQL, from one URL."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

BUSY_TIMEOUT_S = 5.0


def open_engine(url: str | URL) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`.

    SQLite transactions are begun by hand (`BEGIN IMMEDIATE` for acts, see unit_of_work), because the driver would
    begin them late and let two writers read the same volume before either writes.

    On either, a lock or a connection is waited for as long as `BUSY_TIMEOUT_S`, never for ever; two acts that wait
    for each other are told apart by PostgreSQL within its `deadlock_timeout` (1 s).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return create_engine(
        _with_lock_timeout(parsed), pool_pre_ping=True, pool_timeout=BUSY_TIMEOUT_S, isolation_level="READ COMMITTED"
    )


def _with_lock_timeout(url: URL) -> URL:
    """The URL with the server's `lock_timeout` among its options; one that it names itself comes later and wins."""
    given = url.query.get("options", ())
    own = [given] if isinstance(given, str) else list(given)
    return url.update_query_dict({"options": " ".join([f"-clock_timeout={int(BUSY_TIMEOUT_S * 1000)}ms", *own])})


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_timeout=BUSY_TIMEOUT_S,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

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
