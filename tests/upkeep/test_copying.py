"""A store copied whole, from one database to another and back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select, text

from gimark import audit, migrations
from gimark.accounts.model import User
from gimark.accounts.rules import Role
from gimark.clock import FixedClock
from gimark.errors import ConflictError, StoreFailedError
from gimark.ledger import book, triggers
from gimark.ledger.check import check_log
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from gimark.upkeep.copying import copy_store, is_empty, snapshot
from gimark.upkeep.tables import copy_rows, tables_of
from scripts.release_store import MADE_AT
from tests.stored_release import RELEASES, StoredRelease, unpack


def no_progress(_done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def stored(tmp_path: Path) -> StoredRelease:
    return unpack(RELEASES[0], tmp_path / "stored")


@pytest.fixture
def source(stored: StoredRelease) -> Iterator[Engine]:
    """The store of the first release, at its own revision."""
    engine = open_engine(f"sqlite:///{stored.data_dir / 'gimark.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def vacant(vacant_postgres: str) -> Iterator[Engine]:
    """A PostgreSQL database with nothing in it."""
    engine = open_engine(vacant_postgres)
    yield engine
    engine.dispose()


def rows_of(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """Every row of every table by its columns' names, in the order of keys."""
    with engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables_of(connection)
        }


def state_of(engine: Engine) -> tuple[str | None, tuple[str, ...]]:
    """The revision and the tables that may only grow."""
    with engine.connect() as connection:
        guarded = triggers.guarded(connection)
        assert triggers.missing(connection, guarded) == ()
        return migrations.current(connection), guarded


