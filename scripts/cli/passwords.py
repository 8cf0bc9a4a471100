"""`gimark user password` and `gimark user reset`."""

import getpass
import sys

from gimark.accounts.actions import change_password, reset_password
from gimark.accounts.queries import ref_of
from gimark.errors import invalid
from scripts.cli.office import acting_as, console, installation


def change(name: str) -> None:
    """Ask for the old and the new password, without showing them, and change it.

    Where no terminal is there to ask at, each is a line of standard input.
    """
    store = installation().store
    old, new = _ask("原密码 / old password"), _ask("新密码 / new password")
    if sys.stdin.isatty() and _ask("再输一次 / again") != new:
        raise invalid(
            "password",
            "两次输入的新密码不同",
            "the new password was typed in two ways",
            "没有更改，请重试",
            "Nothing was changed; try again",
        )
    change_password(store, name, old, new)
    console.print(f"{name}  密码已更改 / the password was changed", highlight=False)


def reset(name: str, actor_name: str) -> None:
    """Give a user a new one-time password, and show it."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        user = reset_password(act, actor, ref_of(act.session, actor, name))
        act.commit()
    console.print(f"{user.name}  一次性密码 / one-time password  [bold]{user.one_time_password}[/]", highlight=False)


def _ask(what: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ")
    return sys.stdin.readline().rstrip("\r\n")
