"""The lists benchmark asks for pages that are full, of a county that the acts could have left."""

import pytest

from scripts.bench import lists
from scripts.bench.report import BenchOptions

pytestmark = [pytest.mark.long, pytest.mark.postgres]


def test_every_list_is_asked_at_every_size_and_judged_beside_its_smallest(
    monkeypatch: pytest.MonkeyPatch, postgres_server: str
) -> None:
    monkeypatch.setattr(lists, "WARMING", 1)
    monkeypatch.setattr(lists, "REQUESTS", 1)
    report = lists.run(BenchOptions(n=1_000, postgres=postgres_server))
    assert [row.work for row in report.rows] == [
        f"{asked.work}, among 1,000, {kind}" for kind in ("SQLite", "PostgreSQL") for asked in lists.REQUESTS_ASKED
    ]
    for row in report.rows:
        assert row.peer is not None
        assert row.measured == row.peer.value > 0
        assert row.reached is True
