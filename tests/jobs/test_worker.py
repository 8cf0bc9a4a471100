"""The worker's loop: what it does with each way a handler can end, and what survives a kill -9."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gimark.clock import FixedClock
from gimark.errors import Fault, StoreBusyError
from gimark.jobs import actions
from gimark.jobs.actions import LeaseLostError
from gimark.jobs.model import Job
from gimark.jobs.queries import JobFacts, job
from gimark.jobs.rules import JobState
from gimark.jobs.worker import REPORT_EVERY, Handler, JobHandle, JobPostponedError, Worker
from gimark.store.unit_of_work import Store

LEASE = timedelta(seconds=60)


@pytest.fixture
def ref(store: Store) -> str:
    """One job of kind `render`, due now."""
    with store.acting() as act:
        ref = actions.enqueue(act, "render", "render:1", {"order": "abc"})
        act.commit()
    return ref


def facts(store: Store, ref: str) -> JobFacts:
    with store.reading() as session:
        return job(session, ref)


def run_once(store: Store, handler: Handler) -> bool:
    return Worker(store, {"render": handler}).run_once()


def test_a_handler_that_returns_ends_its_job(store: Store, ref: str) -> None:
    seen = []

    def handler(handle: JobHandle) -> None:
        seen.append((handle.ref, handle.payload))

    assert run_once(store, handler)
    assert seen == [(ref, {"order": "abc"})]
    assert facts(store, ref).state is JobState.DONE
    assert not run_once(store, handler)


def test_a_handler_that_raises_is_logged_with_its_traceback_and_tried_again(
    store: Store, ref: str, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(_handle: JobHandle) -> None:
        raise RuntimeError("the printer is on fire")

    assert run_once(store, handler)
    assert facts(store, ref).state is JobState.QUEUED
    assert facts(store, ref).failures == 1
    assert "on fire" not in (facts(store, ref).error or "")
    assert "the printer is on fire" in caplog.text


def test_a_handler_may_ask_to_come_again_later(store: Store, ref: str, clock: FixedClock) -> None:
    def handler(_handle: JobHandle) -> None:
        raise JobPostponedError(timedelta(seconds=5))

    run_once(store, handler)
    assert facts(store, ref).run_after == clock.at + timedelta(seconds=5)
    assert facts(store, ref).failures == 0


def test_progress_is_written_once_a_second_and_at_the_end(store: Store, ref: str, clock: FixedClock) -> None:
    written = []

    def handler(handle: JobHandle) -> None:
        for done in range(1, 11):
            clock.at += REPORT_EVERY / 4
            handle.progress(done, 10)
            written.append(facts(store, ref).progress_done)

    run_once(store, handler)
    assert written == [0, 0, 0, 4, 4, 4, 4, 8, 8, 10]


def test_progress_keeps_the_job_past_its_first_lease(store: Store, ref: str, clock: FixedClock) -> None:
    def handler(handle: JobHandle) -> None:
        for done in range(1, 5):
            clock.at += LEASE * 0.9
            assert not run_once(store, lambda _: pytest.fail("the job was taken from its holder"))
            handle.progress(done, 4)

    run_once(store, handler)
    assert facts(store, ref).state is JobState.DONE


def test_a_handler_that_outlived_its_lease_is_left_alone_and_writes_nothing(
    store: Store, ref: str, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    def slow(handle: JobHandle) -> None:
        clock.at += LEASE
        with store.acting() as act:
            assert actions.claim(act, ["render"], LEASE) is not None
            act.commit()
        with pytest.raises(LeaseLostError):
            handle.progress(1, 2)
        handle.progress(1, 2)

    with caplog.at_level(logging.WARNING):
        assert run_once(store, slow)
    assert "no longer this worker's" in caplog.text
    assert facts(store, ref).state is JobState.RUNNING


def test_a_job_completed_inside_an_act_is_done_exactly_when_the_act_is(store: Store, ref: str) -> None:
    def rolled_back(handle: JobHandle) -> None:
        with store.acting() as act:
            handle.complete(act)
            raise StoreBusyError((Fault("", "忙", "busy", "重试", "retry"),))

    run_once(store, rolled_back)
    assert facts(store, ref).state is JobState.QUEUED

    def committed(handle: JobHandle) -> None:
        with store.acting() as act:
            handle.complete(act)
            act.commit()

    with store.acting() as act:
        act.session.scalars(select(Job)).one().run_after = act.now
        act.commit()
    run_once(store, committed)
    assert facts(store, ref).state is JobState.DONE


def test_an_act_of_a_holder_who_lost_the_job_is_rolled_back(store: Store, ref: str, clock: FixedClock) -> None:
    def late(handle: JobHandle) -> None:
        clock.at += LEASE
        with store.acting() as act:
            actions.claim(act, ["render"], LEASE)
            act.commit()
        with store.acting() as act:
            actions.enqueue(act, "mail", "mail:1")
            handle.complete(act)
            act.commit()

    run_once(store, late)
    with store.reading() as session:
        assert session.scalars(select(Job.key)).all() == ["render:1"]
    assert facts(store, ref).state is JobState.RUNNING


def wait_until(happened: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_a_stopping_worker_puts_its_job_back_and_leaves(store: Store, ref: str) -> None:
    stop, begun = threading.Event(), threading.Event()

    def handler(handle: JobHandle) -> None:
        begun.set()
        for done in range(10_000):
            handle.progress(done, 10_000)
            time.sleep(0.002)

    worker = threading.Thread(target=Worker(store, {"render": handler}, idle_s=0.01).run, args=(stop,))
    worker.start()
    assert begun.wait(20)
    stop.set()
    worker.join(20)

    assert not worker.is_alive()
    assert facts(store, ref).state is JobState.QUEUED
    assert facts(store, ref).failures == 0


def test_a_busy_database_does_not_stop_the_loop(
    store: Store, ref: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    worker = Worker(store, {"render": lambda _: stop.set()}, idle_s=0.01)
    run_once_for_real, refusals = worker.run_once, iter([StoreBusyError((Fault("", "忙", "busy", "重试", "retry"),))])

    def refuse_first() -> bool:
        for error in refusals:
            raise error
        return run_once_for_real()

    monkeypatch.setattr(worker, "run_once", refuse_first)
    worker.run(stop)
    assert "trying again" in caplog.text
    assert facts(store, ref).state is JobState.DONE


KILLED_WORKER = """
import sys, time
from pathlib import Path
from gimark.clock import FixedClock
from gimark.jobs.worker import Worker
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from datetime import datetime

url, instant, folder = sys.argv[1:]
def handler(handle):
    for part in range(4):
        if part == 2:
            (Path(folder) / "reached").touch()
            time.sleep(60)
        (Path(folder) / str(part)).write_text("written by the first worker")
Worker(Store(open_engine(url), FixedClock(datetime.fromisoformat(instant))), {"render": handler}).run_once()
"""


def test_a_killed_workers_job_is_continued_by_another_after_its_lease(
    store: Store, database_url: str, ref: str, clock: FixedClock, tmp_path: Path
) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", KILLED_WORKER, database_url, clock.at.isoformat(), str(tmp_path)], cwd=Path.cwd()
    )
    try:
        wait_until((tmp_path / "reached").exists, 60)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL

    def continue_(_handle: JobHandle) -> None:
        for part in range(4):
            if not (tmp_path / str(part)).exists():
                (tmp_path / str(part)).write_text("written by the second worker")

    assert not run_once(store, continue_), "the lease of the killed worker still holds"
    clock.at += LEASE
    assert run_once(store, continue_)

    assert [(tmp_path / str(part)).read_text().split()[-2] for part in range(4)] == ["first"] * 2 + ["second"] * 2
    assert facts(store, ref).state is JobState.DONE
