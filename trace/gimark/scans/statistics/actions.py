"""Keeping the sums of checks up: what changed since the last time is counted again, and only the difference added.

Every look that is written raises the number of looks of its hour in the same transaction. So an hour whose looks are
more than when it was last counted has something new, however late it came, and no other hour has. Counting an hour
again changes nothing when nothing was added, which is why a crash between two steps costs nothing either.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gimark.scans.hours import month_of
from gimark.scans.model import CodeScans, RunScans, ScanCheck, VerdictHour
from gimark.scans.statistics.model import (
    STANDING_ID,
    CountedHour,
    MonthProvince,
    RunHour,
    RunMonth,
    RunProvince,
    StatisticsStanding,
    VerdictMonth,
)
from gimark.store.base import Base
from gimark.store.parts import parts
from gimark.store.unit_of_work import Act, Store

# So many hours are counted in one transaction; whoever writes checks meanwhile waits for no more than that.
HOURS_AT_ONCE = 24

Place = tuple[int, str]  # run, province; "" when unknown


def count_checks(store: Store, report: Callable[[int, int], object] = lambda _done, _total: None) -> int:
    """Count every hour in which something was written since it was last counted; how many hours.

    One transaction for each `HOURS_AT_ONCE` hours, after which `report` is told how many of how many are done and
    others may write. Two processes that count at once wait for each other.
    """
    started_at = store.clock.now()
    with store.reading() as session:
        hours = [hour for hour, _ in session.execute(_changed_hours())]
    counted = 0
    for portion in parts(hours, HOURS_AT_ONCE):
        _count(store, portion)
        counted += len(portion)
        report(counted, len(hours))
        store.give_way()
    with store.acting() as act:
        standing = lock_standing(act)
        standing.counted_at = max(standing.counted_at or started_at, started_at)
        act.commit()
    return len(hours)


def lock_standing(act: Act) -> StatisticsStanding:
    """Wait for whoever counts just now, and keep others waiting until the transaction ends."""
    return act.session.scalars(
        select(StatisticsStanding).where(StatisticsStanding.id == STANDING_ID).with_for_update()
    ).one()


def settle_hours(act: Act, run_id: int, checks: Mapping[int, Mapping[str, int]]) -> None:
    """Count the checks of one run that are about to be folded, by hour and province, for the last time.

    `checks` are all of that run in these hours. Needs `lock_standing`. What is written of these hours later is new.
    """
    for hour, by_province in checks.items():
        found = {(run_id, province): n for province, n in by_province.items()}
        _count_codes(act.session, _take_in(act, hour, found, RunHour.run_id == run_id))
    of_run = (RunHour.run_id == run_id, RunHour.hour.in_(checks))
    act.session.execute(delete(RunHour).where(*of_run))


def fold_verdicts(act: Act, until: int) -> int:
    """Put the looks of the hours before `until` into their months, by reason and province; how many rows went.

    Needs `lock_standing`. The caller commits.
    """
    # Deleting says what was there at that very moment: a look that is written meanwhile makes a new row.
    gone = act.session.execute(
        delete(VerdictHour)
        .where(VerdictHour.hour < until)
        .returning(VerdictHour.hour, VerdictHour.reason, VerdictHour.province, VerdictHour.looks)
        .execution_options(synchronize_session=False)
    ).all()
    months: Counter[tuple[int, str, str]] = Counter()
    for hour, reason, province, looks in gone:
        months[month_of(hour), reason, province] += looks
    _add_to(act.session, VerdictMonth, ("month", "reason", "province"), "looks", months)
    act.session.execute(delete(CountedHour).where(CountedHour.hour < until))
    return len(gone)


def forget_months(act: Act, run_id: int) -> None:
    """Delete a run's months and the sums of those of its codes that no row is left of; its totals stay.

    Needs `lock_standing`. The caller commits.
    """
    session = act.session
    session.execute(delete(RunMonth).where(RunMonth.run_id == run_id))
    kept = select(ScanCheck.idx).where(ScanCheck.run_id == run_id)
    old = (CodeScans.run_id == run_id, CodeScans.idx.not_in(kept))
    forgotten = session.scalar(select(func.count()).select_from(CodeScans).where(*old)) or 0
    session.execute(delete(CodeScans).where(*old))
    total = session.get(RunScans, run_id)
    if total is not None:
        total.forgotten_codes += forgotten
    session.flush()


def _count(store: Store, hours: Sequence[int]) -> None:
    """Count those of the hours that still have something new."""
    with store.acting() as act:
        lock_standing(act)
        runs: set[int] = set()
        for hour, looks in act.session.execute(_changed_hours(VerdictHour.hour.in_(hours))).all():
            # The looks were read before the rows: what is written in between is counted now, and again next time.
            runs |= _take_in(act, hour, _checks_of(act.session, hour))
            insert = _dialect(act.session).insert(CountedHour).values(hour=hour, looks=looks)
            done = insert.on_conflict_do_update(index_elements=["hour"], set_={"looks": insert.excluded.looks})
            act.session.execute(done)
        _count_codes(act.session, runs)
        act.commit()


def _changed_hours(*only: Any) -> Any:
    """Hours with their looks, of which other than these were counted last time."""
    looks = func.sum(VerdictHour.looks)
    return (
        select(VerdictHour.hour, looks)
        .outerjoin(CountedHour, CountedHour.hour == VerdictHour.hour)
        .where(*only)
        .group_by(VerdictHour.hour, CountedHour.looks)
        .having(looks != func.coalesce(CountedHour.looks, 0))
        .order_by(VerdictHour.hour)
    )


def _checks_of(session: Session, hour: int) -> dict[Place, int]:
    rows = session.execute(
        select(ScanCheck.run_id, ScanCheck.province, func.count())
        .where(ScanCheck.hour == hour)
        .group_by(ScanCheck.run_id, ScanCheck.province)
    )
    return {(run_id, province or ""): n for run_id, province, n in rows}


def _take_in(act: Act, hour: int, found: Mapping[Place, int], *only: Any) -> set[int]:
    """Add to months and totals what an hour has beyond what it had; the runs that it had something new of."""
    held = act.session.execute(
        select(RunHour.run_id, RunHour.province, RunHour.checks).where(RunHour.hour == hour, *only)
    )
    more = Counter(found)
    more.subtract({(run_id, province): n for run_id, province, n in held})
    added = {place: n for place, n in more.items() if n}
    month = month_of(hour)
    session = act.session
    _add_to(session, RunHour, ("hour", "run_id", "province"), "checks", _keyed(added, lambda place: (hour, *place)))
    _add_to(session, RunMonth, ("run_id", "month", "province"), "checks", _keyed(added, lambda p: (p[0], month, p[1])))
    _add_to(session, RunProvince, ("run_id", "province"), "checks", added)
    runs: dict[int, int] = defaultdict(int)
    provinces: dict[str, int] = defaultdict(int)
    for (run_id, province), n in added.items():
        runs[run_id] += n
        provinces[province] += n
    of_month = {(month, province): n for province, n in provinces.items()}
    _add_to(session, MonthProvince, ("month", "province"), "checks", of_month)
    _add_to(session, RunScans, ("run_id",), "checks", {(run_id,): n for run_id, n in runs.items()}, {"codes": 0})
    return set(runs)


def _count_codes(session: Session, runs: Iterable[int]) -> None:
    """Set how many codes of these runs were ever checked; a code has one row of sums, whatever came of it late."""
    for run_id in sorted(runs):
        total = session.get_one(RunScans, run_id, populate_existing=True)
        found = session.scalar(select(func.count()).select_from(CodeScans).where(CodeScans.run_id == run_id)) or 0
        total.codes = total.forgotten_codes + found
    session.flush()


def _keyed(added: Mapping[Place, int], key: Callable[[Place], tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    return {key(place): n for place, n in added.items()}


def _add_to(
    session: Session,
    table: type[Base],
    keys: tuple[str, ...],
    column: str,
    sums: Mapping[tuple[Any, ...], int],
    others: Mapping[str, int] | None = None,
) -> None:
    """Add `sums` to `column` of the rows with these keys, making those that are missing (with `others`)."""
    if not sums:
        return
    insert = _dialect(session).insert(table)
    more = {column: getattr(table, column) + getattr(insert.excluded, column)}
    statement = insert.on_conflict_do_update(index_elements=list(keys), set_=more)
    # In the order of their keys, so that two transactions never wait for each other.
    rows = [dict(zip(keys, key, strict=True)) | {column: n} | dict(others or {}) for key, n in sorted(sums.items())]
    session.execute(statement, rows)


def _dialect(session: Session) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def counted_at(session: Session) -> datetime | None:
    """All checks written before this instant are in the sums; None when nothing was counted yet."""
    return session.scalar(select(StatisticsStanding.counted_at).where(StatisticsStanding.id == STANDING_ID))
