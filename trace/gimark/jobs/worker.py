"""The loop that takes jobs and runs their handlers, one at a time. Run several processes for more at once.

A handler may be run again after it did its work (a lease ran out, the machine stopped between the work and the row),
so its work must come out the same the second time; what must happen once only belongs into one act with
`JobHandle.complete`. Workers on several machines need clocks that agree much better than a lease is long.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gimark.errors import StoreBusyError, StoreFailedError
from gimark.jobs import actions
from gimark.jobs.actions import Claim, LeaseLostError
from gimark.jobs.queries import is_any_due
from gimark.store.unit_of_work import Act, Store

LEASE = timedelta(seconds=60)
REPORT_EVERY = timedelta(seconds=1)
IDLE_S = 0.5

log = logging.getLogger(__name__)


class JobPostponedError(Exception):
    """Raised out of a handler to have its job run again after `delay`. That is no failure."""

    def __init__(self, delay: timedelta = timedelta()) -> None:
        super().__init__(f"run again in {delay}")
        self.delay = delay


class JobHandle:
    """A job in a handler's hands."""

    def __init__(
        self, store: Store, claim: Claim, lease: timedelta, stop: threading.Event, step: Callable[[], None]
    ) -> None:
        """`step` is told of every step that the work goes on."""
        self._step = step
        self._store = store
        self._claim = claim
        self._lease = lease
        self._stop = stop
        self._reported_at = store.clock.now()
        self.is_completed = False

    @property
    def ref(self) -> str:
        """The job's public reference."""
        return self._claim.ref

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the job was asked for with."""
        return self._claim.payload

    @property
    def should_stop(self) -> bool:
        """Whether the worker is shutting down. A handler may then leave by `raise JobPostponedError`."""
        return self._stop.is_set()

    def progress(self, done: int, total: int) -> None:
        """Say that `done` of `total` parts are finished, and keep the job for another lease.

        Call it after every part, and more often than the lease is long (60 s); at most one row per second is
        written, and one for the last part. Raises JobPostponedError when the worker is shutting down and LeaseLostError
        when the job is no longer ours: let both through.
        """
        self._step()
        if self.should_stop:
            raise JobPostponedError
        now = self._store.clock.now()
        # A clock that was set back is no reason to say nothing for as long.
        if done < total and timedelta() <= now - self._reported_at < REPORT_EVERY:
            return
        with self._store.acting() as act:
            actions.report(act, self._claim, done, total, self._lease)
            act.commit()
        self._reported_at = now

    def complete(self, act: Act) -> None:
        """End the job inside the handler's own last act, so that the act happens once or not at all.

        Call it right before `act.commit()`. Raises LeaseLostError: let it through, and the act is rolled back.
        """
        actions.complete(act, self._claim)
        self.is_completed = True


Handler = Callable[[JobHandle], None]


class Worker:
    """Takes the jobs whose kind has a handler. Not to be shared between threads; make one for each."""

    def __init__(
        self, store: Store, handlers: Mapping[str, Handler], *, lease: timedelta = LEASE, idle_s: float = IDLE_S
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._lease = lease
        self._idle_s = idle_s
        self._stop = threading.Event()
        self._seen_at: datetime | None = None
        self._stepped_at = time.monotonic()

    @property
    def still_s(self) -> float:
        """How long ago it last looked for a job, took one, or went a step on in it. Any thread may ask."""
        return time.monotonic() - self._stepped_at

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; a busy or failing database is waited out, because nothing was lost by it."""
        self._stop = stop
        while not stop.is_set():
            self._step()
            try:
                self._look_at_clock()
                worked = self.run_once()
            except (StoreBusyError, StoreFailedError) as error:
                log.warning("the database refused; trying again: %s", error)
                worked = False
            if not worked:
                stop.wait(self._idle_s)

    def run_once(self) -> bool:
        """Take one job and run it to its end; False when none was due. Raises what the database raises."""
        claim = self._take()
        if claim is None:
            return False
        self._step()
        try:
            self._work(claim)
        except LeaseLostError:
            log.warning("job %s (%s) is no longer this worker's; its work is left to the holder", claim.ref, claim.kind)
        return True

    def _step(self) -> None:
        self._stepped_at = time.monotonic()

    def _look_at_clock(self) -> None:
        """At the beginning, and whenever the clock was set back, see to it that no job waits for that long."""
        now = self._store.clock.now()
        if self._seen_at is None or now < self._seen_at:
            with self._store.acting() as act:
                mended = actions.bring_near(act, self._lease)
                act.commit()
            if mended:
                log.warning("the clock was set back: %d jobs were brought near again", mended)
        self._seen_at = now

    def _take(self) -> Claim | None:
        # Looking first costs no write lock; on SQLite an idle worker would otherwise keep taking the only one.
        with self._store.reading() as session:
            if not is_any_due(session, self._handlers.keys(), self._store.clock.now()):
                return None
        with self._store.acting() as act:
            claim = actions.claim(act, self._handlers.keys(), self._lease)
            act.commit()
            return claim

    def _work(self, claim: Claim) -> None:
        handle = JobHandle(self._store, claim, self._lease, self._stop, self._step)
        try:
            self._handlers[claim.kind](handle)
        except LeaseLostError:
            raise
        except JobPostponedError as postponed:
            with self._store.acting() as act:
                actions.postpone(act, claim, postponed.delay)
                act.commit()
        except Exception as error:
            log.exception("job %s (%s) failed", claim.ref, claim.kind)
            with self._store.acting() as act:
                actions.fail(act, claim, error)
                act.commit()
        else:
            if not handle.is_completed:
                with self._store.acting() as act:
                    actions.complete(act, claim)
                    act.commit()
