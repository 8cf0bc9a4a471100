"""Writes look-ups down: a bounded queue, one thread, one transaction for many of them.

`record` never waits for the database. When the process is told to stop, `close` writes everything that was answered;
a process that is killed outright loses what it had not written, unless whoever answers waits for `done` first.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection

from gimark.scans.provinces import mask_of
from gimark.store.unit_of_work import Store

PORTION = 500
GREATEST_BATCH = 5_000
LINGER_S = 0.25
RETRY_S = 0.5
CLOSING_TRIES = 6

log = structlog.stdlib.get_logger("gimark.scans")


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


Done = Callable[[bool], None]


class Recorder:
    """The queue and its thread. `limit` looks may wait; more are dropped and counted, never answered late."""

    def __init__(self, store: Store, limit: int, linger_s: float = LINGER_S) -> None:
        self._store = store
        self._limit = limit
        self._linger_s = linger_s
        self._queue: SimpleQueue[tuple[Look, Done | None]] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="scan-recorder", daemon=True)
        self.dropped = 0

    def start(self) -> None:
        """Begin writing."""
        self._thread.start()

    def record(self, look: Look, done: Done | None = None) -> bool:
        """Queue a look; False when the queue is full and it was dropped.

        `done` is called from the writing thread, once, with whether the look is on disk.
        """
        if self._queue.qsize() >= self._limit:
            self.dropped += 1
            return False
        self._queue.put((look, done))
        return True

    def close(self) -> int:
        """Write what is queued and stop; the number of looks that could not be written."""
        self._closing.set()
        self._thread.join()
        lost = self._queue.qsize()
        if lost or self.dropped:
            log.error("checks were not recorded", lost=lost, dropped=self.dropped)
        return lost

    def _work(self) -> None:
        tries = 0
        held: list[tuple[Look, Done | None]] = []
        while True:
            held = held or self._next_batch()
            if not held:
                if self._closing.is_set():
                    return
                continue
            if self._written(held):
                held, tries = [], 0
                continue
            held, tries = [entry for entry in held if entry[1] is None], tries + 1
            if self._closing.wait(RETRY_S) and tries >= CLOSING_TRIES:
                for entry in held:
                    self._queue.put(entry)
                return

    def _next_batch(self) -> list[tuple[Look, Done | None]]:
        """Wait for a look, linger for company unless somebody waits for it, and take what is there."""
        try:
            batch = [self._queue.get(timeout=self._linger_s)]
        except Empty:
            return []
        if batch[0][1] is None:
            self._closing.wait(self._linger_s)
        try:
            while len(batch) < GREATEST_BATCH:
                batch.append(self._queue.get_nowait())
        except Empty:
            pass
        return batch

    def _written(self, batch: Sequence[tuple[Look, Done | None]]) -> bool:
        try:
            with self._store.acting() as act:
                write_looks(act.session.connection(), [look for look, _ in batch])
                act.commit()
        except Exception:  # the thread must outlive whatever it meets, or nobody writes any more
            log.exception("checks could not be written yet", waiting=len(batch) + self._queue.qsize())
            _tell(batch, is_kept=False)
            return False
        _tell(batch, is_kept=True)
        return True


def write_looks(connection: Connection, looks: Sequence[Look]) -> None:
    """Add looks to the tables; a check that is there already (same code, device and hour) changes no sum."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    fresh = _insert_checks(connection, mark, looks)
    sums: dict[tuple[int, int], list[int]] = {}
    for run_id, index, hour, province in fresh:
        found = sums.setdefault((run_id, index), [0, hour, 0])
        found[0] += 1
        found[1] = min(found[1], hour)
        found[2] |= mask_of(province)
    # Rows are locked in key order, so that two processes never wait for each other.
    _upsert(connection, mark, _ADD_TO_CODE, [(*code, *found) for code, found in sorted(sums.items())])
    totals = Counter((look.hour, look.reason, look.province or "") for look in looks)
    _upsert(connection, mark, _ADD_TO_HOUR, [(*key, n) for key, n in sorted(totals.items())])


def _insert_checks(connection: Connection, mark: str, looks: Sequence[Look]) -> list[tuple[int, int, int, str | None]]:
    """Insert the checks that are new and give (run_id, idx, hour, province) of each."""
    rows = sorted(
        {
            (look.run_id, look.idx, look.hour, look.device): (look.province, look.reason)
            for look in reversed(looks)
            if look.run_id is not None
        }.items()
    )
    fresh: list[tuple[int, int, int, str | None]] = []
    for first in range(0, len(rows), PORTION):
        portion = [(*key, *rest) for key, rest in rows[first : first + PORTION]]
        statement = _INSERT_CHECKS.format(rows=_marks(mark, portion))
        found = connection.exec_driver_sql(statement, _flat(portion))
        fresh += [(row[0], row[1], row[2], row[3]) for row in found]
    return fresh


def _upsert(connection: Connection, mark: str, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for first in range(0, len(rows), PORTION):
        portion = rows[first : first + PORTION]
        connection.exec_driver_sql(statement.format(rows=_marks(mark, portion)), _flat(portion))


def _marks(mark: str, rows: Sequence[tuple[Any, ...]]) -> str:
    one = "(" + ",".join([mark] * len(rows[0])) + ")"
    return ",".join([one] * len(rows))


def _flat(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(value for row in rows for value in row)


def _tell(batch: Sequence[tuple[Look, Done | None]], *, is_kept: bool) -> None:
    for _, done in batch:
        if done is not None:
            done(is_kept)


# The same on SQLite and PostgreSQL; several rows a statement, because a statement costs more than a row.
_INSERT_CHECKS = (
    "INSERT INTO scan_check (run_id, idx, hour, device, province, reason) VALUES {rows} "
    "ON CONFLICT DO NOTHING RETURNING run_id, idx, hour, province"
)
_ADD_TO_CODE = (
    "INSERT INTO code_scans (run_id, idx, checks, first_hour, provinces) VALUES {rows} "
    "ON CONFLICT (run_id, idx) DO UPDATE SET checks = code_scans.checks + excluded.checks, "
    "first_hour = CASE WHEN excluded.first_hour < code_scans.first_hour "
    "THEN excluded.first_hour ELSE code_scans.first_hour END, "
    "provinces = code_scans.provinces | excluded.provinces"
)
_ADD_TO_HOUR = (
    "INSERT INTO verdict_hour (hour, reason, province, looks) VALUES {rows} "
    "ON CONFLICT (hour, reason, province) DO UPDATE SET looks = verdict_hour.looks + excluded.looks"
)
