"""What a refused database leaves: nothing half done, and a plain word about it."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError

from gimark.accounts.model import User
from gimark.accounts.rules import Role
from gimark.errors import StoreBusyError, StoreFailedError
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
