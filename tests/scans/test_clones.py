"""Clone rules: each reason at its edge, the network cap, sweeps, and what makes a suspect."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.scans.clones import (
    CERTAIN,
    Check,
    CloneLimits,
    CloneReason,
    Suspicion,
    certain_reasons,
    clone_reasons,
    suspicion,
    sweeps,
    week_of,
    without_sweeps,
)

LIMITS = CloneLimits()
MONDAY = datetime(2026, 11, 16, 2, tzinfo=UTC)  # 10:00 in Shanghai


def check(hours: float = 0, network: int = 0, device: int = 0, province: str | None = None) -> Check:
    tag = network.to_bytes(3, "big") + device.to_bytes(5, "big")
    return Check(MONDAY + timedelta(hours=hours), province, tag)


def test_nothing_speaks_against_a_code_nobody_checked() -> None:
    assert clone_reasons([], LIMITS) == frozenset()


def test_many_devices_counts_devices_of_one_week() -> None:
    seven = [check(hours=i, network=i, device=i) for i in range(7)]
    assert CloneReason.MANY_DEVICES not in clone_reasons(seven, LIMITS)
    assert clone_reasons([*seven, check(hours=9, network=9, device=9)], LIMITS) == {CloneReason.MANY_DEVICES}
    assert CloneReason.MANY_DEVICES not in clone_reasons([*seven, check(7 * 24, network=9, device=9)], LIMITS)


def test_the_same_device_again_is_no_further_device() -> None:
    assert clone_reasons([check(hours=i, network=i // 2) for i in range(6)], LIMITS) == frozenset()


def test_many_provinces_counts_known_provinces_only() -> None:
    spread = [check(24 * i, network=i, province=code) for i, code in enumerate(["33", "31", "32"])]
    unknown = [check(100, network=8, province=None)]
    assert clone_reasons([*spread, *unknown], LIMITS) == frozenset()
    assert clone_reasons([*spread, check(100, network=9, province="44")], LIMITS) == {CloneReason.MANY_PROVINCES}


@pytest.mark.parametrize(("hours", "far"), [(3, True), (4, False)])
def test_two_devices_first_seen_in_two_provinces_within_three_hours(hours: int, far: bool) -> None:
    pair = [check(0, network=1, device=1, province="33"), check(hours, network=2, device=2, province="31")]
    assert clone_reasons(pair, LIMITS) == ({CloneReason.FAR_APART} if far else frozenset())


def test_a_device_that_travels_is_not_two_devices() -> None:
    train = [check(0, network=1, province="33"), check(2, network=1, province="31")]
    assert clone_reasons(train, LIMITS) == frozenset()


def test_checks_in_four_separate_weeks_after_the_first() -> None:
    weekly = [check(i * 7 * 24, network=i) for i in range(4)]
    assert clone_reasons(weekly, LIMITS) == frozenset()
    assert clone_reasons([*weekly, check(4 * 7 * 24, network=9)], LIMITS) == {CloneReason.LONG_AFTER}


def test_one_network_cannot_pass_for_many_devices() -> None:
    smear = [check(hours=i / 10, network=1, device=i) for i in range(40)]
    assert clone_reasons(smear, LIMITS) == frozenset()
    days = [check(hours=24 * (i // 2) + i / 10, network=1, device=i) for i in range(6)]
    assert clone_reasons(days, LIMITS) == frozenset()


@given(
    st.lists(
        st.builds(
            check,
            hours=st.integers(0, 2000),
            network=st.integers(0, 5),
            device=st.integers(0, 20),
            province=st.sampled_from([None, "33", "31", "44", "11", "35"]),
        ),
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_checks_changes_nothing_and_another_check_takes_no_device_away(
    checks: list[Check], random: object
) -> None:
    shuffled = list(checks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert clone_reasons(shuffled, LIMITS) == clone_reasons(checks, LIMITS)
    later = check(hours=5000, network=77, device=77)
    assert clone_reasons(checks, LIMITS) <= clone_reasons([*checks, later], LIMITS)


def test_a_voided_code_that_is_checked_is_certain() -> None:
    found = certain_reasons(has_ended=True, unactivated_since=None, is_tester=True, at=MONDAY, limits=LIMITS)
    assert found == {CloneReason.ENDED_CODE}


@pytest.mark.parametrize(
    ("days", "is_tester", "found"), [(1, True, False), (29, True, False), (30, True, True), (0, False, True)]
)
def test_an_unactivated_code_is_certain_outside_the_printers_own_tests(days: int, is_tester: bool, found: bool) -> None:
    reasons = certain_reasons(
        has_ended=False,
        unactivated_since=MONDAY,
        is_tester=is_tester,
        at=MONDAY + timedelta(days=days),
        limits=LIMITS,
    )
    assert reasons == ({CloneReason.NOT_ACTIVATED} if found else frozenset())


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((), Suspicion.NONE),
        ((CloneReason.MANY_DEVICES,), Suspicion.WATCH),
        ((CloneReason.MANY_DEVICES, CloneReason.FAR_APART), Suspicion.SUSPECT),
        *[((reason,), Suspicion.SUSPECT) for reason in sorted(CERTAIN)],
    ],
)
def test_two_reasons_or_a_certain_one_make_a_suspect(reasons: tuple[CloneReason, ...], expected: Suspicion) -> None:
    assert suspicion(reasons) is expected


def test_a_sweep_over_a_run_accuses_no_code() -> None:
    hits = [
        (index, check(hours=index / 1000, network=network, device=index)) for index in range(20) for network in (1, 2)
    ]
    honest = (3, check(5, network=50, device=50, province="33"))
    swept = sweeps([*hits, honest], LIMITS)
    assert {network for _, network in swept} == {(1).to_bytes(3, "big"), (2).to_bytes(3, "big")}
    of_three = [c for index, c in [*hits, honest] if index == 3]
    assert without_sweeps(of_three, swept) == [honest[1]]


def test_a_household_that_checks_a_few_packs_is_no_sweep() -> None:
    assert sweeps([(index, check(network=1)) for index in range(19)], LIMITS) == frozenset()


def test_the_week_turns_at_midnight_in_shanghai() -> None:
    sunday_night = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    assert week_of(sunday_night) == (2026, 47)
    assert week_of(sunday_night + timedelta(minutes=1)) == (2026, 48)
