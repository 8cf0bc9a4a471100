"""The tree of `gimark enterprise …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName, Reason

enterprise = typer.Typer(no_args_is_help=True, help="企业 / Enterprises.")


@enterprise.callback()
def _tree() -> None:
    """A tree, however few its commands are."""


@enterprise.command("erase")
def enterprise_erase(
    uscc: Annotated[str, typer.Argument(help="个体工商户的信用代码 / The sole trader's USCC.")],
    reason: Reason,
    as_: ActorName,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 / Do not ask.")] = False,
) -> None:
    """依法撤下个体工商户的姓名、代码和地址，不可恢复。 / Take a sole trader's name off ledger and pages, for good."""
    from scripts.cli import enterprises

    with said_plainly():
        enterprises.erase(uscc, reason, as_, is_confirmed=yes)
