"""All rows of one database into another, whatever the two are, by what the databases themselves say of their tables.

The models are not asked, so that a store of an older revision is copied as it is. Values pass as Python's own (aware
instants, days, bytes, integers, truth values); JSON passes as the text it is stored as.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    MetaData,
    Row,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)

from gimark.ledger import triggers
from gimark.store.base import UtcInstant

PORTION = 2_000
VERSION_TABLE = "alembic_version"

Progress = Callable[[int, int], None]
"""Told how much is done of how much: rows or bytes."""


def tables_of(connection: Connection) -> list[Table]:
    """The tables as they stand, each after those it points at, the migrations' own left out."""
    inspector, metadata = inspect(connection), MetaData()
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name not in (None, VERSION_TABLE)]
    return [_table(inspector, metadata, str(name)) for name in names]


def _table(inspector: Any, metadata: MetaData, name: str) -> Table:
    key = inspector.get_pk_constraint(name)["constrained_columns"]
    columns = [
        Column(column["name"], _exact(column["type"]), primary_key=column["name"] in key)
        for column in inspector.get_columns(name)
    ]
    return Table(name, metadata, *columns)


def _exact(kind: Any) -> Any:
    """The type whose values are the same on both databases."""
    return UtcInstant() if isinstance(kind, DateTime) else kind


def count_rows(connection: Connection, tables: Sequence[Table]) -> int:
    """The rows of all `tables`."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def copy_rows(source: Connection, target: Connection, progress: Progress) -> None:
    """Put every row of `source` into `target`, which has the same tables; what its migrations put there goes first.

    All of it in the caller's two transactions. Triggers are away while rows go in, and back afterwards; sequences go on
    behind the greatest key. Raises what the databases raise.
    """
    from_tables, to_tables = tables_of(source), {table.name: table for table in tables_of(target)}
    total, done = count_rows(source, from_tables), 0
    only_growing = triggers.guarded(target)
    triggers.remove(target)
    for table in reversed(from_tables):
        target.execute(delete(to_tables[table.name]))
    for table in from_tables:
        for rows in _portions(source, table):
            _put(target, _in_order_of(to_tables[table.name], table), rows)
            done += len(rows)
            progress(done, total)
    triggers.install(target, only_growing)
    if target.dialect.name == "postgresql":
        _set_sequences(target, list(to_tables.values()))


def _in_order_of(table: Table, other: Table) -> Table:
    """`table` with its columns in the order that `other` has them in: migrations leave each database its own."""
    columns = (Column(column.name, table.columns[column.name].type) for column in other.columns)
    return Table(table.name, MetaData(), *columns)


def _portions(source: Connection, table: Table) -> Iterable[Sequence[Row[Any]]]:
    # A table that points at itself was filled in the order of its key.
    columns = [_read(column) for column in table.columns]
    found = source.execution_options(yield_per=PORTION).execute(select(*columns).order_by(*table.primary_key))
    return found.partitions()


def _read(column: Column[Any]) -> Any:
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _put(target: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    if target.dialect.name == "postgresql":
        _copy_in(target, table, rows)
        return
    kinds = {column.name: Text() if isinstance(column.type, JSON) else column.type for column in table.columns}
    plain = Table(table.name, MetaData(), *(Column(name, kind) for name, kind in kinds.items()))
    target.execute(insert(plain), [dict(zip(kinds, row, strict=True)) for row in rows])


def _copy_in(target: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """PostgreSQL's COPY, which is some ten times as fast as INSERT."""
    quote = target.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    cursor = target.connection.cursor()
    try:
        with cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


def _set_sequences(target: Connection, tables: Sequence[Table]) -> None:
    for table in tables:
        for column in table.primary_key:
            owned = text("SELECT pg_get_serial_sequence(:table, :column)")
            sequence = target.scalar(owned, {"table": table.name, "column": column.name})
            if sequence is not None:
                following = select(func.setval(sequence, func.coalesce(func.max(column), 0) + 1, False))  # noqa: FBT003
                target.execute(following.select_from(table))
