"""Look-ups written down: many in one transaction, past the ORM, in few and large steps.

A step lets go of the interpreter's lock and has to wait for it again, behind the thread that answers; so rows go to
SQLite by the hundred and to PostgreSQL in one COPY, and no row comes back where none was there before.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection

from gimark.scans.provinces import mask_of
from gimark.store.parts import parts

PORTION = 500


class Look(NamedTuple):
    """One look-up that was answered: its reason always counts; a signed code's also counts as a check of that code.

    `run_id` is None when there is no check to keep: no code of ours, no signature, or no device tag.
    """

    hour: int
    reason: str
    province: str | None
    run_id: int | None = None
    idx: int = 0
    device: bytes = b""


Row = tuple[Any, ...]  # run_id, idx, hour, device, province, reason


def write_looks(connection: Connection, looks: Sequence[Look]) -> None:
    """Add looks to the tables; a check that is there already (same code, device and hour) changes no sum."""
    # The first look of a device in an hour is the check; rows are sorted, so that two processes never wait for each
    # other and neighbours in the table are neighbours here.
    checks = {
        (run_id, idx, hour, device): (province, reason)
        for hour, reason, province, run_id, idx, device in reversed(looks)
        if run_id is not None
    }
    rows = sorted([(*key, *rest) for key, rest in checks.items()])
    if rows and connection.dialect.name == "sqlite":
        _write_to_sqlite(connection, rows)
    elif rows:
        _write_to_postgresql(connection, rows)
    totals = Counter([(hour, reason, province or "") for hour, reason, province, *_ in looks])
    _in_portions(connection, _ADD_TO_HOUR, sorted([(*key, n) for key, n in totals.items()]))


def _write_to_sqlite(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert all as new, which they nearly always are; when some were there, once more asking which."""
    with connection.begin_nested() as attempt:
        is_new = _in_portions(connection, _INSERT_CHECKS, rows) == len(rows)
        if not is_new:
            attempt.rollback()
    _in_portions(connection, _ADD_TO_CODE, _sums(rows if is_new else _inserted(connection, rows)))


def _inserted(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Insert the rows that are new, and give these."""
    fresh: list[Row] = []
    for portion in parts(rows, PORTION):
        returning = f"{_filled(_INSERT_CHECKS, len(portion[0]), len(portion))} RETURNING {_CHECK_COLUMNS}"
        fresh += [tuple(row) for row in connection.exec_driver_sql(returning, _flat(portion))]
    return fresh


def _sums(rows: Iterable[Row]) -> list[Row]:
    """What the checks add to each code: run_id, idx, how many, the first hour, the set of provinces; sorted."""
    sums: dict[tuple[int, int], tuple[int, int, int]] = {}
    for run_id, idx, hour, _, province, _ in rows:
        code = run_id, idx
        held = sums.get(code)
        if held is None:
            sums[code] = 1, hour, mask_of(province)
        else:
            sums[code] = held[0] + 1, min(held[1], hour), held[2] | mask_of(province)
    return sorted([(*code, *added) for code, added in sums.items()])


def _write_to_postgresql(connection: Connection, rows: Sequence[Row]) -> None:
    """Copy the rows beside the table, then insert what is new and sum it up where the data is."""
    # The table belongs to the connection, which the pool keeps: made once, emptied by each commit.
    if not connection.info.get(_STAGING):
        connection.exec_driver_sql(_CREATE_STAGING)
        connection.info[_STAGING] = True
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(_COPY) as copy:
            copy.write("".join([_line(row) for row in rows]))
    finally:
        cursor.close()
    connection.exec_driver_sql(_TAKE_IN)


def _line(row: Row) -> str:
    """A row in the text format of COPY; province and reason are our own words without anything to escape."""
    run_id, idx, hour, device, province, reason = row
    return f"{run_id}\t{idx}\t{hour}\t\\\\x{device.hex()}\t{province or _NULL}\t{reason}\t{mask_of(province)}\n"


def _in_portions(connection: Connection, statement: str, rows: Sequence[Row]) -> int:
    """Run `statement` over the rows, many at a time, because a statement costs more than a row; rows changed."""
    changed = 0
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    for portion in parts(rows, PORTION):
        filled = _filled(statement, len(portion[0]), len(portion), mark)
        changed += connection.exec_driver_sql(filled, _flat(portion)).rowcount
    return changed


@cache
def _filled(statement: str, width: int, count: int, mark: str = "?") -> str:
    one = "(" + ",".join([mark] * width) + ")"
    return statement.format(rows=",".join([one] * count))


def _flat(rows: Sequence[Row]) -> Row:
    return tuple(chain.from_iterable(rows))


_CHECK_COLUMNS = "run_id, idx, hour, device, province, reason"
_INSERT_CHECKS = f"INSERT INTO scan_check ({_CHECK_COLUMNS}) VALUES {{rows}} ON CONFLICT DO NOTHING"  # noqa: S608
_MERGED = (
    "ON CONFLICT (run_id, idx) DO UPDATE SET checks = code_scans.checks + excluded.checks, "
    "first_hour = CASE WHEN excluded.first_hour < code_scans.first_hour "
    "THEN excluded.first_hour ELSE code_scans.first_hour END, "
    "provinces = code_scans.provinces | excluded.provinces"
)
_ADD_TO_CODE = f"INSERT INTO code_scans (run_id, idx, checks, first_hour, provinces) VALUES {{rows}} {_MERGED}"  # noqa: S608
_ADD_TO_HOUR = (
    "INSERT INTO verdict_hour (hour, reason, province, looks) VALUES {rows} "
    "ON CONFLICT (hour, reason, province) DO UPDATE SET looks = verdict_hour.looks + excluded.looks"
)
_STAGING = "scan_incoming"
_NULL = "\\N"
_CREATE_STAGING = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGING} (run_id bigint, idx bigint, hour bigint, device bytea, "
    "province varchar(2), reason varchar(24), mask bigint) ON COMMIT DELETE ROWS"
)
_COPY = f"COPY {_STAGING} ({_CHECK_COLUMNS}, mask) FROM STDIN"
_TAKE_IN = (
    f"WITH fresh AS (INSERT INTO scan_check ({_CHECK_COLUMNS}) SELECT {_CHECK_COLUMNS} FROM {_STAGING} "  # noqa: S608
    "ORDER BY run_id, idx, hour, device ON CONFLICT DO NOTHING RETURNING run_id, idx, hour, device) "
    "INSERT INTO code_scans (run_id, idx, checks, first_hour, provinces) "
    "SELECT run_id, idx, count(*), min(hour), bit_or(mask) "
    f"FROM fresh JOIN {_STAGING} USING (run_id, idx, hour, device) GROUP BY run_id, idx ORDER BY run_id, idx {_MERGED}"
)
