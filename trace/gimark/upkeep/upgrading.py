"""A database brought to this version: all migrations and all checks in one transaction, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from gimark import audit, migrations
from gimark.errors import Fault, LedgerError, NotFoundError, StoreFailedError
from gimark.ledger import book, triggers
from gimark.ledger.check import check_log
from gimark.upkeep.copying import unknown_revision

log = structlog.stdlib.get_logger("gimark.upkeep")


def check_known(engine: Engine) -> str:
    """The database's revision. Raises StoreFailedError when it is empty, or of a program newer than this one."""
    revision = migrations.current(engine)
    if revision is None or not migrations.is_known(revision):
        raise unknown_revision(revision)
    return revision


def upgrade_store(engine: Engine, *, accepts_differences: bool = False) -> None:
    """Bring the database to the head, then hold it against itself, and only then commit.

    Checked are: the tables that may only grow still do, no row points nowhere, the log has the size and the root that
    it had and agrees with itself, and ledger and tables agree (unless `accepts_differences`: they may have differed
    before). Raises StoreFailedError or LedgerError, and the database is as it was.
    """
    with _alone(engine) as connection:
        before, only_growing = _log_of(connection), triggers.guarded(connection)
        try:
            migrations.upgrade(connection)
        except Exception as error:  # a migration is a program; whatever it meets, the database must stay what it was
            log.exception("a migration failed; the database is as it was")
            raise _failed(type(error).__name__) from error
        _check_triggers(connection, only_growing)
        _check_references(connection)
        if _log_of(connection) != before:
            raise _failed("log")
        with Session(connection) as session:
            _check_ledger(session, accepts_differences=accepts_differences)
        connection.commit()


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else writes beside. SQLite's tables can be made anew in it under their old names."""
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        if is_sqlite and driver is not None:
            # A table that others point at cannot be dropped otherwise, and inside a transaction this has no effect.
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            connection.rollback()
            if is_sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys=ON")


def _log_of(connection: Connection) -> tuple[int, bytes]:
    with Session(connection) as session:
        size = book.size(session)
        return size, book.root(session, size)


def _check_triggers(connection: Connection, tables: tuple[str, ...]) -> None:
    if missing := triggers.missing(connection, tables):
        raise _failed(", ".join(missing))


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
        if broken:
            raise _failed(", ".join(sorted(broken)))


def _check_ledger(session: Session, *, accepts_differences: bool) -> None:
    faults = tuple(check_log(session))
    if faults:
        raise LedgerError(faults)
    if accepts_differences:
        return
    try:
        different = next(iter(audit.differences(session)), None)
    except NotFoundError as error:
        raise LedgerError(error.faults) from error
    if different is not None:
        raise LedgerError(
            (
                Fault(
                    f"log_entry/{different.index}",
                    f"账本与数据表不符（{different.what}）",
                    f"ledger and tables differ ({different.what})",
                    "数据库保持原样；请用原来的程序运行 gimark ledger check，原先就不符的可加 --accept-differences",
                    "The database is as it was; run gimark ledger check with the program you had; if they differed "
                    "before, add --accept-differences",
                ),
            )
        )


def _failed(what: str) -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "database",
                f"升级没有成功（{what}）",
                f"the upgrade failed ({what})",
                "数据库保持原样；请用原来的程序继续运行，并把日志交给开发者",
                "The database is as it was; go on with the program you had, and give the log to the developers",
            ),
        )
    )
