"""The command tree as it is read: what cannot be read is refused like everything else, with the status 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer._click.core import Context
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.core import TyperGroup

from scripts.cli.failing import on_one_line

NOT_UNDERSTOOD = 2


class Commands(TyperGroup):
    """The whole tree of commands; nothing below it words a usage error of its own."""

    def make_context(self, *args: Any, **kwargs: Any) -> Context:
        """Read what stands before the first command. Raises typer.Exit, with the refusal said."""
        with _said_plainly():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Context) -> Any:
        """Read and run the command. Raises typer.Exit, with the refusal said."""
        with _said_plainly():
            return super().invoke(ctx)


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as error:
        from gimark.errors import InvalidInputError
        from scripts.cli.usage import fault

        said = str(InvalidInputError((fault(error),)))
        typer.secho(on_one_line(said), fg=typer.colors.RED, err=True)
        raise typer.Exit(NOT_UNDERSTOOD) from error
