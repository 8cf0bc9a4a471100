"""What a command works with: the settings, the database, and whoever it acts for."""

from functools import cache

from rich.console import Console

from api.installation import Installation, open_installation
from api.settings import Settings
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor

# Lines are never cut at the terminal's width: another program may read them.
console = Console(soft_wrap=True)


@cache
def installation() -> Installation:
    """The installation that the environment names, opened once per command."""
    return open_installation(Settings())


def acting_as(name: str) -> Actor:
    """The active user `name`; raises NotFoundError. The command obeys the same permissions as the desks."""
    with installation().store.reading() as session:
        return actor_for(session, name)
