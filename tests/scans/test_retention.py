"""Rows become months, months become totals, and nothing is counted twice however often the sweep comes by."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from gimark.clock import FixedClock
from gimark.issuance.model import IssueRun
from gimark.registry.items.model import TradeItem
from gimark.scans.hours import hour_of, month_of
from gimark.scans.keeping import LONGEST_SHELF_LIFE, kept_until, shelf_life_months
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import CodeScans, RunScans, ScanCheck, ScanMonth, TagKey, VerdictHour
from gimark.scans.provinces import mask_of
from gimark.scans.retention import sweep
from gimark.scans.statistics.actions import count_checks
from gimark.scans.statistics.model import RunMonth, RunProvince, VerdictMonth
from gimark.scans.tag_keys import TagKeys
from gimark.store.unit_of_work import Store
from tests.county import County, on_both

MONDAY = datetime(2026, 8, 3, 2, tzinfo=UTC)
ONE, OTHER = b"\x01" * 8, b"\x02" * 8


def write(store: Store, *looks: tuple[int, datetime, bytes, str | None], run_id: int = 1) -> None:
    with store.acting() as act:
        rows = [Look(hour_of(at), "authentic", province, run_id, idx, device) for idx, at, device, province in looks]
        write_looks(act.session.connection(), rows)
        act.commit()


def months(store: Store) -> dict[tuple[int, int], tuple[int, int, int]]:
    with store.reading() as session:
        return {(m.idx, m.month): (m.checks, m.devices, m.provinces) for m in session.scalars(select(ScanMonth))}


def rows_left(store: Store) -> int:
    with store.reading() as session:
        return len(session.scalars(select(ScanCheck.idx)).all())


def test_a_week_that_ended_90_days_ago_becomes_months(any_store: Store, clock: FixedClock) -> None:
    write(
        any_store,
        (7, MONDAY, ONE, "33"),
        (7, MONDAY + timedelta(days=1), ONE, "31"),
        (7, MONDAY + timedelta(days=2), OTHER, None),
        (8, MONDAY, ONE, None),
    )
    clock.at = MONDAY + timedelta(days=90)
    assert sweep(any_store).rows_folded == 0
    clock.at = MONDAY + timedelta(days=97)
    assert sweep(any_store).rows_folded == 4
    assert months(any_store) == {(7, 202608): (3, 2, mask_of("33") | mask_of("31")), (8, 202608): (1, 1, 0)}
    assert rows_left(any_store) == 0
    assert sweep(any_store).rows_folded == 0
    with any_store.reading() as session:
        assert {row.idx: row.checks for row in session.scalars(select(CodeScans))} == {7: 3, 8: 1}


def test_a_device_counts_once_a_week_and_weeks_add_up(any_store: Store, clock: FixedClock) -> None:
    write(any_store, (7, MONDAY, ONE, None), (7, MONDAY + timedelta(days=7), ONE, None))
    clock.at = MONDAY + timedelta(days=200)
    sweep(any_store)
    assert months(any_store) == {(7, 202608): (2, 2, 0)}


def test_two_runs_and_a_recent_week_are_kept_apart(any_store: Store, clock: FixedClock) -> None:
    write(any_store, (7, MONDAY, ONE, None))
    write(any_store, (7, MONDAY, ONE, None), run_id=2)
    write(any_store, (7, MONDAY + timedelta(days=95), ONE, None))
    clock.at = MONDAY + timedelta(days=100)
    assert sweep(any_store).rows_folded == 2
    assert rows_left(any_store) == 1


def test_the_month_turns_at_midnight_in_shanghai() -> None:
    midnight = datetime(2026, 8, 31, 16, tzinfo=UTC)
    assert month_of(hour_of(midnight - timedelta(hours=1))) == 202608
    assert month_of(hour_of(midnight)) == 202609


def test_looks_by_verdict_become_months_too(any_store: Store, clock: FixedClock) -> None:
    recent = MONDAY + timedelta(days=60)
    with any_store.acting() as act:
        looks = [Look(hour_of(at), "bad_signature", province) for at in (MONDAY, recent) for province in ("33", None)]
        write_looks(act.session.connection(), [*looks, looks[0]])
        act.commit()
    clock.at = MONDAY + timedelta(days=97)
    assert sweep(any_store).verdicts_folded == 2
    assert sweep(any_store).verdicts_folded == 0
    with any_store.reading() as session:
        months = {(m.month, m.reason, m.province): m.looks for m in session.scalars(select(VerdictMonth))}
        assert months == {(202608, "bad_signature", "33"): 2, (202608, "bad_signature", ""): 1}
        assert {row.hour for row in session.scalars(select(VerdictHour))} == {hour_of(recent)}


@on_both
def test_months_are_kept_for_the_shelf_life_and_twelve_more_and_totals_for_ever(
    county: County, clock: FixedClock
) -> None:
    store = county.store
    run = county.run(county.batch())
    with store.acting() as act:
        act.session.execute(update(TradeItem).where(TradeItem.ref == county.item_ref).values(shelf_life="12个月"))
        run_id = act.session.scalars(select(IssueRun.id)).one()
        act.commit()
    assert run.lot == "YX26A0317"
    now = clock.at
    write(store, (7, now, ONE, "33"), (8, now, ONE, None), (8, now + timedelta(days=40), OTHER, "31"), run_id=run_id)
    clock.at = datetime(2028, 11, 30, 15, tzinfo=UTC)  # packed in November 2026
    count_checks(store)
    assert sweep(store).runs_totalled == 0
    assert months(store).keys() == {(7, 202611), (8, 202611), (8, 202701)}

    clock.at += timedelta(hours=1)  # December in Shanghai
    assert sweep(store).runs_totalled == 1
    assert sweep(store).runs_totalled == 0
    with store.reading() as session:
        assert months(store) == {}
        assert session.scalars(select(RunMonth.month)).all() == []
        assert session.scalars(select(CodeScans.idx)).all() == []
        total = session.get_one(RunScans, run_id)
        assert (total.checks, total.codes, total.forgotten_codes) == (3, 2, 2)
        assert {row.province: row.checks for row in session.scalars(select(RunProvince))} == {"33": 1, "": 1, "31": 1}


@on_both
def test_a_check_after_the_months_are_forgotten_still_raises_the_totals(county: County, clock: FixedClock) -> None:
    store = county.store
    county.run(county.batch())
    with store.reading() as session:
        run_id = session.scalars(select(IssueRun.id)).one()
    write(store, (7, clock.at, ONE, "33"), run_id=run_id)
    clock.at = datetime(2030, 1, 1, tzinfo=UTC)
    sweep(store)
    write(store, (9, clock.at, ONE, "33"), run_id=run_id)
    count_checks(store)
    sweep(store)
    with store.reading() as session:
        total = session.get_one(RunScans, run_id)
        assert (total.checks, total.codes, total.forgotten_codes) == (2, 2, 1)
        assert session.scalars(select(CodeScans.idx)).all() == [9], "its row is there, so its sums are"


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("12个月", 12),
        ("18 个月", 18),
        ("2年", 24),
        ("30天", 1),
        ("7天", 1),
        ("45日", 2),
        ("2周", 1),
        ("6 months", 6),
        ("1 year", 12),
        ("90 days", 3),
        (None, LONGEST_SHELF_LIFE),
        ("", LONGEST_SHELF_LIFE),
        ("见包装", LONGEST_SHELF_LIFE),
        ("12个月（未开封）", LONGEST_SHELF_LIFE),
    ],
)
def test_a_shelf_life_is_read_in_months_or_taken_for_the_longest(text: str | None, months: int) -> None:
    assert shelf_life_months(text) == months


def test_what_was_packed_in_a_month_is_kept_to_the_end_of_the_same_month_years_later() -> None:
    assert kept_until(date(2026, 11, 30), "12个月") == 202811
    assert kept_until(date(2026, 12, 1), "1个月") == 202801
    assert kept_until(date(2026, 1, 1), None) == 202901


def test_old_keys_are_destroyed_with_it(any_store: Store, clock: FixedClock) -> None:
    TagKeys(any_store).prepare(MONDAY)
    clock.at = MONDAY + timedelta(days=40)
    assert sweep(any_store).keys_destroyed == 2
    with any_store.reading() as session:
        assert session.scalars(select(TagKey.week)).all() == []
