"""The tree of `gimark codes …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName, Reason

codes = typer.Typer(no_args_is_help=True, help="标识号段 / Ranges of codes.")

Run = Annotated[str, typer.Argument(metavar="RUN", help="赋码批编号 / The run's reference.")]
First = Annotated[str, typer.Argument(help="首枚：序号或标识 / First: index or code.")]
Last = Annotated[str, typer.Argument(help="末枚：序号或标识 / Last: index or code.")]


@codes.command("activate")
def codes_activate(run: Run, first: First, last: Last, as_: ActorName) -> None:
    """激活。 / Activate."""
    _change("activate", run, first, last, as_, None)


@codes.command("void")
def codes_void(run: Run, first: First, last: Last, reason: Reason, as_: ActorName) -> None:
    """作废，不可恢复。 / Void, for good."""
    _change("void", run, first, last, as_, reason)


@codes.command("return")
def codes_return(run: Run, first: First, last: Last, reason: Reason, as_: ActorName) -> None:
    """退标：未用标签退回，用量恢复。 / Return unused labels; their volume comes back."""
    _change("return", run, first, last, as_, reason)


def _change(kind: str, run: str, first: str, last: str, actor: str, reason: str | None) -> None:
    from scripts.cli import issuing

    with said_plainly():
        issuing.change(kind, run, first, last, actor, reason)
