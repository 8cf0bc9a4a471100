"""Somebody at a terminal: `gimark …` run in this process, on an installation that a test made."""

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.installation import Installation
from scripts import cli
from scripts.cli import office
from scripts.cli.commands import app


def gimark(*arguments: str | Path, code: int = 0, typed: str = "") -> Result:
    """What `gimark` with these arguments says, having ended with `code`; `typed` is what was typed when it asked."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
    assert result.exit_code == code, result.output
    return result


def sit_at(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every command works on `here`, on a terminal wide enough for its tables."""
    monkeypatch.setattr(office.console, "width", 200, raising=False)
    names = [module.name for module in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}.")]
    # All are imported before any is changed: one that came later would keep the changed name for good.
    modules = [import_module(name) for name in names if not name.endswith("__main__")]
    for module in modules:
        if hasattr(module, "installation"):
            monkeypatch.setattr(module, "installation", lambda: here)
