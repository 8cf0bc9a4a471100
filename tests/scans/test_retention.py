"""Rows become months, months become totals, and nothing is counted twice however often the sweep comes by."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from gimark.clock import FixedClock
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import CodeScans, RunScans, ScanCheck, ScanMonth, TagKey
from gimark.scans.provinces import mask_of
from gimark.scans.retention import month_of, sweep
from gimark.scans.tag_keys import TagKeys
from gimark.store.unit_of_work import Store

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


def test_a_run_not_checked_for_36_months_keeps_its_totals_alone(any_store: Store, clock: FixedClock) -> None:
    write(any_store, (7, MONDAY, ONE, None), (8, MONDAY, ONE, None), (8, MONDAY + timedelta(days=40), ONE, None))
    write(any_store, (7, MONDAY + timedelta(days=400), ONE, None), run_id=2)
    clock.at = datetime(2029, 9, 30, tzinfo=UTC)
    assert sweep(any_store).runs_totalled == 0
    clock.at = datetime(2029, 10, 1, tzinfo=UTC)
    assert sweep(any_store).runs_totalled == 1
    with any_store.reading() as session:
        total = session.get_one(RunScans, 1)
        assert (total.checks, total.codes) == (3, 2)
        assert session.scalars(select(CodeScans.run_id)).all() == [2]
    assert sweep(any_store).runs_totalled == 0


def test_old_keys_are_destroyed_with_it(any_store: Store, clock: FixedClock) -> None:
    TagKeys(any_store).prepare(MONDAY)
    clock.at = MONDAY + timedelta(days=40)
    assert sweep(any_store).keys_destroyed == 2
    with any_store.reading() as session:
        assert session.scalars(select(TagKey.week)).all() == []
