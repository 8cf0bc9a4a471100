"""The public ledger: how long a proof takes as the log grows, and how many acts a second it lets through.

Proofs are made as `/proof/<index>` makes them, from a database on disk; beside them stands the bare look-up of the
same nodes by their keys. Acts are whole ones (a row, its entry, a commit that is on the disk); beside them stand the
same row without an entry, and SQLite's bare commit, which is the disk's own rate.
"""

import random
import sqlite3
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from math import log2
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from gimark import merkle
from gimark.clock import FixedClock
from gimark.keys import ed25519
from gimark.keys.note import ED25519, NoteSigner, VerifierKey, sign_note
from gimark.ledger import book, proofs, triggers
from gimark.ledger.checkpoints import Checkpoint
from gimark.ledger.model import LogHead, LogNode, PublishedCheckpoint, start_log
from gimark.store.base import Base
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from scripts.bench.report import BenchOptions, Figure, Report, Row, cpu_seconds

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ORIGIN = "bench.example/log"
DATABASE = "ledger.db"
PROOF_GOAL_US = 1000
COMMIT_GOAL = 0.8
PROOFS = 400
ROUNDS, ACTS_A_ROUND = 5, 80
CHUNK = 20_000

HOW_PROOFS = (
    "Proof: the latest checkpoint and the nodes are read and a tlog-proof@v1 is written, for random entries. "
    "The log's nodes were inserted in bulk, without the entries, which a proof does not read."
)
HOW_ACTS = (
    "Acts and commits are timed by the clock, because waiting for the disk costs no CPU. "
    "The kinds take turns; the median round counts."
)


def run(options: BenchOptions) -> Report:
    """`options.n` is the largest log, in entries; the powers of ten from 1,000 up to it are measured."""
    largest = options.size(usual=1_000_000, quick=10_000)
    sizes = [10**power for power in range(3, 10) if 10**power <= largest] or [largest]
    with _store() as (store, folder):
        rows = list(_proof_rows(store, folder / DATABASE, sizes))
    with _store() as (store, folder):
        rows.append(_append_row(store, folder))
    return Report("ledger", rows, [HOW_PROOFS, HOW_ACTS], ("sqlalchemy", "jsonschema"))


def _proof_rows(store: Store, database: Path, sizes: Sequence[int]) -> Iterator[Row]:
    frontier = merkle.Frontier()
    first_us = None
    for size in sizes:
        _grow(store, frontier, size)
        chosen = random.Random(size).choices(range(size), k=PROOFS)  # noqa: S311 - any entries will do
        proof_us, consistency_us = _measure_proofs(store, chosen, size)
        first_us = first_us or proof_us
        yield Row(
            f"proof of one entry among {size:,}",
            proof_us,
            "µs CPU",
            Figure(f"at {sizes[0]:,} entries", first_us),
            proof_us / first_us,
            f"< {PROOF_GOAL_US:,} µs; log₂ grew ×{log2(size) / log2(sizes[0]):.2f}",
            f"consistency proof {consistency_us:.0f} µs; database {database.stat().st_size / 2**20:,.0f} MiB",
            Figure("bare look-ups of its nodes", _bare_look_ups(database, chosen, size)),
            proof_us < PROOF_GOAL_US,
        )


def _measure_proofs(store: Store, chosen: Sequence[int], size: int) -> tuple[float, float]:
    """CPU microseconds of an inclusion proof as served, and of a consistency proof."""
    with store.reading() as session:
        return (
            _cpu_us(lambda index: proofs.prove(session, index).encode(), chosen),
            _cpu_us(lambda index: book.consistency_proof(session, index + 1, size), chosen),
        )


def _bare_look_ups(database: Path, chosen: Sequence[int], size: int) -> float:
    """CPU microseconds to read the nodes of a proof one by one, with nothing around it."""
    with closing(sqlite3.connect(database)) as bare:

        def look_up(index: int) -> None:
            for span in merkle.inclusion_spans(index, size):
                for node in merkle.perfect_nodes(span):
                    bare.execute("SELECT hash FROM log_node WHERE level = ? AND idx = ?", node).fetchone()

        return _cpu_us(look_up, chosen)


