"""Whoever is told to run a command can run it: every `gimark …` that a message, page or document names exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scripts.cli.commands import app

ROOT = Path.cwd()
SOURCES = sorted(path for room in ("trace/gimark", "api", "labels", "scripts") for path in (ROOT / room).rglob("*.py"))
PAGES = sorted([*(ROOT / "api/templates").glob("*.html"), *(ROOT / "api/locales").rglob("*.po")])
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("scripts/**/*.md")])
# In running text only what is quoted, or stands behind a prompt, is meant as a command.
IN_TEXT = re.compile(r"gimark ([a-z]+)(?: ([a-z]+))?")
IN_DOCUMENT = re.compile(r"(?:`|\$ |/)gimark ([a-z]+)(?: ([a-z]+))?")

TREE = typer.main.get_command(app)


def wrong(command: str, below: str) -> bool:
    """Whether there is no such command, or it is a group and `below` is none of its commands."""
    found = TREE.commands.get(command)  # type: ignore[attr-defined]
    if found is None:
        return True
    return bool(below) and hasattr(found, "commands") and below not in found.commands


def texts_of(source: Path) -> Iterator[str]:
    """Every text of a program, docstrings too."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def named_in(path: Path) -> Iterator[tuple[str, str]]:
    pattern = IN_TEXT if path.suffix != ".md" else IN_DOCUMENT
    texts = texts_of(path) if path.suffix == ".py" else [path.read_text(encoding="utf-8")]
    for text in texts:
        yield from pattern.findall(text)


@pytest.mark.parametrize("paths", [SOURCES, PAGES, DOCUMENTS], ids=["sources", "pages", "documents"])
def test_every_command_that_is_named_exists(paths: list[Path]) -> None:
    named = [
        (str(path.relative_to(ROOT)), " ".join(words)) for path in paths for words in named_in(path) if wrong(*words)
    ]
    assert named == []


def test_the_commands_are_found_where_messages_name_them() -> None:
    found = {named for path in SOURCES for named in named_in(path)}
    assert {("keys", "add"), ("ledger", "rebuild"), ("init", "")} <= found
    assert wrong("nonsense", "")
    assert wrong("keys", "nonsense")


def test_every_command_answers_to_help() -> None:
    runner = CliRunner()
    for words in commands():
        answered = runner.invoke(app, [*words, "--help"])
        assert answered.exit_code == 0, words


def commands() -> Iterator[list[str]]:
    """Every command of the tree."""
    for name, command in TREE.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        yield from ([name, word] for word in below) if below else [[name]]