@pytest.mark.postgres
def test_to_postgresql_and_back_every_row_is_the_same(source: Engine, vacant: Engine, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    copy_store(source, vacant, lambda done, total: told.append((done, total)))
    assert rows_of(vacant) == rows_of(source)
    assert state_of(vacant) == state_of(source)
    back = open_engine(f"sqlite:///{tmp_path / 'back.db'}")
    copy_store(vacant, back, no_progress)
    assert rows_of(back) == rows_of(source)
    assert state_of(back) == state_of(source)
    assert told[-1] == (len(told) and sum(len(rows) for rows in rows_of(source).values()),) * 2
    back.dispose()


@pytest.mark.parametrize("to", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_value_goes_into_the_column_of_its_name(to: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Migrations leave the columns of a table in another order on each database."""
    source = open_engine(f"sqlite:///{tmp_path / 'source.db'}")
    target: Engine = (
        request.getfixturevalue("vacant") if to == "postgres" else open_engine(f"sqlite:///{tmp_path / 'target.db'}")
    )
    with source.begin() as there, target.begin() as here:
        there.execute(text("CREATE TABLE slip (id INTEGER PRIMARY KEY, skip BIGINT, moved BIGINT, note VARCHAR(9))"))
        there.execute(text("INSERT INTO slip VALUES (1, 2, 3, 'a')"))
        here.execute(text("CREATE TABLE slip (note VARCHAR(9), moved BIGINT, id INTEGER PRIMARY KEY, skip BIGINT)"))
        copy_rows(there, here, no_progress)
        assert here.execute(text("SELECT id, skip, moved, note FROM slip")).all() == [(1, 2, 3, "a")]
    source.dispose()
    target.dispose()


@pytest.mark.postgres
def test_work_goes_on_in_the_copy_where_it_stopped(source: Engine, vacant: Engine) -> None:
    copy_store(source, vacant, no_progress)
    migrations.upgrade(vacant)
    store = Store(vacant, FixedClock(MADE_AT))
    with store.acting() as act:  # a row of a table whose key the database counts
        user = User(name="fresh", role=Role.AUDITOR, must_change_password=False, is_active=True, created_at=act.now)
        act.session.add(user)
        book.append(act, "rule.set", "regulator", rule="示例", value=1, source="示例", **{"from": "2026-01-01"})
        act.commit()
    with store.reading() as session:
        assert list(check_log(session)) == []
        assert list(audit.differences(session)) == []


@pytest.mark.postgres
def test_a_copy_that_fails_leaves_the_target_as_empty_as_it_was(
    source: Engine, vacant: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(done: int, total: int) -> None:
        if done > total // 2:
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreFailedError, match="No space left"):
        copy_store(source, vacant, fail)
    assert is_empty(vacant)
    copy_store(source, vacant, no_progress)


def test_a_target_that_holds_anything_is_refused(source: Engine, tmp_path: Path) -> None:
    target = open_engine(f"sqlite:///{tmp_path / 'full.db'}")
    with target.begin() as connection:
        connection.execute(text("CREATE TABLE letters (id INTEGER)"))
    with pytest.raises(ConflictError, match="not empty"):
        copy_store(source, target, no_progress)
    assert inspect(target).get_table_names() == ["letters"]
    target.dispose()


@pytest.mark.parametrize("revision", ["9999", None])
def test_a_store_of_a_newer_program_is_refused(source: Engine, tmp_path: Path, revision: str | None) -> None:
    with source.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    target = open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with pytest.raises(StoreFailedError, match="does not know"):
        copy_store(source, target, no_progress)
    assert is_empty(target)
    with pytest.raises(StoreFailedError, match="does not know"):
        snapshot(source, tmp_path / "snapshot.db", no_progress)
    target.dispose()


def test_nobody_acts_in_a_store_that_is_being_copied(source: Engine, tmp_path: Path) -> None:
    refused = []

    def act(_done: int, _total: int) -> None:
        if not refused:
            with sqlite3.connect(str(source.url.database), timeout=0.05) as writer:
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    writer.execute("UPDATE county SET icp_number = 'x'")
                refused.append(True)
            writer.close()

    target = open_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    copy_store(source, target, act)
    assert refused
    target.dispose()


def test_a_snapshot_is_one_moment_while_others_write(
    source: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gimark.upkeep.copying.PAGES", 5)
    before = rows_of(source)
    written = []

    def write(_done: int, _total: int) -> None:
        with closing(sqlite3.connect(str(source.url.database))) as writer, writer:
            writer.execute("UPDATE county SET icp_number = ?", (str(len(written)),))
            writer.execute("INSERT INTO verdict_hour VALUES (?, 'authentic', '', 1)", (1_000_000 + len(written),))
        written.append(True)

    snapshot(source, tmp_path / "snapshot.db", write)
    assert len(written) > 20
    copied = open_engine(f"sqlite:///{tmp_path / 'snapshot.db'}")
    assert rows_of(copied) == before
    assert rows_of(source) != before
    copied.dispose()
    assert (tmp_path / "snapshot.db").stat().st_mode & 0o077 == 0


@pytest.mark.postgres
def test_a_snapshot_of_postgresql_is_one_moment_in_a_sqlite_file(
    source: Engine, vacant: Engine, tmp_path: Path
) -> None:
    copy_store(source, vacant, no_progress)
    written = []

    def write(_done: int, _total: int) -> None:
        with vacant.begin() as other:
            other.execute(text("UPDATE county SET icp_number = 'x'"))
        written.append(True)

    snapshot(vacant, tmp_path / "snapshot.db", write)
    copied = open_engine(f"sqlite:///{tmp_path / 'snapshot.db'}")
    assert written
    assert rows_of(copied) == rows_of(source)
    assert rows_of(vacant) != rows_of(source)
    copied.dispose()


def test_a_damaged_database_gives_no_snapshot(source: Engine, stored: StoredRelease, tmp_path: Path) -> None:
    source.dispose()
    path = stored.data_dir / "gimark.db"
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = bytes(4096)
    path.write_bytes(whole)
    with pytest.raises(StoreFailedError):
        snapshot(source, tmp_path / "snapshot.db", no_progress)
