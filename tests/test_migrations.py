"""The schema's history leads to what the models say, and keeps the triggers, on both databases."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from gimark import migrations
from gimark.ledger import triggers
from gimark.migrations.models import metadata
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store

ACTS = (
    "signing_key",
    "key_act",
    "key_set_publication",
    "mark_authorization",
    "mark_authorization_change",
    "batch_act",
    "volume_movement",
    "issue_run",
    "run_authorization",
    "range_act",
    "range_span",
    "code_mark",
    "enterprise_entry",
    "gi_right_change",
    "person_erasure",
    "proposal",
    "proposal_decision",
    "volume_override",
    "custody_report",
    "custody_span",
    "file_download",
    "label_template_version",
)


def test_alembic_tells_the_same_history_and_place(any_store: Store) -> None:
    history = list(ScriptDirectory.from_config(migrations.config()).walk_revisions())
    assert migrations.head() == history[0].revision
    assert all(migrations.is_known(script.revision) for script in history)
    assert not migrations.is_known("9000")
    with any_store.engine.connect() as connection:
        assert migrations.current(connection) == MigrationContext.configure(connection).get_current_revision()


def test_an_empty_database_is_at_no_revision(vacant_postgres: str, tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/empty.db", vacant_postgres):
        engine = open_engine(url)
        assert migrations.current(engine) is None
        engine.dispose()


def test_the_migrated_schema_is_that_of_the_models(any_store: Store) -> None:
    with any_store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_act_is_append_only_after_all_migrations(any_store: Store) -> None:
    with any_store.engine.connect() as connection:
        assert triggers.missing(connection, triggers.LEDGER_TABLES + ACTS) == ()


def test_every_table_that_points_at_the_ledger_either_only_grows_or_is_a_present_state(any_store: Store) -> None:
    present_states = {"gi_right", "enterprise", "trade_item", "batch"}
    inspector = inspect(any_store.engine)
    pointing = {
        table
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] == "log_entry"
    }
    assert pointing <= set(ACTS) | present_states


def test_the_package_and_the_database_agree_on_the_head(any_store: Store) -> None:
    assert migrations.current(any_store.engine) == migrations.head()
    command.check(migrations.config(any_store.engine))
