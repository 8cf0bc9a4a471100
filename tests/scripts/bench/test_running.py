"""`gimark bench`: each name is a bench, an unknown one is refused, and the page holds a section of each."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from gimark.errors import InvalidInputError
from scripts.bench import running
from scripts.bench.report import BenchOptions

NAMED = ("qr", "issue", "labels", "verify", "ledger")


@pytest.mark.parametrize("name", running.BENCHES)
def test_every_bench_can_be_run(name: str) -> None:
    assert callable(import_module(f"scripts.bench.{name.replace('-', '_')}").run)


def test_an_unknown_bench_is_refused_before_any_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "import_module", lambda name: pytest.fail(f"{name} was run"))
    with pytest.raises(InvalidInputError, match="nonsense"):
        running.run(["qr", "nonsense"], BenchOptions(quick=True), "json")


def test_the_page_of_figures_has_a_section_of_each() -> None:
    page = Path("docs/performance.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |\Z)", page))
    assert set(NAMED) <= set(running.BENCHES)
    for name in NAMED:
        assert re.search(r"^\|.*\| (reached|\*\*missed\*\*) \|$", sections[name], re.M), name
