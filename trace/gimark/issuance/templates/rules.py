"""How a version of a stored template is named, which goods a template serves, and how many of them there may be."""

import re
from collections.abc import Collection
from dataclasses import dataclass

LONGEST_NAME = 60
LONGEST_CONTENT = 20_000
MOST_TEMPLATES = 200
MOST_VERSIONS = 999
_VERSION = re.compile(r"([0-9a-hjkmnp-tv-z]{16})\.([1-9][0-9]{0,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class VersionName:
    """A version of a stored template as a print order names it: `1d3f5h7k9n2q4s6v.3`."""

    ref: str
    number: int

    def __str__(self) -> str:
        return f"{self.ref}.{self.number}"


def read_version_name(name: str) -> VersionName | None:
    """The version that `name` names; None for any other name, such as that of a template of the program."""
    found = _VERSION.fullmatch(name)
    return None if found is None else VersionName(found[1], int(found[2]))


def serves(bound_to: int | None, borne: Collection[int]) -> bool:
    """Whether a template is for labels that bear the rights `borne`; bound to one, it is for no others."""
    return bound_to is None or bound_to in borne
