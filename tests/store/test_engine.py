"""A SQLite file that is moved away is missed, not made again, and taken up when it is back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from gimark.clock import FixedClock
from gimark.errors import StoreFailedError
from gimark.store.engine import _with_timeouts, open_engine
from gimark.store.unit_of_work import Store
from tests import statements


@pytest.fixture
def store(empty_sqlite: Path, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store on SQLite, by an engine that shares nothing with other tests': how it connects is what is looked at."""
    monkeypatch.setattr(statements, "_SHARED", {})
    path = tmp_path / "gimark.db"
    shutil.copy(empty_sqlite, path)
    engine = open_engine(f"sqlite:///{path}")
    yield Store(engine, clock)
    engine.dispose()


def size(store: Store) -> int:
    with store.reading() as session:
        return int(session.scalar(text("SELECT size FROM log_head")) or 0)


def path_of(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def test_a_file_that_is_moved_away_is_missed_and_taken_up_when_it_is_back(store: Store) -> None:
    path = path_of(store.engine)
    away = path.with_suffix(".away")
    assert size(store) == 0
    path.rename(away)
    for _ in range(2):
        with pytest.raises(StoreFailedError):
            size(store)
        assert not path.exists()
    away.rename(path)
    assert size(store) == 0


def test_a_file_that_was_put_in_its_place_is_the_one_that_is_read(store: Store) -> None:
    path = path_of(store.engine)
    assert size(store) == 0
    other = path.with_suffix(".other")
    shutil.copy(path, other)
    engine = open_engine(f"sqlite:///{other}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE log_head SET size = 7"))
    engine.dispose()
    other.rename(path)
    assert size(store) == 7


def test_a_url_of_its_own_mind_keeps_its_timeouts() -> None:
    url = _with_timeouts(make_url("postgresql+psycopg://db/gimark?connect_timeout=1"))
    assert url.query["connect_timeout"] == "1"
    assert url.query["tcp_user_timeout"] == "10000"
