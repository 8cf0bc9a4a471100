"""One act, one transaction: rolled back unless committed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from gimark.clock import Clock
from gimark.errors import Fault, StoreBusyError, StoreFailedError


@dataclass(slots=True)
class Act:
    """A transaction under way. `now` is its one instant; `commit` is called by the action, once, at its end."""

    session: Session
    now: datetime
    committed: bool = field(default=False, init=False)

    def commit(self) -> None:
        """Make the act official."""
        self.session.commit()
        self.session.info.clear()  # what was true under this transaction's locks
        self.committed = True


@dataclass(frozen=True, slots=True)
class Store:
    """The way to the database: `reading()` for queries, `acting()` for acts."""

    engine: Engine
    clock: Clock

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads; nothing it did is kept."""
        with _said_plainly(), Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """A transaction that has the write lock from its first statement on SQLite.

        Raises StoreBusyError when the lock cannot be had in time and StoreFailedError when the disk refuses;
        in both cases nothing was done.
        """
        with _said_plainly(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options=_WRITING)
            act = Act(session, self.clock.now())
            try:
                yield act
            finally:
                if not act.committed:
                    session.rollback()

    def give_way(self) -> None:
        """Between two acts of one long work: let others write, who on SQLite look for the lock only now and then."""
        if self.engine.dialect.name == "sqlite":
            time.sleep(GIVE_WAY_S)


# SQLite itself looks for a lock that is taken every 100 ms; who takes it again at once would keep it for good.
GIVE_WAY_S = 0.15
_WRITING = {"sqlite_begin": "IMMEDIATE"}
# PostgreSQL's lock_not_available (lock_timeout ran out), deadlock_detected and serialization_failure.
BUSY_STATES = frozenset({"55P03", "40P01", "40001"})
# What the drivers say when it is the disk or the line, not a mistake in a statement.
BUSY_WORDS = ("database is locked", "database table is locked")
FAILED_WORDS = (
    "disk is full",
    "disk i/o error",
    "readonly database",
    "unable to open database",
    "no space left",
    "could not extend file",
    "connection",
    "server closed",
    "terminating",
)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn the driver's words for "locked" and "disk full" into errors of our tree; let the rest through."""
    try:
        yield
    except PoolTimeoutError as error:
        raise _busy() from error
    except DBAPIError as error:
        words = str(error.orig).lower()
        if getattr(error.orig, "sqlstate", None) in BUSY_STATES or any(word in words for word in BUSY_WORDS):
            raise _busy() from error
        if error.connection_invalidated or any(word in words for word in FAILED_WORDS):
            raise _failed() from error
        raise


def _busy() -> StoreBusyError:
    return StoreBusyError(
        (
            Fault(
                "",
                "数据库正忙",
                "the database is busy",
                "没有写入任何内容，请稍后重试",
                "Nothing was written; try again in a moment",
            ),
        )
    )


def _failed() -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "",
                "数据库无法读写（磁盘已满、只读或连接中断）",
                "the database cannot be read or written (disk full, read-only or connection lost)",
                "没有写入任何内容；请检查磁盘空间和数据库后重试",
                "Nothing was written; check disk space and the database, then try again",
            ),
        )
    )
