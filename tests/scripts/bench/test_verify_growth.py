"""The rows that the growth bench makes are read by a look-up as those that acts made."""

import pytest

from scripts.bench import verify_growth
from scripts.bench.report import BenchOptions
from scripts.bench.verify_growth import Size

pytestmark = pytest.mark.long


def test_codes_of_copied_runs_are_green_whatever_the_number_of_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_growth, "QUICK_SIZES", (Size(10**3, 10**3), Size(3 * 10**5, 3 * 10**3)))
    # Every answer is checked by the bench itself: anything but green ends it.
    report = verify_growth.run(BenchOptions(n=1, quick=True))
    assert [row.work for row in report.rows] == [
        "1,000 codes issued, 1,000 scans stored",
        "300,000 codes issued, 3,000 scans stored",
    ]
    assert all(row.measured > 0 for row in report.rows)


def test_what_is_asked_for_was_scanned_and_is_asked_for_once() -> None:
    codes = verify_growth._distinct([4, 5, 6], each=50, count=100)
    assert len(set(codes)) == len(codes) == 100
    assert {run for run, _ in codes[:3]} == {4, 5, 6}
    assert all(0 <= idx < 50 for _, idx in codes)


def test_a_small_installation_gives_as_many_as_it_has() -> None:
    assert len(verify_growth._distinct([4], each=10, count=100)) == 10
