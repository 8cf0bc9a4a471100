"""A print job that is killed, stopped or out of disk goes on: no code is printed twice, none is lost."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from api.installation import Installation
from api.jobs import parts, printing
from api.jobs.parts import MadePart, PartOrder, make_part
from gimark.clock import FixedClock, SystemClock
from gimark.issuance.model import PrintState
from gimark.jobs.rules import JobState
from gimark.jobs.worker import LEASE
from gimark.store.unit_of_work import Act
from tests.api.jobs.printshop import content, facts, job, order, rows, scanned, work
from tests.founded import COUNT, PASSPHRASE, Workshop

PART = 12
ENDED_WITHIN_S = 60
# The real worker in a process of its own, with small parts so that there are several. It kills itself when two parts
# are done, after naming the processes of its pool, or goes on until it is told to stop.
WORKER = """
import multiprocessing, os, signal, sys

def kill_after_two_parts(handle, done, total):
    if done == 2:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    from api.jobs import parts
    from gimark.jobs.worker import JobHandle
    from scripts.cli import running

    parts.MOST_LABELS = int(sys.argv[2])
    if sys.argv[1] == "be-killed":
        JobHandle.progress = kill_after_two_parts
    running.work(attached=False)
"""


def test_a_killed_job_goes_on_and_no_code_is_printed_twice_or_lost(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shop.here
    ref = order(shop)
    with start_worker(here, "be-killed", PART) as worker:
        pids, errors = worker.communicate(timeout=ENDED_WITHIN_S)
    assert worker.returncode == -signal.SIGKILL, errors
    assert_ended([int(pid) for pid in pids.split()])
    left = facts(here, ref)
    assert left.state is PrintState.RENDERING
    assert [file.name for file in left.leaving] == ["labels-0001.pdf", "labels-0002.pdf"]

    here.store.clock.at = SystemClock().now() + LEASE  # type: ignore[attr-defined]
    monkeypatch.setattr(parts, "MOST_LABELS", PART)
    work(here)
    done = facts(here, ref)
    assert done.state is PrintState.RELEASED
    assert set(left.files) < set(done.files)
    urls = [row["url"] for row in rows(here, done)]
    assert Counter(urls).most_common(1)[0][1] == 1
    assert len(urls) == COUNT
    pdfs = [file.name for file in done.leaving if file.name.endswith(".pdf")]
    assert len(pdfs) == COUNT // PART
    assert [url for name in pdfs for url in scanned(content(here, done, name), tmp_path)] == urls


class KilledError(BaseException):
    """The process is gone: no handler of errors sees it."""


def killed_before_commit(number: int) -> Callable[[Act], None]:
    """A commit that, the `number`-th time, is never made: what was done on disk before it stays."""
    commit, made = Act.commit, count(1)

    def dying(act: Act) -> None:
        if next(made) == number:
            raise KilledError
        commit(act)

    return dying


def test_killed_before_any_of_its_commits_it_makes_the_same_files(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_LABELS", 2)
    monkeypatch.setattr(printing, "processes", lambda _: nullcontext())
    monkeypatch.setattr(printing, "made_by", lambda _, make, orders: map(make, orders))
    made: list[dict[str, str]] = []
    killed_in: list[PrintState] = []
    for number in count(1):
        shop = workshop.copy(tmp_path / str(number), FixedClock(SystemClock().now()))
        here, ref = shop.here, order(shop, 0, 3)
        with monkeypatch.context() as patched, suppress(KilledError):
            patched.setattr(Act, "commit", killed_before_commit(number))
            work(here)
        left = facts(here, ref).state
        here.store.clock.at += LEASE  # type: ignore[attr-defined]
        work(here)
        done = facts(here, ref)
        assert (left, done.state) == (left, PrintState.RELEASED)
        made.append({file.name: file.sha256 for file in done.files})
        here.store.engine.dispose()
        if left is PrintState.RELEASED:
            break
        killed_in.append(left)
    assert set(killed_in) == {PrintState.QUEUED, PrintState.RENDERING, PrintState.READY}
    assert len(made[-1]) == 5
    assert made == [made[-1]] * len(made)


def test_a_worker_told_to_stop_puts_the_job_back_without_a_failure(shop: Workshop) -> None:
    """Ctrl+C reaches the pool's processes too; they must leave it to the worker."""
    here = shop.here
    ref = order(shop)
    with start_worker(here, "be-stopped", part=3) as worker:
        while not facts(here, ref).files:
            assert worker.poll() is None, worker.communicate()[1]
            time.sleep(0.05)
        os.killpg(worker.pid, signal.SIGINT)
        _, errors = worker.communicate(timeout=ENDED_WITHIN_S)
    assert (worker.returncode, "Traceback" in errors) == (0, False), errors
    assert (job(here, ref).state, job(here, ref).failures) == (JobState.QUEUED, 0), errors
    assert facts(here, ref).state is PrintState.RENDERING


@contextmanager
def start_worker(here: Installation, fate: str, part: int) -> Iterator["subprocess.Popen[str]"]:
    """A worker in a process group of its own, of which nothing outlives the block, whatever it did not do."""
    data = here.settings.data_dir
    script = data / "worker.py"
    script.write_text(WORKER)
    own = {"GIMARK_DATA_DIR": str(data), "GIMARK_PASSPHRASE": PASSPHRASE, "GIMARK_LOG_LEVEL": "warning"}
    with subprocess.Popen(
        [sys.executable, script, fate, str(part)],
        env=os.environ | own | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def assert_ended(pids: list[int]) -> None:
    """No process of the pool outlives its worker."""
    assert pids
    deadline = time.monotonic() + ENDED_WITHIN_S
    while (alive := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    assert alive == []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def make_part_on_a_full_disk(order: PartOrder) -> MadePart:
    """Runs in a process of the pool: no file may grow beyond a few kilobytes (EFBIG, as ENOSPC would be)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, resource.RLIM_INFINITY))
    return make_part(order)


def test_a_full_disk_leaves_nothing_official_and_the_job_goes_on_when_there_is_room(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shop.here
    ref = order(shop)
    monkeypatch.setattr(printing, "make_part", make_part_on_a_full_disk)
    work(here)
    monkeypatch.undo()
    assert facts(here, ref).files == ()
    assert facts(here, ref).state is PrintState.RENDERING
    assert list((here.settings.data_dir / "files").iterdir()) == []
    assert job(here, ref).state is JobState.QUEUED
    assert "磁盘已满" in (job(here, ref).error or "")

    here.store.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    work(here)
    assert facts(here, ref).state is PrintState.RELEASED
    assert len(rows(here, facts(here, ref))) == COUNT
