"""Every command that opens the installation says which schema it found, which it needs, and what to do."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from gimark import migrations
from scripts.cli import office
from scripts.cli.commands import app
from tests.founded import YUNXI, Founding
from tests.scripts.command import environment_for

# They open no installation, make one, or work on an old one; what serves is tested where it is served.
APART = {
    *("backup", "bench", "demo", "init", "profile check", "restore", "screenshots"),
    *("serve", "upgrade", "verify", "web", "worker"),
}
# What some parameters must look like to be looked at no further; anything will do for the others.
GIVEN = {
    **dict.fromkeys(("index", "count", "planned_kg", "packed_kg"), "1"),
    **dict.fromkeys(("from_", "until", "packed_on"), "2026-11-12"),
    "extra_kg": "1",
    "tag": "statute",
    "harvested": "2026-10-01..2026-10-21",
    "role": "producer_manager",
    "folder": str(YUNXI),
}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of the tree, by its words."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(app))]
    while waiting:
        words, command = waiting.pop()
        inner = getattr(command, "commands", None)
        if inner is None:
            yield " ".join(words), command
        else:
            waiting += [((*words, name), each) for name, each in inner.items()]


OPENING = {words: command for words, command in commands() if words not in APART}


def arguments_for(words: str, command: Any, folder: Path) -> list[str]:
    """The command with something for everything that it requires."""
    said = words.split()
    for parameter in command.params:
        if parameter.required:
            value = GIVEN.get(parameter.name, str(folder / "x"))
            said += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return said


@pytest.fixture
def old(founding: Founding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation whose database is of the first release."""
    here = founding.copy(tmp_path)
    with here.store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    here.store.engine.dispose()
    for name, value in environment_for(here.settings.data_dir).items():
        monkeypatch.setenv(name, value)
    for opened in (office.installation, office.of_any_version):
        opened.cache_clear()
    yield tmp_path
    for opened in (office.installation, office.of_any_version):
        opened.cache_clear()


def test_every_command_is_asked_or_stands_apart_for_a_reason() -> None:
    assert {words for words, _ in commands()} >= APART
    assert {"ledger check", "keys add", "keys recovery export", "issue", "sweep"} <= set(OPENING)


def test_every_command_on_an_old_schema_says_what_it_found_what_it_needs_and_the_remedy(old: Path) -> None:
    silent = {}
    for words, command in OPENING.items():
        said = CliRunner().invoke(app, arguments_for(words, command, old), env=dict(os.environ))
        told = said.output
        wanted = ("数据库版本为 0001", f"at 0001, the program needs {migrations.head()}", "gimark upgrade")
        if said.exit_code != 1 or any(part not in told for part in wanted):
            silent[words] = (said.exit_code, told, said.exception)
    assert silent == {}, silent
