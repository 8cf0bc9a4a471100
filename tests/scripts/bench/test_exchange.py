"""The exchange benchmark registers, recognises and refuses what it says, and writes the list that it says."""

import pytest

from scripts.bench import exchange
from scripts.bench.report import BenchOptions

pytestmark = pytest.mark.long


def test_every_way_of_an_upload_and_every_kind_of_list_is_measured() -> None:
    report = exchange.run(BenchOptions(n=200))
    assert [row.work for row in report.rows] == [
        "200 rows uploaded and registered",
        "200 rows uploaded and recognised",
        "200 rows uploaded and refused with every reason",
        "of that, the write lock held while 200 rows are registered",
        "list of 200 rows as xlsx",
        "list of 200 rows as CSV",
    ]
    assert all(row.measured > 0 for row in report.rows)
    assert all(row.reached for row in report.rows)
