"""Processes that make parts beside the worker. They are its own: they end when it does, however it ends, and leave the
terminal's Ctrl+C to it, which finishes the parts at hand and puts the job back.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Work = TypeVar("Work")
Made = TypeVar("Made")


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of `count` processes; what was handed in is finished before the block ends."""
    # The page renderer may not be shared between threads, and this process may have some: so processes, made anew.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, initializer=_end_with_the_worker) as pool:
        yield pool


def made_by(pool: ProcessPoolExecutor, make: Callable[[Work], Made], work: Sequence[Work]) -> Iterator[Made]:
    """What `make` makes of each of `work`, in order; all of it is handed in at once."""
    # A process inherits the mask of the thread that starts it, and pools start theirs when work is handed in.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.map(make, work)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_the_worker() -> None:
    """A killed worker cannot tell its pool, and the pool would wait for work for ever."""
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    worker = multiprocessing.parent_process()
    assert worker is not None
    worker.join()
    os._exit(1)
