"""`gimark serve` keeps a worker running, and a long job holds up no checkpoint."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.ceremony import open_root, renew_key_set, root_place
from api.installation import Installation
from api.jobs.handlers import long_handlers, prompt_handlers, schedule
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.queries import job_by_key
from gimark.jobs.rules import JobState
from gimark.jobs.worker import JobHandle
from gimark.ledger import book
from scripts.cli.running import _warn_of_root, work_in_lanes
from scripts.cli.supervising import AttachedWorker
from tests.founded import PASSPHRASE, Founding

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
    workers = threading.Thread(target=work_in_lanes, args=(here.store, lanes, stop))
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


def test_serving_warns_while_the_roots_key_lies_in_the_data_folder(here: Installation) -> None:
    with capture_logs() as said:
        _warn_of_root(here.settings)
    assert [(entry["log_level"], "off line" in entry["event"]) for entry in said] == [("warning", True)]
    (here.keys_folder / "root.pem").unlink()
    with capture_logs() as said:
        _warn_of_root(here.settings)
    assert said == []


def test_a_lane_that_dies_ends_the_others_and_says_so(here: Installation) -> None:
    class Broken(dict):  # type: ignore[type-arg]
        def keys(self) -> object:  # type: ignore[override]
            raise RuntimeError("nobody expected this")

    schedule(here)
    stop = threading.Event()
    assert work_in_lanes(here.store, (prompt_handlers(here), Broken()), stop) is False
    assert stop.is_set()


def test_a_worker_that_dies_is_started_again_and_leaves_when_told(tmp_path: Path) -> None:
    program = "import os, sys\nopen(sys.argv[1], 'a').write(f'{os.getpid()}\\n')\nsys.stdin.read()\n"
    seen = tmp_path / "pids"
    worker = AttachedWorker((sys.executable, "-c", program, str(seen)), first_wait_s=0.05)
    worker.start()
    for lives in (1, 2, 3):
        until(lambda lives=lives: len(_pids(seen)) == lives, "it was not started")  # type: ignore[misc]
        if lives < 3:
            os.kill(_pids(seen)[-1], signal.SIGKILL)
    worker.stop()
    assert not Path(f"/proc/{_pids(seen)[-1]}").exists()
    assert len(_pids(seen)) == 3


def test_a_server_whose_worker_was_killed_has_another_and_both_leave_on_sigterm(here: Installation) -> None:
    here.store.engine.dispose()
    with _serving(here) as server:
        until(lambda: len(_children(server.pid)) == 1, "no worker")
        [first] = _children(server.pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: _children(server.pid) not in ([first], []), "the worker was not started again")
        [second] = _children(server.pid)
        renew_key_set(here, open_root(here, root_place(here.settings, None, None)))
        until(lambda: _is_all_published(here), "the new worker publishes nothing")
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_S) in (0, -signal.SIGTERM)
        until(lambda: not Path(f"/proc/{second}").exists(), "the worker outlived its server")


@contextmanager
def _serving(here: Installation) -> Iterator["subprocess.Popen[bytes]"]:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    environment = {
        **os.environ,
        "GIMARK_DATA_DIR": str(here.settings.data_dir),
        "GIMARK_PASSPHRASE": PASSPHRASE,
        "GIMARK_LOG_LEVEL": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "scripts.cli", "serve", "--port", str(port)], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task").glob("*/children") for child in child.read_text().split()]


def _pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def _state(here: Installation, key: str) -> JobState | None:
    with here.store.reading() as session:
        job = job_by_key(session, key)
    return None if job is None else job.state


def _is_all_published(here: Installation) -> bool:
    with here.store.reading() as session:
        latest = book.published(session)
        return latest is not None and latest.size == book.size(session)
