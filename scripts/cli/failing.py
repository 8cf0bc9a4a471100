"""Errors as a person at a terminal wants them: what, why, what to do, in both languages; no traceback."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pydantic import ValidationError


@contextmanager
def said_plainly() -> Iterator[None]:
    """Print an error of the domain, of labels or of the settings and leave with code 1; a bug shows its traceback."""
    from pydantic import ValidationError

    from gimark.errors import GimarkError
    from labels.errors import LabelError

    try:
        yield
    except (GimarkError, LabelError) as error:
        raise _said(error.lines()) from error
    except ValidationError as error:
        if error.title != "Settings":
            raise
        raise _said(_settings_faults(error)) from None  # its own text quotes the input, passphrase and all


def on_one_line(text: str) -> str:
    """`text` as it can be shown: what people sent may hold line ends, escape sequences or bytes that are no text."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _said(lines: Iterable[str]) -> typer.Exit:
    for line in lines:
        typer.secho(on_one_line(line), fg=typer.colors.RED, err=True)
    return typer.Exit(1)


def _settings_faults(error: "ValidationError") -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = f"GIMARK_{fault['loc'][0]}".upper() if fault["loc"] else "GIMARK_…"
        yield f"{name}：这项设置不能用，请改正。 / {name}: {fault['msg']}. Mend this setting."
