"""What a command works with: the settings, the database, and whoever it acts for."""

from functools import cache

from rich.console import Console
from rich.table import Table

from api.installation import Installation, open_installation
from api.settings import Settings
from api.upgrading import check_schema
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor
from gimark.errors import Fault, NotFoundError

# Lines are never cut at the terminal's width: another program may read them.
console = Console(soft_wrap=True)
MOST_COLUMNS = 1_000


def show(table: Table) -> None:
    """Print a table as wide as it is: a reference that is cut can be given to no command."""
    wide = Console(width=MOST_COLUMNS)
    Console(width=max(console.width, wide.measure(table).maximum)).print(table)


@cache
def installation() -> Installation:
    """The installation that the environment names, opened once per command.

    Raises StoreFailedError, which says what to do, when its database is of another version.
    """
    here = of_any_version()
    check_schema(here)
    return here


@cache
def of_any_version() -> Installation:
    """The same for a command that works on an old database: it is backed up, or brought to this version."""
    return open_installation(Settings())


def acting_as(name: str) -> Actor:
    """The active user `name`. The command obeys the same permissions as the desks. Raises NotFoundError."""
    with installation().store.reading() as session:
        try:
            return actor_for(session, name)
        except NotFoundError as error:
            raise NotFoundError((_NOBODY,)) from error


_NOBODY = Fault(
    "as",
    "没有这个用户，或已停用",
    "there is no such user, or it was switched off",
    "请核对 --as 后的登录名",
    "Check the login name after --as",
)
