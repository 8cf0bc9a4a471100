"""The locks: everything the project asks for, pinned and hashed, and nowhere an address to fetch it from."""

import re
import tomllib
from pathlib import Path

import pytest

PINNED = re.compile(r"([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==[^\s;]+(?: ; [^\\]+?)?((?: --hash=sha256:[0-9a-f]{64})+)")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def asked(*groups: list[str]) -> set[str]:
    """The names of the packages asked for."""
    return {re.split(r"[\[; ]", wanted)[0] for group in groups for wanted in group}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", asked(PROJECT["dependencies"], EXTRAS["build"])),
        ("requirements-dev.txt", asked(PROJECT["dependencies"], EXTRAS["build"], EXTRAS["test"])),
        ("requirements-bench.txt", asked(PROJECT["dependencies"], EXTRAS["bench"])),
    ],
)
def test_whatever_is_asked_for_is_pinned_and_hashed_without_an_address(lock: str, wanted: set[str]) -> None:
    text = re.sub(r"(?m)^\s*#.*\n?", "", Path(lock).read_text(encoding="utf-8"))
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    pinned = [PINNED.fullmatch(line) for line in lines]
    assert [line for line, found in zip(lines, pinned, strict=True) if found is None] == []
    assert wanted <= {found[1] for found in pinned if found}
