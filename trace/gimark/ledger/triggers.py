"""Triggers that make a table append-only, on SQLite and PostgreSQL.

They guard against a mistake, not against whoever owns the database: that is what checkpoints and witnesses are for.
A migration that rebuilds a table on SQLite drops its triggers without a word, so `missing` is asked after each one.
"""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, inspect, text

HEAD = "log_head"
PREFIX = "append_only_"
LEDGER_TABLES = (HEAD, "log_entry", "log_node", "published_checkpoint")
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% may only grow', TG_TABLE_NAME; END $$
"""


def install(connection: Connection, tables: Sequence[str] = LEDGER_TABLES) -> None:
    """Make each of `tables` append-only; where that is done already, do it again.

    Of `log_head` the size may rise, and nothing else may change. The tables must exist.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_FUNCTION.replace("%", "%%"))
    for table in tables:
        for name, statement in _triggers(connection, _checked(table)):
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {statement}")


def names(connection: Connection, tables: Sequence[str] = LEDGER_TABLES) -> tuple[str, ...]:
    """The triggers that `install` makes for `tables` on this database."""
    return tuple(name for table in tables for name, _ in _triggers(connection, _checked(table)))


def missing(connection: Connection, tables: Sequence[str] = LEDGER_TABLES) -> tuple[str, ...]:
    """Those of `names` that are not there; empty when all is well."""
    if connection.dialect.name == "postgresql":
        asked = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    else:
        asked = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    present = set(connection.scalars(asked))
    return tuple(name for name in names(connection, tables) if name not in present)


def guarded(connection: Connection) -> tuple[str, ...]:
    """The tables that have any of the triggers which `install` makes, by name."""
    return tuple(sorted({table for table, _ in _present(connection)}))


def remove(connection: Connection) -> None:
    """Take all of them away, for a copy of the whole database, in whose transaction `install` puts them back."""
    for table, name in _present(connection):
        on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {_checked(name)}{on}")


def _present(connection: Connection) -> list[tuple[str, str]]:
    """(table, trigger) of every append-only trigger that is there."""
    if connection.dialect.name == "postgresql":
        asked = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    else:
        asked = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2"
    found = connection.execute(text(asked))
    return [(_checked(table), name) for table, name in found if name.startswith(PREFIX)]


def _triggers(connection: Connection, table: str) -> Iterator[tuple[str, str]]:
    if connection.dialect.name == "postgresql":
        yield from _postgres_triggers(table)
    else:
        key: list[str] = inspect(connection).get_pk_constraint(table)["constrained_columns"]
        yield from _sqlite_triggers(table, key)


def _sqlite_triggers(table: str, key: Sequence[str]) -> Iterator[tuple[str, str]]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} may only grow'); END"
    shrinks = "WHEN NEW.id <> OLD.id OR NEW.size < OLD.size " if table == HEAD else ""
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    yield f"{PREFIX}{table}_update", f"BEFORE UPDATE ON {table} {shrinks}{refuse}"
    yield f"{PREFIX}{table}_delete", f"BEFORE DELETE ON {table} {refuse}"
    # INSERT OR REPLACE deletes the old row without firing DELETE triggers.
    replaces = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names are checked
    yield f"{PREFIX}{table}_insert", f"BEFORE INSERT ON {table} {replaces} {refuse}"


def _postgres_triggers(table: str) -> Iterator[tuple[str, str]]:
    refuse = "EXECUTE FUNCTION refuse_change()"
    if table == HEAD:
        shrinks = "WHEN (NEW.id <> OLD.id OR NEW.size < OLD.size)"
        yield f"{PREFIX}{table}_update", f"BEFORE UPDATE ON {table} FOR EACH ROW {shrinks} {refuse}"
        yield f"{PREFIX}{table}_delete", f"BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
    else:
        yield f"{PREFIX}{table}", f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"


def _checked(table: str) -> str:
    """Statements that define triggers take no parameters, so a name is checked before it stands in one."""
    if not _NAME.fullmatch(table):
        raise ValueError(f"not a table's name: {table!r}")
    return table
