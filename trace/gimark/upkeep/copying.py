"""A store copied whole: from SQLite to PostgreSQL and back, or into one SQLite file as a backup keeps it.

What is copied is one moment of the source, which may be at work meanwhile; the target is empty before, and either whole
or as empty afterwards.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from gimark import migrations
from gimark.errors import ConflictError, Fault, GimarkError, StoreFailedError
from gimark.ledger import triggers
from gimark.store.engine import open_engine
from gimark.upkeep.tables import Progress, copy_rows

PAGES = 2_000


def copy_store(source: Engine, target: Engine, progress: Progress) -> None:
    """Copy every row of `source` into the empty database `target`, at the revision of `source`, in one transaction.

    Nobody can act in the source meanwhile. Raises ConflictError when `target` holds anything, StoreFailedError when the
    source is no store that this version knows, or a database refuses; then `target` is as it was.
    """
    with _said_plainly(), _held(source) as here, _filled(target) as there:
        _copy(here, there, progress)


def snapshot(source: Engine, path: Path, progress: Progress, begun: Callable[[], None] = lambda: None) -> None:
    """One moment of the store as a single SQLite file at `path`, which must not exist; acts go on meanwhile.

    `begun` is called when the moment is fixed, before anything is copied: what must belong to it is taken then.
    Raises StoreFailedError when the source is no store that this version knows, is damaged, or there is no room; the
    caller takes away what was begun.
    """
    with _said_plainly():
        if source.dialect.name == "sqlite":
            _back_up_sqlite(source, path, progress, begun)
        else:
            with _into_file(path) as target, _frozen(source) as here, _filled(target) as there:
                begun()
                _copy(here, there, progress)
        _check_file(path)


def is_empty(engine: Engine) -> bool:
    """Whether the database has no table at all."""
    return not inspect(engine).get_table_names()


def _copy(here: Connection, there: Connection, progress: Progress) -> None:
    revision = migrations.current(here)
    if revision is None or not migrations.is_known(revision):
        raise unknown_revision(revision)
    migrations.upgrade(there, revision)
    copy_rows(here, there, progress)
    if missing := triggers.missing(there, triggers.guarded(here)):
        raise AssertionError(f"triggers were not made: {missing}")


@contextmanager
def _held(source: Engine) -> Iterator[Connection]:
    """The source at one moment, in which no act can be committed until the block ends."""
    if source.dialect.name == "sqlite":
        with source.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
            connection.exec_driver_sql("SELECT 1")
            yield connection
            connection.rollback()
        return
    with _frozen(source, "LOCK TABLE log_head IN EXCLUSIVE MODE") as connection:
        yield connection


@contextmanager
def _frozen(source: Engine, first: str = "SELECT 1") -> Iterator[Connection]:
    """PostgreSQL at one moment. A lock is asked for in the first statement: the moment is that of the second."""
    with source.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text(first))
        connection.execute(text("SELECT 1"))
        yield connection
        connection.rollback()


@contextmanager
def _filled(target: Engine) -> Iterator[Connection]:
    """A transaction on the empty target, committed when the block ends well."""
    with target.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        if inspect(connection).get_table_names():
            raise not_empty()
        yield connection
        connection.commit()


@contextmanager
def _into_file(path: Path) -> Iterator[Engine]:
    """A new SQLite file, which in the end stands alone, without the files beside it that a running one has."""
    target = open_engine(f"sqlite:///{path}")
    try:
        yield target
    finally:
        target.dispose()


def _back_up_sqlite(source: Engine, path: Path, progress: Progress, begun: Callable[[], None]) -> None:
    """SQLite's online backup. Its reader holds one moment, so that writers neither wait nor make it begin again."""
    database = source.url.database
    assert database is not None
    # What is missing must not be made, and another's backup must not be written into.
    with closing(sqlite3.connect(f"{Path(database).absolute().as_uri()}?mode=rw", uri=True)) as here:
        here.isolation_level = None
        here.execute("BEGIN")
        revision = here.execute("SELECT version_num FROM alembic_version").fetchone()
        if revision is None or not migrations.is_known(revision[0]):
            raise unknown_revision(revision and revision[0])
        begun()
        path.touch(mode=0o600, exist_ok=False)
        with closing(sqlite3.connect(path)) as there:
            here.backup(there, pages=PAGES, progress=lambda _status, left, total: progress(total - left, total))


def _check_file(path: Path) -> None:
    """Bring the file out of write-ahead mode, and read all of it once: a damaged backup is none."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        found = file.execute("PRAGMA quick_check").fetchall()
    if found != [("ok",)]:
        raise _damaged()


def unknown_revision(revision: str | None) -> StoreFailedError:
    """The database is none of ours, or of a version that this program does not know."""
    return StoreFailedError(
        (
            Fault(
                "database",
                f"数据库版本为 {revision or '空'}，本程序不认识",
                f"the database is at {revision or 'nothing'}, which this program does not know",
                "如果它来自更新的程序，请先装上那个版本的程序；空库请先运行 gimark init",
                "If a newer program made it, install that version first; if it is empty, run gimark init",
            ),
        )
    )


def not_empty() -> ConflictError:
    """The database that was to be filled holds something."""
    return ConflictError(
        (
            Fault(
                "database",
                "目标数据库不是空的",
                "the database to be filled is not empty",
                "没有写入任何内容；请另建一个空数据库",
                "Nothing was written; make an empty database",
            ),
        )
    )


def _damaged() -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "database",
                "数据库文件已损坏",
                "the database file is damaged",
                "没有留下备份；请保留现场，检查磁盘，并从上一份备份恢复",
                "No backup was kept; keep everything as it is, check the disk, and restore the backup before",
            ),
        )
    )


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn what databases and disks say into an error of our tree that quotes no row."""
    try:
        yield
    except GimarkError:
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        said = str(getattr(error, "orig", error)).partition("\n")[0][:200]
        raise StoreFailedError(
            (
                Fault(
                    "database",
                    f"没有复制成（{said}）",
                    f"it was not copied ({said})",
                    "目标保持原样；请检查磁盘空间、权限和数据库后重试",
                    "The target is as it was; check the room on the disk, the permissions and the database, and "
                    "try again",
                ),
            )
        ) from error
