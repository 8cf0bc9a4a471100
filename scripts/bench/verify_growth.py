"""Look-ups as an installation grows: the server's CPU time at more codes issued and more scans stored, beside itself.

Codes are issued as runs of 100,000, and only the rows that a look-up reads are made: batch, run, acts. Three servers
run at once and are asked in turns, codes that were scanned before over runs chosen at random, so that what differs is
the size of the tables.
"""

import random
import socket
import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from api.installation import open_installation
from gimark.codes.minting import mint
from gimark.issuance.signing import issued_run, secrets_of
from gimark.scans.hours import hour_of
from gimark.store.base import Base
from scripts.bench.report import BenchOptions, Figure, Report, Row
from scripts.bench.verify import JSON, SETTLE_S, STRETCH, Kind, _ask, _connected, _cpu, _idle_rate, _server
from scripts.bench.verify_site import HOST, build, settings_of

RUN_SIZE = 100_000
FIRST_RUN = 1_000
MOST_RUNS_ASKED = 64
WITHIN = 0.15
# Tables with a row for the template's batch and run, and what differs in a copy: SQL over `n`, the copy's number.
ROOM = 10_000_000
COPIED = {
    "batch": {"lot": "'GROWN' || n"},
    "batch_authorization": {},
    "batch_act": {},
    "issue_order": {"number": "number + n", "idempotency_key": "'grown-' || n", "reservation_id": "NULL"},
    "issue_run": {"number": "number + n", "lot": "'GROWN' || n", "count": str(RUN_SIZE)},
    "run_authorization": {},
    "range_act": {},
    "range_span": {"last": str(RUN_SIZE - 1)},
}
SHIFTED = frozenset({"id", "batch_id", "order_id", "run_id", "act_id"})


class Size(NamedTuple):
    """Codes issued, scans stored."""

    codes: int
    scans: int


SIZES = (Size(10**3, 10**3), Size(10**6, 10**6), Size(10**8, 10**7))
QUICK_SIZES = (Size(10**3, 10**3), Size(10**5, 10**5), Size(10**7, 10**6))


@dataclass(slots=True)
class Site:
    """One server, what it is asked, and what one look-up of each stretch cost it."""

    size: Size
    targets: list[str]
    connections: list[socket.socket]
    idle: float = 0.0
    answering: list[float] = field(default_factory=list)
    later: float = 0.0


