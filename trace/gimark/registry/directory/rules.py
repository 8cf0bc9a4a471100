"""What the public register may say of whom, and what a reader may look for in it."""

import unicodedata
from dataclasses import dataclass

from gimark.registry.authorizations.rules import Standing

MOST_CHARACTERS = 60
MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for: every part in the name or the USCC, a right (or all of a product's), a standing.

    `right` is the public reference of a right or of a product; None, like no parts, asks for everything.
    """

    parts: tuple[str, ...] = ()
    right: str | None = None
    standing: Standing | None = None


def parts_of(text: str) -> tuple[str, ...]:
    """What was typed, folded to half width and cut at blanks: at most 5 parts of the first 60 characters."""
    folded = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])
    return tuple(folded.split()[:MOST_PARTS])


def may_be_named(*, is_sole_trader: bool, has_salt: bool) -> bool:
    """Whether name, USCC and address may be shown. A sole trader is a natural person: with the salt goes the name."""
    return has_salt or not is_sole_trader
