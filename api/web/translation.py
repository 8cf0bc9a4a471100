"""Texts in the reader's language. Source texts are Chinese; the English catalogue is `api/locales/en`.

A catalogue is read from its .po file when it is first needed, so there is no build step between an edit and a page.
`pybabel` keeps it complete; the commands stand at the head of `api/locales/babel.cfg`.
"""

import gettext
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.web.language import Language

LOCALES = Path(__file__).resolve().parent.parent / "locales"


# What gettext itself puts between a context and its text.
CONTEXT = "\x04"


class Say(Protocol):
    """Puts a source text into one language and fills its `%(name)s` places."""

    def __call__(self, text: str, /, **values: object) -> str: ...


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's own tools look for
    """Marks a text that stands in a table for the catalogue; it is translated where it is used."""
    return text


def pgettext(context: str, text: str) -> str:
    """Marks a text like N_ where its English depends on where it stands: `登记批次` is to be done, or was (`done`)."""
    return f"{context}{CONTEXT}{text}"


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The gettext catalogue of `language`; Chinese needs none, as the source texts are Chinese."""
    if language == "zh":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def translator(language: Language) -> Callable[[str], str]:
    """A source text in `language`; without its context where the catalogue has nothing."""
    translated = catalogue(language).gettext
    return lambda text: translated(text).rpartition(CONTEXT)[2]


@cache
def sayer(language: Language) -> Say:
    """`say(text, **values)` for `language`. A text without values is taken as it is: `%` needs no doubling there."""
    translated = translator(language)

    def say(text: str, /, **values: object) -> str:
        return translated(text) % values if values else translated(text)

    return say
