"""A stored release comes up to this version with everything that it held, or stays exactly what it was."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from sqlalchemy import Engine, event, text

from gimark import migrations
from gimark.errors import GimarkError, LedgerError, StoreFailedError
from gimark.ledger import triggers
from gimark.store.engine import open_engine
from gimark.upkeep.copying import copy_store
from gimark.upkeep.upgrading import check_known, upgrade_store
from tests.stored_release import RELEASES, unpack

HEAD = """
import sqlalchemy as sa
from alembic import op

from gimark.ledger import triggers

revision, down_revision = "9000", {head!r}
branch_labels = depends_on = None


def upgrade() -> None:
"""
# What a migration can do wrong, in its body.
HALF = "op.create_table('half', sa.Column('id', sa.Integer))\n    op.execute('SELECT nonsense FROM nowhere')"
CRASH = "op.add_column('county', sa.Column('half', sa.Integer))\n    raise RuntimeError('a bug')"
UNGUARD = "triggers.remove(op.get_bind())"
LOSE = "op.execute(\"UPDATE enterprise SET name_zh = 'x'\")"


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Engine]:
    """The store of the first release at its own revision."""
    stored = unpack(RELEASES[0], tmp_path / "stored")
    engine = open_engine(f"sqlite:///{stored.data_dir / 'gimark.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old_store(request: pytest.FixtureRequest, sqlite_store: Engine) -> Iterator[Engine]:
    """The same on each database in turn."""
    engine = sqlite_store
    if request.param == "postgres":
        target = open_engine(request.getfixturevalue("vacant_postgres"))
        copy_store(engine, target, lambda _done, _all: None)
        engine = target
    yield engine
    engine.dispose()


@pytest.fixture
def with_migration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Puts one more migration behind those of the program."""

    def put(body: str) -> None:
        versions = tmp_path / "versions"
        versions.mkdir()
        (versions / "9000_next.py").write_text(HEAD.format(head=migrations.head()) + f"    {body}\n", encoding="utf-8")
        config = migrations.config

        def extended(bind: Any = None) -> Config:
            made = config(bind)
            made.set_main_option("path_separator", "newline")
            made.set_main_option("version_locations", f"{migrations.HERE / 'versions'}\n{versions}")
            return made

        monkeypatch.setattr(migrations, "config", extended)

    return put


def print_of(engine: Engine) -> dict[str, object]:
    """Schema and rows of the whole database, as a comparable value."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
            return {"dump": sha256(dump.encode()).hexdigest()}
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        rows = {
            name: connection.scalar(text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"))  # noqa: S608
            for name in tables
        }
        columns = text("SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY 1, 2")
        of_ours = [tuple(row) for row in connection.execute(columns) if row[0] in tables]
        return rows | {"columns": of_ours, "guarded": triggers.guarded(connection)}


def test_an_old_store_comes_to_the_head_and_keeps_what_may_only_grow(old_store: Engine) -> None:
    with old_store.connect() as connection:
        before = triggers.guarded(connection)
    upgrade_store(old_store)
    assert migrations.current(old_store) == migrations.head()
    with old_store.connect() as connection:
        assert set(before) <= set(triggers.guarded(connection))
        assert triggers.missing(connection, before) == ()


def test_upgrading_twice_changes_nothing_more(sqlite_store: Engine) -> None:
    upgrade_store(sqlite_store)
    once = print_of(sqlite_store)
    upgrade_store(sqlite_store)
    assert print_of(sqlite_store) == once


@pytest.mark.parametrize(
    ("body", "error"),
    [(HALF, StoreFailedError), (CRASH, StoreFailedError), (UNGUARD, StoreFailedError), (LOSE, LedgerError)],
    ids=["a statement fails", "the program fails", "triggers are lost", "rows are lost"],
)
def test_a_migration_that_goes_wrong_leaves_the_old_store(
    old_store: Engine, with_migration: Callable[[str], None], body: str, error: type[GimarkError]
) -> None:
    before = print_of(old_store)
    with_migration(body)
    with pytest.raises(error, match="The database is as it was"):
        upgrade_store(old_store)
    assert print_of(old_store) == before
    assert migrations.current(old_store) == "0001"


def test_a_row_that_points_nowhere_after_a_migration_stops_it(
    sqlite_store: Engine, with_migration: Callable[[str], None]
) -> None:
    before = print_of(sqlite_store)
    with_migration("op.execute('DELETE FROM town')")
    with pytest.raises(StoreFailedError, match="enterprise"):
        upgrade_store(sqlite_store)
    assert print_of(sqlite_store) == before


def test_a_table_that_others_point_at_can_be_made_anew(
    sqlite_store: Engine, with_migration: Callable[[str], None]
) -> None:
    """Alembic's batch mode drops the table on SQLite, its triggers with it: the migration puts them back."""
    with_migration(
        "with op.batch_alter_table('issue_run', recreate='always') as batch:\n"
        "        batch.add_column(sa.Column('remark', sa.Text()))\n"
        "    triggers.install(op.get_bind(), ['issue_run'])"
    )
    upgrade_store(sqlite_store)
    assert migrations.current(sqlite_store) == "9000"
    with sqlite_store.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM issue_run WHERE remark IS NULL")) == 55


def test_differences_that_were_there_before_are_accepted_when_told(sqlite_store: Engine) -> None:
    with sqlite_store.begin() as connection:
        connection.execute(text("UPDATE enterprise SET name_zh = 'x' WHERE id = 1"))
    with pytest.raises(LedgerError, match="--accept-differences"):
        upgrade_store(sqlite_store)
    assert migrations.current(sqlite_store) == "0001"
    upgrade_store(sqlite_store, accepts_differences=True)
    assert migrations.current(sqlite_store) == migrations.head()


def test_an_altered_entry_is_never_accepted(sqlite_store: Engine) -> None:
    with sqlite_store.begin() as connection:
        triggers.remove(connection)
        connection.execute(text("UPDATE log_entry SET body = :body WHERE idx = 9"), {"body": b"{}"})
        triggers.install(connection)
    with pytest.raises(LedgerError):
        upgrade_store(sqlite_store, accepts_differences=True)
    assert migrations.current(sqlite_store) == "0001"


@pytest.mark.parametrize("revision", ["9999", None])
def test_a_database_of_a_newer_program_or_none_of_ours_is_refused(sqlite_store: Engine, revision: str | None) -> None:
    with sqlite_store.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    with pytest.raises(StoreFailedError, match="does not know"):
        check_known(sqlite_store)


def test_a_disk_that_fills_up_while_migrating_leaves_the_old_store(sqlite_store: Engine) -> None:
    before = print_of(sqlite_store)
    with sqlite_store.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    full = open_engine(sqlite_store.url)

    @event.listens_for(full, "connect")
    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    with pytest.raises(StoreFailedError, match="The database is as it was"):
        upgrade_store(full)
    full.dispose()
    assert print_of(sqlite_store) == before
