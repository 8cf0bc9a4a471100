"""The schema's history, and the one way to bring a database to its head.

Where a database stands is asked at every start and by every look at `/readyz`, so it is answered without Alembic.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def config(bind: Engine | Connection | None = None) -> "Config":
    """Alembic's configuration for this package's migrations, run on `bind`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["bind"] = bind
    return config


def upgrade(bind: Engine | Connection, revision: str = "head") -> None:
    """Bring the database to a revision of this version, in one transaction where the database can.

    On a connection the transaction is the caller's, who commits.
    """
    from alembic import command

    command.upgrade(config(bind), revision)


def head() -> str:
    """The revision this version of the program works with."""
    return _revisions()[-1]


def current(bind: Engine | Connection) -> str | None:
    """The revision the database is at, None when it is empty."""
    if isinstance(bind, Engine):
        with bind.connect() as connection:
            return current(connection)
    if not inspect(bind).has_table("alembic_version"):
        return None
    revision: str | None = bind.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def is_known(revision: str) -> bool:
    """Whether this version of the program can work on from `revision`; a newer version's it cannot."""
    return revision in _revisions()


def _revisions() -> list[str]:
    """All of them, first to last: the history has no branches, and each file's name begins with its revision."""
    return sorted(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*_*.py"))
