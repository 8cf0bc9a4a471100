"""What a refused database leaves: nothing half done, and a plain word about it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from gimark.accounts.model import User
from gimark.accounts.rules import Role
from gimark.clock import FixedClock
from gimark.errors import StoreBusyError, StoreFailedError
from gimark.ledger import book
from gimark.store import engine as engine_module
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store


def add_user(store: Store, name: str, *, commit: bool = True) -> None:
    with store.acting() as act:
        act.session.add(
            User(name=name, role=Role.AUDITOR, must_change_password=False, is_active=True, created_at=act.now)
        )
        act.session.flush()
        if commit:
            act.commit()


def add_users(store: Store, number: int) -> None:
    for place in range(number):
        add_user(store, f"user-{place}")


def count(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


def test_an_act_that_is_not_committed_leaves_nothing(any_store: Store) -> None:
    add_user(any_store, "stays")
    add_user(any_store, "goes", commit=False)
    assert count(any_store) == 1


def test_a_locked_database_is_said_to_be_busy(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_S", 0.05)
    impatient = Store(open_engine(f"sqlite:///{tmp_path / 'gimark.db'}"), store.clock)
    with store.acting(), pytest.raises(StoreBusyError, match="数据库正忙"):
        add_user(impatient, "late")
    impatient.engine.dispose()
    assert count(store) == 0


@pytest.fixture
def impatient(postgres_engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store on PostgreSQL that waits a fifth of a second for a lock or a connection."""
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_S", 0.2)
    store = Store(open_engine(postgres_engine.url.difference_update_query(["options"])), clock)
    yield store
    store.engine.dispose()


@pytest.mark.postgres
def test_a_lock_on_postgresql_is_waited_for_five_seconds_at_most(postgres_engine: Engine, clock: FixedClock) -> None:
    with Store(postgres_engine, clock).reading() as session:
        assert session.scalar(text("SHOW lock_timeout")) == "5s"


@pytest.mark.postgres
def test_a_row_that_another_act_holds_on_postgresql_is_said_to_be_busy(
    postgres_engine: Engine, impatient: Store
) -> None:
    with Store(postgres_engine, impatient.clock).acting() as holder:
        book.lock(holder)
        with pytest.raises(StoreBusyError, match="数据库正忙"), impatient.acting() as act:
            book.lock(act)
    with impatient.acting() as act:
        assert book.lock(act) == 0


@pytest.mark.postgres
def test_of_two_acts_that_wait_for_each_other_one_is_told_that_the_database_is_busy(
    postgres_engine: Engine, clock: FixedClock
) -> None:
    store = Store(postgres_engine, clock)
    add_user(store, "first")
    add_user(store, "second")
    each_has_one = threading.Barrier(2)
    refusals: list[StoreBusyError] = []

    def take(mine: str, other: str) -> None:
        locked = "SELECT id FROM user_account WHERE name = :name FOR UPDATE"
        try:
            with store.acting() as act:
                act.session.execute(text(locked), {"name": mine})
                each_has_one.wait()
                act.session.execute(text(locked), {"name": other})
        except StoreBusyError as error:
            refusals.append(error)

    hands = [threading.Thread(target=take, args=names) for names in (("first", "second"), ("second", "first"))]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(refusals) == 1
    assert "deadlock detected" in str(refusals[0].__cause__)


def test_when_every_connection_is_taken_the_database_is_said_to_be_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_S", 0.05)
    crowded = Store(open_engine(store.engine.url), store.clock)
    pool = crowded.engine.pool
    assert isinstance(pool, QueuePool)
    with ExitStack() as taken:
        for _ in range(pool.size() + pool._max_overflow):
            taken.enter_context(crowded.engine.connect())
        with pytest.raises(StoreBusyError, match="数据库正忙"):
            count(crowded)
    crowded.engine.dispose()


def test_a_full_disk_leaves_nothing_half_done(store: Store) -> None:
    with store.engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    full = open_engine(store.engine.url)

    @event.listens_for(full, "connect")
    def _limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    crowded = Store(full, store.clock)
    with pytest.raises(StoreFailedError, match="磁盘已满"):
        add_users(crowded, 10_000)
    kept = count(store)
    assert kept < 10_000
    full.dispose()
    add_user(store, "after-room-was-made")
    assert count(store) == kept + 1


def test_a_mistake_in_a_statement_is_not_passed_off_as_a_full_disk(store: Store) -> None:
    with pytest.raises(OperationalError, match="no such table"), store.reading() as session:
        session.execute(text("SELECT * FROM nowhere"))


def test_foreign_keys_hold_on_sqlite(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
