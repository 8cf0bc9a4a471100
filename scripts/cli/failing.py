"""Errors as a person at a terminal wants them: what, why, what to do, in both languages; no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer


@contextmanager
def said_plainly() -> Iterator[None]:
    """Print an error of the domain or of labels and leave with code 1; a bug still shows its traceback."""
    from gimark.errors import GimarkError
    from labels.errors import LabelError

    try:
        yield
    except (GimarkError, LabelError) as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from error
