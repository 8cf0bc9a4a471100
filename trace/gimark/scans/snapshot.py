"""What look-ups read instead of the database: batches with their runs, the regulator's marks, revoked keys.

A thread looks at the ledger's size every fraction of a second and drops what the new entries name, so every process
knows of an act within a second. When the database cannot be read for 10 s, nothing here may be used any more.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gimark.errors import GimarkError
from gimark.issuance.keys.model import KeyAct, KeyActKind
from gimark.ledger import book
from gimark.ledger import entries as entry_format
from gimark.scans.model import CodeMark, MarkKind
from gimark.scans.register import BatchRecord, RunRecord, batch_of_run
from gimark.store.unit_of_work import Store

STALE_AFTER_S = 10.0
MOST_BATCHES = 4_096
MOST_ENTRIES = 2_000
# Entries that begin something new change nothing that is held, unless they amend an earlier one.
NEW_THINGS = frozenset({"batch.register", "item.set", "enterprise.set", "right.set"})
# Entries that touch no batch.
APART = frozenset({"keyset.publish", "key.add", "key.retire", "key.revoke", "private", "rule.set"})

log = structlog.stdlib.get_logger("gimark.scans")

Code = tuple[int, int]  # run id, index
Found = tuple[BatchRecord, RunRecord]


def named_by(fields: dict[str, Any]) -> set[int] | None:
    """The ledger indices whose things an entry changes; None when it may change anything (an unknown type)."""
    kind = fields["type"]
    if kind in APART:
        return set()
    if kind in NEW_THINGS:
        return {fields["amends"]} if "amends" in fields else set()
    if kind == "run.issue":
        return {fields["batch"]}
    if not entry_format.is_known(kind):
        return None
    return {index for _, index in entry_format.references(fields)}


class Snapshot:
    """The register as of `size` ledger entries. Safe to share between threads."""

    def __init__(self, store: Store, poll_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._poll_s = poll_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="snapshot", daemon=True)
        self._by_run: dict[int, Found] = {}
        self._batches: dict[int, BatchRecord] = {}
        self._read_at = -STALE_AFTER_S
        self.size = 0
        self.marks: dict[Code, MarkKind] = {}
        self.revoked_at: dict[str, int] = {}

    def start(self) -> None:
        """Read what is held whole, and begin to watch the ledger. Raises what the database raises."""
        self.look()
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def is_fresh(self) -> bool:
        """Whether the database was read within the last 10 s."""
        return self.age_s < STALE_AFTER_S

    @property
    def age_s(self) -> float:
        """Seconds since the database was last read."""
        return self._monotonic() - self._read_at

    def at_hand(self, run_number: int) -> Found | None:
        """The batch and run, without a query; None when they were not read yet or were dropped."""
        return self._by_run.get(run_number)

    def find(self, run_number: int) -> Found | None:
        """The batch and run, read if need be; None when no such run was issued. Raises what the database raises."""
        held = self._by_run.get(run_number)
        if held is not None:
            return held
        with self._store.reading() as session:
            size = book.size(session)
            record = batch_of_run(session, run_number, self._store.clock.now())
        if record is None:
            return None
        self._keep(record, size)
        return record, record.runs[run_number]

    def look(self) -> None:
        """Read the ledger's size, and drop what the entries since the last look name."""
        with self._store.reading() as session:
            size = book.size(session)
            if size != self.size:
                self._take_in(session, size)
        self._read_at = self._monotonic()

    def _take_in(self, session: Session, size: int) -> None:
        first = self.size
        skipped = size < first or size - first > MOST_ENTRIES
        fields = [] if skipped else [json.loads(body) for body in book.entries(session, first, size)]
        kinds = {str(entry["type"]) for entry in fields}
        if skipped or "private" in kinds:
            self.marks = _marks(session)
        if skipped or "key.revoke" in kinds:
            self.revoked_at = _revoked(session)
        names = [named_by(entry) for entry in fields]
        with self._lock:
            if skipped or any(named is None for named in names):
                self._by_run, self._batches = {}, {}
            else:
                self._drop(set().union(*(named for named in names if named is not None)))
            self.size = size

    def _keep(self, record: BatchRecord, size: int) -> None:
        """Hold a record that was read when the ledger had at least `size` entries, unless it is out of date already."""
        with self._lock:
            if size < self.size:
                return
            while len(self._batches) >= MOST_BATCHES:
                self._forget(next(iter(self._batches)))
            self._batches[record.package.batch_index] = record
            for number, run in record.runs.items():
                self._by_run[number] = (record, run)

    def _drop(self, named: Iterable[int]) -> None:
        named = frozenset(named)
        for batch_index in [b for b, record in self._batches.items() if not record.names.isdisjoint(named)]:
            self._forget(batch_index)

    def _forget(self, batch_index: int) -> None:
        for number in self._batches.pop(batch_index).runs:
            self._by_run.pop(number, None)

    def _watch(self) -> None:
        was_fresh = True
        while not self._stop.wait(self._poll_s):
            try:
                self.look()
            except (GimarkError, SQLAlchemyError):
                if was_fresh and not self.is_fresh:
                    was_fresh = False
                    log.exception("the database cannot be read; no code is called genuine until it can")
            else:
                was_fresh = True


def _marks(session: Session) -> dict[Code, MarkKind]:
    """The latest mark of every code that has one."""
    rows = session.scalars(select(CodeMark).order_by(CodeMark.id))
    return {(row.run_id, row.idx): row.kind for row in rows}


def _revoked(session: Session) -> dict[str, int]:
    """By kid, the log size below which runs of a revoked key stay confirmed."""
    rows = session.execute(select(KeyAct.kid, KeyAct.log_size).where(KeyAct.kind == KeyActKind.REVOKE))
    return {kid: size for kid, size in rows if size is not None}
