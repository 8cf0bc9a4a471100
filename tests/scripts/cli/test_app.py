"""The command's entry point, which everything else is behind."""

import sys
from types import ModuleType

import pytest

from scripts.cli.app import main


def test_whoever_interrupts_it_while_it_imports_is_shown_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, _name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "scripts.cli.commands", Interrupted("scripts.cli.commands"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
