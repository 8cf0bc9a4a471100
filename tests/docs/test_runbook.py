"""The runbook's commands are those of the program, with options that they have."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from api.settings import Settings
from scripts.cli.commands import app

ROOT = Path.cwd()
TEXT = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r"```(?:console|shell-session)\n(.*?)```", re.S)
INLINE = re.compile(r"`gimark ([^`]+)`")


def commands() -> Iterator[tuple[str, ...]]:
    """The words behind `gimark` of every command in a console block or between backticks."""
    for block in BLOCKS.findall(TEXT):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "))
            if words and words[0].endswith("/gimark"):
                yield tuple(words[1:])
    for words in INLINE.findall(TEXT):
        yield tuple(shlex.split(words))


COMMANDS = sorted(set(commands()))


def test_the_runbook_names_the_whole_life_of_keys() -> None:
    assert {("keys", verb) for verb in ("show", "add", "retire", "revoke", "publish")} <= {c[:2] for c in COMMANDS}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_the_options_that_are_used(words: tuple[str, ...]) -> None:
    names = [word for word in words if re.fullmatch(r"[a-z]+", word)]
    options = {word for word in words if word.startswith("--")}
    command, depth = typer.main.get_command(app), 0
    while (inner := getattr(command, "commands", None)) and names[depth:]:
        command, depth = inner.get(names[depth]), depth + 1
        assert command is not None, f"gimark {' '.join(names[:depth])}"
    answered = CliRunner().invoke(app, [*names[:depth], "--help"], env={"COLUMNS": "200"})
    assert answered.exit_code == 0, answered.output
    shown = set(re.findall(r"--[a-z][a-z-]*", answered.output))
    assert options - {"--help"} <= shown


def test_what_the_runbook_says_the_program_says_is_said_somewhere() -> None:
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("trace/gimark", "api", "scripts")
        for path in (ROOT / room).rglob("*.py")
    )
    quoted = re.findall(r"“([^”]+)”", TEXT.partition("## What to do when")[2])
    assert quoted
    assert [words for words in quoted if words not in said] == []


def test_the_settings_that_the_runbook_sets_exist() -> None:
    named = set(re.findall(r"GIMARK_([A-Z_]+)", TEXT))
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}
