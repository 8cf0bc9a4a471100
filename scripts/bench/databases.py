"""The database that a benchmark fills: a SQLite file in its folder, or one of its own on a PostgreSQL server."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

from sqlalchemy import make_url, text

from gimark.store.engine import open_engine

SQLITE = ""


@contextmanager
def database_of_its_own(server: str, like: str = "") -> Iterator[str]:
    """The URL of a database on `server`, dropped when the block ends; SQLITE stays what it is.

    It is empty, or a copy of the one whose URL is `like`, which nobody may have open. `server` is the URL of a database
    on a PostgreSQL server, whose user may make databases.
    """
    if server == SQLITE:
        yield SQLITE
        return
    name = f"gimark_bench_{token_hex(4)}"
    _run(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {make_url(like).database}" if like else ""))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def kind_of(server: str) -> str:
    """What people call it."""
    return "SQLite" if server == SQLITE else "PostgreSQL"


def _run(server: str, statement: str) -> None:
    engine = open_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
