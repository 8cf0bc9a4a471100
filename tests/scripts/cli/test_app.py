"""The command's entry point, which everything else is behind."""

import sys
from types import ModuleType

import pytest

from scripts.cli.app import main


class Interrupted(ModuleType):
    """Somebody presses Ctrl-C while this is imported, or while the commands are put together."""

    def __getattr__(self, _name: str) -> object:
        raise KeyboardInterrupt


def test_whoever_interrupts_it_before_it_does_anything_is_shown_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scripts.cli.commands", Interrupted("scripts.cli.commands"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
