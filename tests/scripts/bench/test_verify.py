"""The look-up benchmark asks what it says it asks, and its server gives verdicts."""

import pytest

from scripts.bench import verify
from scripts.bench.report import BenchOptions
from scripts.bench.verify_site import LEAST

pytestmark = pytest.mark.long

TARGETS = [f"/01/09521234500018/10/LOT/21/{n:013}?s={'x' * 90}" for n in range(1_000)]


def test_a_code_seen_first_is_never_asked_twice_and_a_warm_one_always() -> None:
    kinds = verify._kinds(TARGETS)
    cold = [*kinds["json"].next_targets(100), *kinds["html"].next_targets(100)]
    assert len(set(cold)) == 200
    warm = set(kinds["json again"].next_targets(verify.STRETCH))
    assert warm == set(kinds["html again"].next_targets(verify.STRETCH))
    assert warm.isdisjoint(cold)
    assert set(kinds["least"].next_targets(5)) <= {LEAST + target for target in warm}


def test_a_forged_target_differs_in_one_character_of_the_signature() -> None:
    [target] = TARGETS[:1]
    forged = verify.forged(target)
    assert [a != b for a, b in zip(target, forged, strict=True)].count(True) == 1
    assert forged.partition("?s=")[0] == target.partition("?s=")[0]


def test_a_run_measures_every_kind_and_checks_every_answer() -> None:
    report = verify.run(BenchOptions(n=1))
    assert len(report.rows) == 7
    assert all(row.measured > 0 and row.ratio is not None and row.ratio > 0 for row in report.rows)
