"""The start bench starts real processes, sees their first answers, and ends them."""

import pytest

from scripts.bench.report import BenchOptions
from scripts.bench.start import run

pytestmark = pytest.mark.long


def test_every_start_is_measured_beside_its_peer() -> None:
    rows = {row.work: row for row in run(BenchOptions(quick=True)).rows}
    assert list(rows) == ["gimark --help", "gimark serve to its first green look-up", "the same, start and stop"]
    for row in rows.values():
        assert row.peer is not None
        assert row.measured > row.peer.value > 0
        assert row.ratio == row.measured / row.peer.value
