"""The sums are those of a plain recount, whatever comes when, however late, and whoever counts at once."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select

from gimark.clock import FixedClock
from gimark.scans.hours import first_hour_of, hour_of, instant_of, month_of, week_of_hour
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import CodeScans, RunScans, ScanCheck, ScanMonth, VerdictHour
from gimark.scans.retention import sweep
from gimark.scans.statistics import actions
from gimark.scans.statistics.actions import count_checks, counted_at
from gimark.scans.statistics.model import CountedHour, MonthProvince, RunHour, RunMonth, RunProvince, VerdictMonth
from gimark.store.unit_of_work import Store

BEGIN = datetime(2026, 8, 3, 2, tzinfo=UTC)
ONE, OTHER = b"\x01" * 8, b"\x02" * 8
TABLES = (
    *(ScanCheck, CodeScans, ScanMonth, RunScans, VerdictHour),
    *(CountedHour, MonthProvince, RunHour, RunMonth, RunProvince, VerdictMonth),
)


def write(store: Store, *looks: Look) -> None:
    with store.acting() as act:
        write_looks(act.session.connection(), looks)
        act.commit()


def look(at: datetime, run_id: int, idx: int, device: bytes = ONE, province: str | None = None) -> Look:
    return Look(hour_of(at), "authentic", province, run_id, idx, device)


class Recount:
    """Every check that was ever written, counted the plain way; what was folded may come in again."""

    def __init__(self) -> None:
        self.live: set[tuple[int, int, int, bytes]] = set()
        self.months: Counter[tuple[int, int, str]] = Counter()
        self.provinces: Counter[tuple[int, str]] = Counter()
        self.codes: set[tuple[int, int]] = set()
        self.verdicts: Counter[tuple[int, str, str]] = Counter()

    def write(self, looks: tuple[Look, ...]) -> None:
        for one in looks:
            self.verdicts[month_of(one.hour), one.reason, one.province or ""] += 1
            if one.run_id is None or (key := (one.run_id, one.idx, one.hour, one.device)) in self.live:
                continue
            self.live.add(key)
            self.months[one.run_id, month_of(one.hour), one.province or ""] += 1
            self.provinces[one.run_id, one.province or ""] += 1
            self.codes.add((one.run_id, one.idx))

    def fold(self, now: datetime) -> None:
        first = first_hour_of(week_of_hour(hour_of(now - timedelta(days=90))))
        self.live = {key for key in self.live if key[2] >= first}

    def agrees_with(self, store: Store) -> None:
        runs = Counter(run_id for run_id, _ in self.codes)
        checks: Counter[int] = Counter()
        for (run_id, _), n in self.provinces.items():
            checks[run_id] += n
        with store.reading() as session:
            months = {(row.run_id, row.month, row.province): row.checks for row in session.scalars(select(RunMonth))}
            of_all = {(row.month, row.province): row.checks for row in session.scalars(select(MonthProvince))}
            provinces = {(row.run_id, row.province): row.checks for row in session.scalars(select(RunProvince))}
            totals = {row.run_id: (row.checks, row.codes) for row in session.scalars(select(RunScans))}
            looks: Counter[tuple[int, str, str]] = Counter()
            for row in session.scalars(select(VerdictMonth)):
                looks[row.month, row.reason, row.province] += row.looks
            for hour in session.scalars(select(VerdictHour)):
                looks[month_of(hour.hour), hour.reason, hour.province] += hour.looks
            # While the months of codes are kept, they and the rows say the same once more.
            of_codes = Counter(run_id for run_id, *_ in self.live)
            for kept in session.scalars(select(ScanMonth)):
                of_codes[kept.run_id] += kept.checks
        assert months == dict(self.months)
        in_all: Counter[tuple[int, str]] = Counter()
        for (_, month, province), n in self.months.items():
            in_all[month, province] += n
        assert of_all == in_all
        assert provinces == dict(self.provinces)
        assert totals == {run_id: (checks[run_id], codes) for run_id, codes in runs.items()}
        assert looks == self.verdicts
        assert of_codes == checks


LOOKS = st.builds(
    look,
    at=st.integers(-60, 200).map(lambda days: BEGIN + timedelta(days=days, hours=days % 5)),
    run_id=st.integers(1, 3),
    idx=st.integers(0, 4),
    device=st.sampled_from([ONE, OTHER]),
    province=st.sampled_from([None, "33", "31"]),
)
FORGED = st.builds(
    Look,
    hour=st.integers(0, 200).map(lambda day: hour_of(BEGIN) + 24 * day),
    reason=st.just("bad_signature"),
    province=st.none(),
    run_id=st.none(),
)
STEPS = st.one_of(
    st.lists(st.one_of(LOOKS, FORGED), min_size=1, max_size=8).map(tuple),
    st.just("count"),
    st.integers(1, 60).map(lambda days: timedelta(days=days)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=10))
def test_whatever_comes_when_the_sums_are_those_of_a_recount(
    store: Store, clock: FixedClock, steps: list[tuple[Look, ...] | str | timedelta]
) -> None:
    with store.acting() as act:
        for table in TABLES:
            act.session.execute(delete(table))
        act.commit()
    clock.at, recount = BEGIN, Recount()
    for step in steps:
        if isinstance(step, tuple):
            write(store, *step)
            recount.write(step)
        elif isinstance(step, timedelta):
            clock.at += step
            sweep(store)
            recount.fold(clock.at)
        else:
            count_checks(store)
    count_checks(store)
    recount.agrees_with(store)
    count_checks(store)
    recount.agrees_with(store)


def test_what_comes_late_is_counted_once_wherever_it_belongs(any_store: Store, clock: FixedClock) -> None:
    recount, device = Recount(), count(1)

    def come(at: datetime) -> None:
        looks = (look(at, 1, 7, next(device).to_bytes(8), "33"), look(at, 2, 0, ONE))
        write(any_store, *looks)
        recount.write(looks)

    come(BEGIN)
    clock.at = BEGIN + timedelta(days=30)
    assert count_checks(any_store) == 1
    come(BEGIN)  # of an hour that was counted
    assert count_checks(any_store) == 1
    assert count_checks(any_store) == 0
    come(BEGIN + timedelta(days=1))  # of an hour that was not, and is folded before anybody counts it
    clock.at = BEGIN + timedelta(days=100)
    assert sweep(any_store).rows_folded == 5
    recount.fold(clock.at)
    come(BEGIN)  # of an hour whose rows are gone
    come(clock.at + timedelta(hours=5))  # by a clock that is ahead
    count_checks(any_store)
    recount.agrees_with(any_store)
    sweep(any_store)
    recount.fold(clock.at)
    count_checks(any_store)
    recount.agrees_with(any_store)


def test_counting_that_dies_leaves_what_was_counted_and_goes_on_from_there(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    recount = Recount()
    looks = tuple(look(BEGIN + timedelta(hours=hour), 1 + hour % 2, hour % 9) for hour in range(60))
    write(any_store, *looks)
    recount.write(looks)
    taken = count(1)
    take_in = actions._take_in

    def dying(*args: object) -> set[int]:
        if next(taken) == 40:
            raise RuntimeError("killed")
        return take_in(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "_take_in", dying)
    with pytest.raises(RuntimeError, match="killed"):
        count_checks(any_store)
    with any_store.reading() as session:
        assert len(session.scalars(select(CountedHour.hour)).all()) == actions.HOURS_AT_ONCE
        assert counted_at(session) is None
    monkeypatch.undo()
    assert count_checks(any_store) == 60 - actions.HOURS_AT_ONCE
    recount.agrees_with(any_store)


def test_whoever_counts_for_long_lets_others_write_meanwhile(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(any_store, *(look(BEGIN + timedelta(hours=hour), 1, hour) for hour in range(4 * actions.HOURS_AT_ONCE)))
    has_begun, take_in = threading.Event(), actions._take_in

    def slow(*args: object) -> set[int]:
        has_begun.set()
        time.sleep(0.02)
        return take_in(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "_take_in", slow)
    counting = threading.Thread(target=count_checks, args=(any_store,))
    counting.start()
    assert has_begun.wait(10)
    write(any_store, look(BEGIN, 1, 999))
    is_counting = counting.is_alive()
    counting.join()
    assert is_counting


def test_several_count_at_once_while_checks_come_in_and_none_is_counted_twice(any_store: Store) -> None:
    recount, failed = Recount(), []
    batches = [
        tuple(look(BEGIN + timedelta(hours=n % 7), 1 + n % 3, n, n.to_bytes(8), "33") for n in range(at, at + 25))
        for at in range(0, 300, 25)
    ]

    def run(work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except Exception as error:
            failed.append(error)

    def come_in() -> None:
        for batch in batches:
            write(any_store, *batch)

    def count_often() -> None:
        for _ in range(8):
            count_checks(any_store)

    threads = [threading.Thread(target=run, args=(work,)) for work in (come_in, count_often, count_often)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for batch in batches:
        recount.write(batch)
    count_checks(any_store)
    recount.agrees_with(any_store)


def test_counting_reads_the_rows_of_changed_hours_alone(store: Store) -> None:
    for hour in range(30):
        write(store, look(BEGIN + timedelta(hours=hour), 1, hour))
    count_checks(store)
    write(store, look(BEGIN, 1, 99, OTHER))
    asked: list[tuple[str, object]] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
        asked.append((statement, parameters))

    count_checks(store)
    of_rows = [parameters for statement, parameters in asked if "FROM scan_check" in statement]
    assert len(of_rows) == 1
    assert hour_of(BEGIN) in of_rows[0]  # type: ignore[operator]
    assert instant_of(hour_of(BEGIN)) == BEGIN


def test_it_is_known_as_of_when_everything_is_counted(any_store: Store, clock: FixedClock) -> None:
    with any_store.reading() as session:
        assert counted_at(session) is None
    count_checks(any_store)
    clock.at += timedelta(days=1)
    then = clock.at
    count_checks(any_store)
    clock.at -= timedelta(days=2)  # a clock that was set back does not make it older
    count_checks(any_store)
    with any_store.reading() as session:
        assert counted_at(session) == then
