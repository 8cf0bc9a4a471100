"""Triggers that make a table append-only, on SQLite and PostgreSQL.

They guard against a mistake, not against whoever owns the database: that is what checkpoints and witnesses are for.
A migration that rebuilds a table on SQLite drops its triggers without a word, so `missing` is asked after each one.
"""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, inspect, text

HEAD = "log_head"
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
    yield f"append_only_{table}_update", f"BEFORE UPDATE ON {table} {shrinks}{refuse}"
    yield f"append_only_{table}_delete", f"BEFORE DELETE ON {table} {refuse}"
    # INSERT OR REPLACE deletes the old row without firing DELETE triggers.
    replaces = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names are checked
    yield f"append_only_{table}_insert", f"BEFORE INSERT ON {table} {replaces} {refuse}"


def _postgres_triggers(table: str) -> Iterator[tuple[str, str]]:
    refuse = "EXECUTE FUNCTION refuse_change()"
    if table == HEAD:
        shrinks = "WHEN (NEW.id <> OLD.id OR NEW.size < OLD.size)"
        yield f"append_only_{table}_update", f"BEFORE UPDATE ON {table} FOR EACH ROW {shrinks} {refuse}"
        yield f"append_only_{table}_delete", f"BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
    else:
        yield f"append_only_{table}", f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"


def _checked(table: str) -> str:
    """Statements that define triggers take no parameters, so a name is checked before it stands in one."""
    if not _NAME.fullmatch(table):
        raise ValueError(f"not a table's name: {table!r}")
    return table
