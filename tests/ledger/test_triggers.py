"""The tables only grow, whatever statement is tried, and a lost trigger is noticed."""

import pytest
import sqlalchemy as sa

from gimark.ledger import book, triggers
from gimark.store.unit_of_work import Store

COUNTS = "SELECT (SELECT count(*) FROM log_entry), (SELECT count(*) FROM log_node), (SELECT size FROM log_head)"


@pytest.fixture
def filled(store: Store) -> Store:
    with store.acting() as act:
        for kid in ("0001", "0002", "0003"):
            book.append(act, "key.retire", "root", kid=kid)
        act.session.execute(
            sa.text(
                "INSERT INTO published_checkpoint (size, root, note, published_at) "
                "VALUES (3, :root, :note, CURRENT_TIMESTAMP)"
            ),
            {"root": bytes(32), "note": b"x"},
        )
        act.commit()
    return store


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET body = body WHERE idx = 1",
        "DELETE FROM log_entry WHERE idx = 2",
        "UPDATE log_node SET hash = hash WHERE level = 0",
        "DELETE FROM log_node",
        "UPDATE published_checkpoint SET note = root",
        "DELETE FROM published_checkpoint",
        "UPDATE log_head SET size = 2",
        "UPDATE log_head SET id = 2",
        "DELETE FROM log_head",
    ],
)
def test_what_is_written_cannot_be_changed(filled: Store, statement: str) -> None:
    with (
        filled.engine.connect() as connection,
        pytest.raises((sa.exc.IntegrityError, sa.exc.DBAPIError), match="may only grow"),
    ):
        connection.execute(sa.text(statement))
    with filled.engine.connect() as connection:
        assert connection.execute(sa.text(COUNTS)).one() == (3, 4, 3)


@pytest.mark.parametrize("table", triggers.LEDGER_TABLES)
def test_tables_cannot_be_emptied_by_truncate_or_replaced_row_by_row(filled: Store, table: str) -> None:
    if filled.engine.dialect.name == "postgresql":
        statement = f"TRUNCATE {table}"
    else:
        statement = f"REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608
    with (
        filled.engine.connect() as connection,
        pytest.raises((sa.exc.IntegrityError, sa.exc.DBAPIError), match="may only grow"),
    ):
        connection.execute(sa.text(statement))


def test_another_table_of_acts_can_be_made_append_only(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE act (id INTEGER PRIMARY KEY, word VARCHAR(9))"))
        triggers.install(connection, ["act"])
        connection.execute(sa.text("INSERT INTO act VALUES (1, 'a'), (2, 'b')"))
    with store.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="act may only grow"):
        connection.execute(sa.text("UPDATE act SET word = 'c'"))


def test_installing_twice_is_harmless_and_a_lost_trigger_is_named(store: Store) -> None:
    with store.engine.begin() as connection:
        triggers.install(connection)
        assert triggers.missing(connection) == ()
        lost = triggers.names(connection)[-1]
        on = " ON published_checkpoint" if connection.dialect.name == "postgresql" else ""
        connection.execute(sa.text(f"DROP TRIGGER {lost}{on}"))
        assert triggers.missing(connection) == (lost,)


@pytest.mark.parametrize("name", ["log_entry; DROP TABLE log_entry", "Log", "", "1a", "täble"])
def test_only_plain_names_stand_in_a_statement(store: Store, name: str) -> None:
    with store.engine.connect() as connection, pytest.raises(ValueError, match="not a table's name"):
        triggers.install(connection, [name])
