"""The engine: SQLite (WAL, every commit on disk, foreign keys) or PostgreSQL, from one URL."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError

BUSY_TIMEOUT_S = 5.0
# A server that is gone without a word is given up, so that a connection is made anew when it is back.
_LINE = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_FILE = "file"


def open_engine(url: str | URL) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`.

    SQLite transactions are begun by hand (`BEGIN IMMEDIATE` for acts, see unit_of_work), because the driver would
    begin them late and let two writers read the same volume before either writes. A SQLite file that is moved away is
    not made again: connections fail until one is back, and go to that one.

    On either, a lock or a connection is waited for as long as `BUSY_TIMEOUT_S`, never for ever; two acts that wait
    for each other are told apart by PostgreSQL within its `deadlock_timeout` (1 s).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return create_engine(
        _with_timeouts(parsed), pool_pre_ping=True, pool_timeout=BUSY_TIMEOUT_S, isolation_level="READ COMMITTED"
    )


def _with_timeouts(url: URL) -> URL:
    """The URL with the server's `lock_timeout` among its options and the line's timeouts; what it names itself wins."""
    given = url.query.get("options", ())
    own = [given] if isinstance(given, str) else list(given)
    options = " ".join([f"-clock_timeout={int(BUSY_TIMEOUT_S * 1000)}ms", *own])
    return url.update_query_dict({**_LINE, **url.query, "options": options})


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

    if url.database and url.database != ":memory:":
        _follow_file(engine, Path(url.database))
    return engine


def _follow_file(engine: Engine, path: Path) -> None:
    """Use connections to the file that is at `path` now and to no other.

    SQLite would go on with a file that was moved away, and make an empty one in its place.
    """
    was_there = False

    @event.listens_for(engine, "do_connect")
    def _only_to_a_file(*_arguments: object) -> None:
        if was_there and not path.exists():
            raise sqlite3.OperationalError("unable to open database file: it is not there")

    @event.listens_for(engine, "connect")
    def _remember(_connection: object, record: Any) -> None:
        nonlocal was_there
        was_there = True
        record.info[_FILE] = _identity(path)

    @event.listens_for(engine, "checkout")
    def _is_the_same(_connection: object, record: Any, _proxy: object) -> None:
        if record.info[_FILE] != _identity(path):
            raise DisconnectionError("the database's file was replaced or moved away")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
