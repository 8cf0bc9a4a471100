"""A worker's lanes: a long job holds up no checkpoint, one that dies takes the others along, one that hangs is told."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.ceremony import open_root, renew_key_set, root_place
from api.installation import Installation
from api.jobs.handlers import long_handlers, prompt_handlers, schedule
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.queries import job_by_key
from gimark.jobs.rules import JobState
from gimark.jobs.worker import JobHandle
from gimark.ledger import book
from scripts.cli import running
from tests.founded import Founding

PATIENCE_S = 60


@pytest.fixture
def here(founding: Founding, tmp_path: Path) -> Iterator[Installation]:
    """A copy of an installation just founded."""
    copy = founding.copy(tmp_path)
    yield copy
    copy.store.engine.dispose()


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_a_checkpoint_does_not_wait_behind_a_long_print_job(here: Installation) -> None:
    begun, finish, stop = threading.Event(), threading.Event(), threading.Event()

    def print_for_long(_handle: JobHandle) -> None:
        begun.set()
        assert finish.wait(PATIENCE_S)

    with here.store.acting() as act:
        enqueue(act, PRINT_LABELS, "long", {"order": "long"})
        act.commit()
    lanes = (prompt_handlers(here), {**long_handlers(here), PRINT_LABELS: print_for_long})
    workers = threading.Thread(target=running.work_in_lanes, args=(here.store, lanes, stop))
    workers.start()
    try:
        assert begun.wait(PATIENCE_S)
        renew_key_set(here, open_root(here, root_place(here.settings, None, None)))
        until(lambda: _is_all_published(here), "the checkpoint waited")
        assert _state(here, "long") is JobState.RUNNING
    finally:
        finish.set()
        stop.set()
        workers.join(PATIENCE_S)
    assert _state(here, "long") is JobState.DONE


def test_a_lane_that_dies_ends_the_others_and_says_so(here: Installation) -> None:
    class Broken(dict):  # type: ignore[type-arg]
        def keys(self) -> object:  # type: ignore[override]
            raise RuntimeError("nobody expected this")

    schedule(here)
    stop = threading.Event()
    assert running.work_in_lanes(here.store, (prompt_handlers(here), Broken()), stop) is False
    assert stop.is_set()


def test_a_busy_worker_beats_and_one_whose_lane_hangs_falls_silent(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BEAT_EVERY_S", 0.02)
    begun, hang, finish, stop = (threading.Event() for _ in range(4))
    still_s = 0.5
    beats = [0.0]

    def beat() -> None:
        beats.append(time.monotonic())

    def print_step_by_step(handle: JobHandle) -> None:
        begun.set()
        while not hang.wait(still_s / 10):
            handle.progress(1, 2)
        assert finish.wait(PATIENCE_S)

    with here.store.acting() as act:
        enqueue(act, PRINT_LABELS, "long", {"order": "long"})
        act.commit()
    lanes = ({PRINT_LABELS: print_step_by_step},)
    workers = threading.Thread(target=running.work_in_lanes, args=(here.store, lanes, stop, beat, still_s))
    workers.start()
    try:
        assert begun.wait(PATIENCE_S)
        working = time.monotonic()
        until(lambda: beats[-1] > working + 2 * still_s, "it is busy and says nothing")
        hang.set()
        until(lambda: beats[-1] < time.monotonic() - 2 * still_s, "it hangs and beats")
    finally:
        hang.set()
        finish.set()
        stop.set()
        workers.join(PATIENCE_S)


def _state(here: Installation, key: str) -> JobState | None:
    with here.store.reading() as session:
        job = job_by_key(session, key)
    return None if job is None else job.state


def _is_all_published(here: Installation) -> bool:
    with here.store.reading() as session:
        latest = book.published(session)
        return latest is not None and latest.size == book.size(session)
