"""Texts in the reader's language. Source texts are Chinese; the English catalogue is `api/locales/en`.

A catalogue is read from its .po file when it is first needed, so there is no build step between an edit and a page.
`pybabel` keeps it complete; the commands stand at the head of `api/locales/babel.cfg`.
"""

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.web.language import Language

LOCALES = Path(__file__).resolve().parent.parent / "locales"


class Say(Protocol):
    """Puts a source text into one language and fills its `%(name)s` places."""

    def __call__(self, text: str, /, **values: object) -> str: ...


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's own tools look for
    """Marks a text that stands in a table for the catalogue; it is translated where it is used."""
    return text


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
def sayer(language: Language) -> Say:
    """`say(text, **values)` for `language`. A text without values is taken as it is: `%` needs no doubling there."""
    translated = catalogue(language).gettext

    def say(text: str, /, **values: object) -> str:
        return translated(text) % values if values else translated(text)

    return say
