"""A clock that is set back by a day holds up no job, and hands none to two."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from gimark.clock import FixedClock
from gimark.jobs import actions
from gimark.jobs.actions import LeaseLostError, enqueue
from gimark.jobs.model import Job
from gimark.jobs.worker import JobHandle, Worker
from gimark.store.unit_of_work import Store

DAY = timedelta(days=1)
LEASE = timedelta(seconds=60)


def ask_for(store: Store, key: str, **how: timedelta) -> None:
    with store.acting() as act:
        enqueue(act, "render", key, **how)  # type: ignore[arg-type]
        act.commit()


def work_until_idle(store: Store, seen: list[str]) -> None:
    """A worker's loop from its start until it finds nothing more to do."""
    stop = threading.Event()

    class Idle(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

        def is_set(self) -> bool:
            return stop.is_set() or super().is_set()

    Worker(store, {"render": lambda handle: seen.append(handle.ref)}).run(Idle())


def test_what_was_asked_for_before_is_done_after(any_store: Store, clock: FixedClock) -> None:
    ask_for(any_store, "once")
    ask_for(any_store, "each minute", every=timedelta(minutes=1))
    with any_store.acting() as act:
        for _ in range(2):
            held = actions.claim(act, ["render"], LEASE)
            assert held is not None
            actions.fail(act, held, RuntimeError())
        act.commit()
    clock.at -= DAY
    seen: list[str] = []
    work_until_idle(any_store, seen)
    clock.at += timedelta(hours=1)
    work_until_idle(any_store, seen)
    assert len(seen) == 2


def test_a_job_that_waits_on_purpose_waits_as_long_as_it_was_to(any_store: Store, clock: FixedClock) -> None:
    with any_store.acting() as act:
        enqueue(act, "render", "later", run_after=act.now + timedelta(hours=2))
        act.commit()
    clock.at -= DAY
    seen: list[str] = []
    work_until_idle(any_store, seen)
    clock.at += timedelta(hours=2) - timedelta(seconds=1)
    work_until_idle(any_store, seen)
    assert seen == []
    clock.at += timedelta(seconds=1)
    work_until_idle(any_store, seen)
    assert len(seen) == 1


def test_a_dead_workers_job_is_taken_over_after_a_lease_and_not_after_a_day(
    any_store: Store, clock: FixedClock
) -> None:
    ask_for(any_store, "held")
    with any_store.acting() as act:
        held = actions.claim(act, ["render"], LEASE)
        act.commit()
    assert held is not None
    clock.at -= DAY
    seen: list[str] = []
    work_until_idle(any_store, seen)
    assert seen == []  # its holder may be alive
    clock.at += LEASE
    work_until_idle(any_store, seen)
    assert len(seen) == 1
    with any_store.acting() as act, pytest.raises(LeaseLostError):
        actions.complete(act, held)


def test_a_worker_that_lives_keeps_its_job_and_goes_on_reporting(any_store: Store, clock: FixedClock) -> None:
    ask_for(any_store, "long")

    def work(handle: JobHandle) -> None:
        clock.at -= DAY
        handle.progress(1, 3)
        with any_store.reading() as session:
            job = session.scalars(select(Job)).one()
            assert (job.progress_done, job.lease_until) == (1, clock.at + LEASE)

    assert Worker(any_store, {"render": work}, lease=LEASE).run_once()
    with any_store.reading() as session:
        assert session.scalars(select(Job.error)).one() is None
