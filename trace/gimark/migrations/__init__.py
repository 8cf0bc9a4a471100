"""The schema's history, and the one way to bring a database to its head."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

HERE = Path(__file__).parent


def config(bind: Engine | Connection | None = None) -> Config:
    """Alembic's configuration for this package's migrations, run on `bind`."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["bind"] = bind
    return config


def upgrade(bind: Engine | Connection, revision: str = "head") -> None:
    """Bring the database to a revision of this version, in one transaction where the database can.

    On a connection the transaction is the caller's, who commits.
    """
    command.upgrade(config(bind), revision)


def head() -> str:
    """The revision this version of the program works with."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    if revision is None:
        raise RuntimeError("the package holds no migration")
    return revision


def current(bind: Engine | Connection) -> str | None:
    """The revision the database is at, None when it is empty."""
    if isinstance(bind, Connection):
        return MigrationContext.configure(bind).get_current_revision()
    with bind.connect() as connection:
        return current(connection)


def is_known(revision: str) -> bool:
    """Whether this version of the program can work on from `revision`; a newer version's it cannot."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(config()).walk_revisions())