def run(options: BenchOptions) -> Report:
    """`options.n` is the number of look-ups of each size."""
    rounds = max(3, min(options.size(usual=960, quick=480), FIRST_RUN) // STRETCH)
    sizes = QUICK_SIZES if options.quick else SIZES
    with TemporaryDirectory() as name, ExitStack() as stack:
        sites = [_site(Path(name) / str(size.codes), size, rounds * STRETCH, stack) for size in sizes]
        _measure(sites, rounds)
    notes = [
        f"{rounds} rounds of {STRETCH} look-ups (JSON) of each size; each code is asked for once.",
        f"Runs of {RUN_SIZE:,} codes, one a batch; up to {MOST_RUNS_ASKED} of them are asked for and at hand.",
        "Rows that no look-up reads (ledger entries, volume movements) are left out; every code asked for was scanned.",
    ]
    return Report("verify-growth", _rows(sites), notes, ("uvicorn", "sqlalchemy"))


def grow(database: Path, size: Size, hour: int) -> list[int]:
    """Make an installation with one run as large as `size`; the run's id and those of its copies."""
    with closing(sqlite3.connect(database)) as connection:
        [(first,)] = connection.execute("SELECT id FROM issue_run").fetchall()
        copies = max(0, size.codes // RUN_SIZE)
        for table, changes in COPIED.items():
            _copy(connection, table, copies, changes)
        runs = [first, *(first + ROOM + n for n in range(1, copies + 1))]
        _scan(connection, runs[1:] or runs, size.scans, hour)
        connection.commit()
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return runs[1:] or runs


def _copy(connection: sqlite3.Connection, table: str, copies: int, changes: dict[str, str]) -> None:
    """Copy the template's rows `copies` times, with keys that lie beyond all others."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    shifted = {name: f"{name} + {ROOM} + n" for name in columns if name in SHIFTED}
    # References are unique and of one length, ledger indices unique.
    own = {
        "ref": "printf('%08d%.8s', n, ref)",
        "ledger_index": f"ledger_index + {ROOM} + n * 100",
        **shifted,
        **changes,
    }
    values = ", ".join(own.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
    source = f"(SELECT * FROM {table}) CROSS JOIN numbers"  # noqa: S608 - our own names
    if copies:
        connection.execute(f"{numbers} INSERT INTO {table} ({names}) SELECT {values} FROM {source}", (copies,))  # noqa: S608


def _scan(connection: sqlite3.Connection, runs: Sequence[int], scans: int, hour: int) -> None:
    """Store one check of each of the first codes of every run, over the last 2,000 hours."""
    each = scans // len(runs)
    connection.execute("DROP INDEX ix_scan_check_hour")
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
    at = f"{hour} - 1 - (n * 7919) % 2000"
    check = "(run_id, idx, hour, device, province, reason)"
    added = f"{numbers} INSERT INTO scan_check {check} SELECT ?, n, {at}, randomblob(8), '33', 'authentic' "
    summed = f"{numbers} INSERT INTO code_scans SELECT ?, n, 1, {at}, 1 "
    for run_id in runs:
        for statement in (added, summed):
            connection.execute(f"{statement} FROM numbers", (each - 1, run_id))
    connection.execute("CREATE INDEX ix_scan_check_hour ON scan_check (hour)")


def _site(folder: Path, size: Size, look_ups: int, stack: ExitStack) -> Site:
    """Build, grow and start one server."""
    folder.mkdir()
    build(folder, FIRST_RUN)
    settings = settings_of(folder)
    here = open_installation(settings)
    now = here.store.clock.now()
    here.store.engine.dispose()
    runs = grow(Path(str(settings.database.database)), size, hour_of(now))
    each = size.scans // len(runs)
    chosen = random.sample(runs, min(len(runs), MOST_RUNS_ASKED))
    with here.store.reading() as session:
        wanted = sorted(chosen)
        number_of: dict[int, int] = dict(session.connection().exec_driver_sql("SELECT id, number FROM issue_run").all())
        issued = {run_id: issued_run(session, here.keyring, number_of[run_id]) for run_id in wanted}
    codes = _distinct(chosen, each, look_ups + len(chosen))
    targets = [
        mint(issued[run].codes, *secrets_of(here.keyring, issued[run]), idx, 1).uris[0].tobytes().decode()
        for run, idx in codes
    ]
    here.store.engine.dispose()
    connections = stack.enter_context(_connected(stack.enter_context(_server(folder))))
    site = Site(size, [target.removeprefix(f"https://{HOST}") for target in targets], connections)
    # One code of every run first, so that the register's part is at hand as it is in a process that runs.
    _ask(connections, _kind(site), [site.targets.pop(0) for _ in chosen])
    return site


def _distinct(runs: Sequence[int], each: int, count: int) -> list[tuple[int, int]]:
    """`count` different codes that were scanned: one of every run, then any, in random order."""
    chance = random.Random(each)  # noqa: S311 - which codes are asked for is no secret
    codes = {(run, chance.randrange(each)) for run in runs}
    first = list(codes)
    while len(codes) < min(count, len(runs) * each):
        codes.add((chance.choice(runs), chance.randrange(each)))
    rest = list(codes - set(first))
    chance.shuffle(rest)
    return first + rest


def _kind(site: Site) -> Kind:
    return Kind(f"{site.size.codes:,} codes", JSON, lambda _: (), b'"green"')


def _measure(sites: Sequence[Site], rounds: int) -> None:
    for site in sites:
        site.idle = _idle_rate(site.connections[0])
    starts = [_cpu(site.connections[0]) for site in sites]
    began = time.perf_counter()
    order = list(sites)
    for turn in range(rounds):
        random.shuffle(order)
        for site in order:
            targets = site.targets[turn * STRETCH : (turn + 1) * STRETCH]
            if not targets:
                continue
            before = _cpu(site.connections[0]).answering
            _ask(site.connections, _kind(site), targets)
            site.answering.append((_cpu(site.connections[0]).answering - before) / len(targets))
    time.sleep(SETTLE_S)
    for site, start in zip(sites, starts, strict=True):
        spent = _cpu(site.connections[0]).others - start.others - site.idle * (time.perf_counter() - began)
        site.later = max(0.0, spent) / (len(site.answering) * STRETCH)


def _rows(sites: Sequence[Site]) -> list[Row]:
    least = sites[0]
    rows = []
    for site in sites:
        ratio = median(own / base for own, base in zip(site.answering, least.answering, strict=False))
        cost = median(site.answering) * 1e6
        rows.append(
            Row(
                work=f"{site.size.codes:,} codes issued, {site.size.scans:,} scans stored",
                measured=cost,
                unit="µs CPU to answer",
                peer=Figure(f"at {least.size.codes:,} codes", median(least.answering) * 1e6),
                ratio=ratio,
                goal="" if site is least else f"within {WITHIN:.0%}",
                reached=None if site is least else ratio <= 1 + WITHIN,
                note=f"{site.later * 1e6:.0f} µs later, to write the check down",
            )
        )
    return rows
