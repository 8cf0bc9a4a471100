"""Who is at work in a data folder: serving processes share it, and what replaces the store wants it alone.

The locks are those of the operating system on one file, so they go with the process that held them, however it ended.
They reach as far as one machine: where several serve one PostgreSQL, all of them are stopped by hand.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gimark.errors import ConflictError, Fault

LOCK_FILE = "in-use.lock"


@contextmanager
def at_work(data_dir: Path) -> Iterator[None]:
    """Be one of those that serve or do jobs. Raises ConflictError while something else needs the store alone."""
    with _held(data_dir, fcntl.LOCK_SH, _is_replaced()):
        yield


@contextmanager
def alone_at_work(data_dir: Path) -> Iterator[None]:
    """Keep every server and worker out. Raises ConflictError when one runs."""
    with _held(data_dir, fcntl.LOCK_EX, _is_running()):
        yield


@contextmanager
def _held(data_dir: Path, how: int, refusal: ConflictError) -> Iterator[None]:
    with (data_dir / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield


def _is_running() -> ConflictError:
    return ConflictError(
        (
            Fault(
                "data_dir",
                "网页或后台作业还在运行",
                "a server or a worker is running",
                "请先停止 gimark serve 和 gimark worker，再试一次",
                "Stop gimark serve and gimark worker, then try again",
            ),
        )
    )


def _is_replaced() -> ConflictError:
    return ConflictError(
        (
            Fault(
                "data_dir",
                "数据库正在升级、恢复或复制",
                "the store is being upgraded, restored or copied",
                "请等它结束后再启动",
                "Start again when that has ended",
            ),
        )
    )
