"""A process that publishes logs in forks of itself, each of which `kill -9`s itself before a step (test_killing.py).

A step is whatever changes something outside the process, or makes it last: opening a file, flushing it, renaming it,
making or removing a folder, committing. It is told a job a line and answers with how many steps it did, or "killed".
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gimark.clock import FixedClock
from gimark.ledger.publishing import publish
from gimark.ledger.signing import CheckpointSigner
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Act, Store
from tests.ledger.actors import LOG, ORIGIN, FakeWitness
from tests.ledger.conftest import MORNING

STEPS = [(os, "open"), (os, "fsync"), (os, "mkdir"), (os, "replace"), (shutil, "rmtree"), (Act, "commit")]


class Deadline:
    """Counts steps, and kills this process before step `last`."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.done = 0

    def step(self, real: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Do one step, unless it is the one that is never done."""
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.done += 1
        return real(*arguments, **named)


def publish_until(folder: Path, last: int) -> int:
    """Publish the log in `folder`, a database beside the signer's state; how many steps that took."""
    deadline = Deadline(last)
    for owner, name in STEPS:
        real = getattr(owner, name)
        # A function, not a partial, so that a method still gets its object.
        setattr(owner, name, lambda *given, _real=real, **named: deadline.step(_real, *given, **named))
    store = Store(open_engine(f"sqlite:///{folder / 'ledger.db'}"), FixedClock(MORNING))
    signer = CheckpointSigner(ORIGIN, LOG, folder / "state.json")
    publish(store, signer, folder / "published", [FakeWitness("witness.example/w1", 2)])
    return deadline.done


def in_a_fork(work: Callable[[], int]) -> int | None:
    """What `work` gives in a process of its own, None when that was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"publishing ended with {status}")
    return int(told) if status == 0 else None


if __name__ == "__main__":
    for line in sys.stdin:
        job = json.loads(line)
        steps = in_a_fork(partial(publish_until, Path(job["folder"]), job["last"]))
        print("killed" if steps is None else steps, flush=True)
