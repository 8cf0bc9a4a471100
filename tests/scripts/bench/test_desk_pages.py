"""The bench of the desks' pages finds every one of them, and none that has no figure."""

import pytest

from scripts.bench import desk_pages
from scripts.bench.report import BenchOptions
from scripts.cli.touring import routes

pytestmark = pytest.mark.long

# What is left of the routes are downloads, streams, and what only some state of work leads to.
LEAST_FOUND = 60


def test_pages_of_every_desk_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_pages, "ROUNDS", 1)
    report = desk_pages.run(BenchOptions(n=1))
    found = [row.work.partition(",")[0] for row in report.rows]
    assert len(found) == len(set(found)) >= LEAST_FOUND
    assert set(found) <= routes().keys()
    for route in ("/regulator", "/producer", "/users", "/studio", "/studio/templates/{ref}", "/studio/preview.svg"):
        assert route in found
    assert {"/regulator/codes/{serial}", "/producer/codes/{serial}"} <= set(found)
    for row in report.rows:
        assert row.measured > 0
        assert row.peer is not None
