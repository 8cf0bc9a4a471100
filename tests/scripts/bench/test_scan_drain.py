"""The drain bench scans, ends the server and finds what was stored."""

import pytest

from scripts.bench import scan_drain

pytestmark = pytest.mark.long


def test_told_to_stop_nothing_that_was_answered_is_missing() -> None:
    outcome = scan_drain.measure(scan_drain.CASES[0], 200)
    assert outcome.answered >= 100
    assert outcome.lost == 0


@pytest.mark.postgres
def test_killed_when_answers_wait_for_postgresql_nothing_is_missing_either(postgres_server: str) -> None:
    outcome = scan_drain.measure(scan_drain.CASES[1], 200, postgres_server)
    assert outcome.answered >= 100
    assert outcome.lost == 0
