"""Writes look-ups down: a bounded queue, one thread, one transaction for many of them.

`record` never waits for the database. When the process is told to stop, `close` writes everything that was answered;
a process that is killed outright loses what it had not written, unless whoever answers waits for `done` first.
"""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

import structlog

from gimark.scans.looks import Look, write_looks
from gimark.store.unit_of_work import Store

GREATEST_BATCH = 5_000
LINGER_S = 0.25
RETRY_S = 0.5
CLOSING_TRIES = 6

log = structlog.stdlib.get_logger("gimark.scans")


Done = Callable[[bool], None]
Entry = tuple[Look, Done | None]


class Recorder:
    """The queue and its thread. `limit` looks may wait; more are dropped and counted, never answered late."""

    def __init__(self, store: Store, limit: int, linger_s: float = LINGER_S) -> None:
        self._store = store
        self._limit = limit
        self._linger_s = linger_s
        # None is no look: it wakes the thread, so that an idle process leaves at once.
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
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

    @property
    def waiting(self) -> int:
        """How many looks are queued."""
        return self._queue.qsize()

    def close(self) -> int:
        """Write what is queued and stop; the number of looks that could not be written."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()
        lost = len(self._taken(self._queue.qsize()))
        if lost or self.dropped:
            log.error("checks were not recorded", lost=lost, dropped=self.dropped)
        return lost

    def _work(self) -> None:
        tries = 0
        held: list[Entry] = []
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

    def _next_batch(self) -> list[Entry]:
        """Wait for a look, linger for company unless somebody waits for it, and take what is there."""
        try:
            first = self._queue.get(not self._closing.is_set(), self._linger_s)
        except Empty:
            return []
        if first is None:
            return self._taken(GREATEST_BATCH)
        if first[1] is None:
            self._closing.wait(self._linger_s)
        return [first, *self._taken(GREATEST_BATCH - 1)]

    def _taken(self, most: int) -> list[Entry]:
        """Up to `most` of what is queued. Nobody else takes looks, so what is there now is there to be taken."""
        taken: list[Entry] = []
        while len(taken) < most and not self._queue.empty():
            if (entry := self._queue.get_nowait()) is not None:
                taken.append(entry)
        return taken

    def _written(self, batch: Sequence[Entry]) -> bool:
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


def _tell(batch: Sequence[Entry], *, is_kept: bool) -> None:
    for _, done in batch:
        if done is not None:
            done(is_kept)