def _grow(store: Store, frontier: merkle.Frontier, size: int) -> None:
    """Bring the log's nodes to `size` leaves and publish a checkpoint over them."""
    with store.acting() as act:
        rows = []
        while frontier.size < size:
            leaf = merkle.leaf_hash(frontier.size.to_bytes(8, "big"))
            rows += [{"level": level, "idx": idx, "hash": value} for (level, idx), value in frontier.append(leaf)]
            if len(rows) >= CHUNK or frontier.size == size:
                act.session.connection().execute(sa.insert(LogNode), rows)
                rows = []
        act.session.execute(sa.update(LogHead).values(size=size))
        note = sign_note(Checkpoint(ORIGIN, size, frontier.root).text, [_signer()])
        act.session.add(PublishedCheckpoint(size=size, root=frontier.root, note=note, published_at=NOW))
        act.commit()


def _append_row(store: Store, folder: Path) -> Row:
    with store.engine.begin() as connection:
        triggers.install(connection)
        connection.execute(sa.text("CREATE TABLE act (id INTEGER PRIMARY KEY, word TEXT, ledger_index BIGINT UNIQUE)"))
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as bare:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE act (word BLOB)"):
            bare.execute(statement)
        rates, cpu_us = _rates([lambda: _act(store), lambda: _row_alone(store), lambda: _bare_commit(bare)])
    acts, rows, commits = rates
    # An act takes a commit and some CPU; the goal is reached where a commit is long enough beside that.
    needed_ms = (cpu_us[0] - cpu_us[2]) / 1e3 * COMMIT_GOAL / (1 - COMMIT_GOAL)
    return Row(
        "acts with their entry",
        acts,
        "acts/s by the clock",
        Figure("the same row without an entry", rows),
        acts / commits,
        f"≥ {COMMIT_GOAL} of the disk's own commit rate",
        f"{cpu_us[0]:.0f} µs CPU an act, {cpu_us[1]:.0f} without its entry; a commit takes {1e3 / commits:.2f} ms, "
        f"the goal is reached where it takes {needed_ms:.1f} ms or more",
        Figure("bare SQLite commits", commits),
        acts / commits >= COMMIT_GOAL,
    )


def _rates(kinds: Sequence[Callable[[], None]]) -> tuple[list[float], list[float]]:
    """How often a second each kind of work gets done by the clock, and its CPU microseconds; medians of the rounds."""
    rates: list[list[float]] = [[] for _ in kinds]
    cpu_us: list[list[float]] = [[] for _ in kinds]
    for _ in range(ROUNDS):
        for number, work in enumerate(kinds):
            with cpu_seconds() as spent:
                for _ in range(ACTS_A_ROUND):
                    work()
            rates[number].append(ACTS_A_ROUND / spent.wall_seconds)
            cpu_us[number].append(spent.seconds / ACTS_A_ROUND * 1e6)
    return [statistics.median(rate) for rate in rates], [statistics.median(cost) for cost in cpu_us]


def _act(store: Store) -> None:
    with store.acting() as act:
        index = book.append(act, "private", "regulator", kind="test", commitment="A" * 43 + "=")
        act.session.execute(sa.text("INSERT INTO act (word, ledger_index) VALUES ('act', :index)"), {"index": index})
        act.commit()


def _row_alone(store: Store) -> None:
    with store.acting() as act:
        act.session.execute(sa.text("INSERT INTO act (word) VALUES ('row')"))
        act.commit()


def _bare_commit(bare: sqlite3.Connection) -> None:
    bare.execute("BEGIN IMMEDIATE")
    bare.execute("INSERT INTO act VALUES (?)", (bytes(200),))
    bare.execute("COMMIT")


def _cpu_us(work: Callable[[int], object], numbers: Sequence[int]) -> float:
    """CPU microseconds of one `work`; the first number is done once beforehand, to warm up."""
    work(numbers[0])
    with cpu_seconds() as spent:
        for number in numbers:
            work(number)
    return spent.seconds / len(numbers) * 1e6


def _signer() -> NoteSigner:
    public, secret = ed25519.key_pair(bytes(ed25519.SEED_SIZE))
    return NoteSigner(VerifierKey(ORIGIN, ED25519, public), lambda message: ed25519.sign(message, secret))


@contextmanager
def _store() -> Iterator[tuple[Store, Path]]:
    """An empty log in a temporary folder."""
    with TemporaryDirectory(prefix="gimark-bench-") as name:
        store = Store(open_engine(f"sqlite:///{name}/{DATABASE}"), FixedClock(NOW))
        with store.engine.begin() as connection:
            tables = [Base.metadata.tables[table] for table in triggers.LEDGER_TABLES]
            Base.metadata.create_all(connection, tables=tables)
            start_log(connection)
        yield store, Path(name)
        store.engine.dispose()
