"""What is kept of look-ups is kept for a time: rows become months, months become a run's totals, keys are destroyed.

Run it daily. Each step is a transaction of its own, and doing any of them again changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gimark.clock import local_day
from gimark.scans.hours import first_hour_of, hour_of, instant_of, week_of_hour
from gimark.scans.model import CodeScans, RunScans, ScanCheck, ScanMonth
from gimark.scans.provinces import mask_of
from gimark.scans.tag_keys import destroy_old_keys
from gimark.store.unit_of_work import Act, Store

ROWS_KEPT = timedelta(days=90)
# Shelf life, at most two years for what is sold here, and twelve months.
MONTHS_KEPT = 36

Row = tuple[int, int, bytes, str | None]  # index, hour, device, province


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    keys_destroyed: int
    rows_folded: int
    runs_totalled: int


def sweep(store: Store) -> Swept:
    """Destroy old keys, fold rows whose week ended 90 days ago, total runs not checked for 36 months."""
    with store.acting() as act:
        keys = destroy_old_keys(act)
        act.commit()
    rows = 0
    while folded := _fold_next(store):
        rows += folded
    runs = 0
    for run_id in _long_unchecked(store):
        with store.acting() as act:
            _total(act, run_id)
            act.commit()
        runs += 1
    return Swept(keys, rows, runs)


def month_of(hour: int) -> int:
    """The month of an hour in Asia/Shanghai as year × 100 + month."""
    day = local_day(instant_of(hour))
    return day.year * 100 + day.month


def _fold_next(store: Store) -> int:
    """Fold one run's rows of the earliest week that is over for long enough; how many, 0 when none is left."""
    with store.acting() as act:
        end = first_hour_of(week_of_hour(hour_of(act.now - ROWS_KEPT)))
        earliest = act.session.scalar(select(func.min(ScanCheck.hour)).where(ScanCheck.hour < end))
        if earliest is None:
            return 0
        until = first_hour_of(week_of_hour(earliest) + 1)
        of_week = (ScanCheck.hour >= earliest, ScanCheck.hour < until)
        run_id = act.session.scalar(select(func.min(ScanCheck.run_id)).where(*of_week))
        of_run = (*of_week, ScanCheck.run_id == run_id)
        found = act.session.execute(
            select(ScanCheck.idx, ScanCheck.hour, ScanCheck.device, ScanCheck.province).where(*of_run)
        )
        rows: list[Row] = [(idx, hour, device, province) for idx, hour, device, province in found]
        _add_months(act, [{"run_id": run_id, **month} for month in _months(rows)])
        act.session.execute(delete(ScanCheck).where(*of_run))
        act.commit()
    return len(rows)


def _months(rows: Iterable[Row]) -> list[dict[str, int]]:
    """Checks, devices and provinces by code and month, of rows of one week."""
    checks: dict[tuple[int, int], int] = defaultdict(int)
    devices: dict[tuple[int, int], set[bytes]] = defaultdict(set)
    provinces: dict[tuple[int, int], int] = defaultdict(int)
    for idx, hour, device, province in rows:
        place = idx, month_of(hour)
        checks[place] += 1
        devices[place].add(device)
        provinces[place] |= mask_of(province)
    return [
        {"idx": idx, "month": month, "checks": n, "devices": len(devices[place]), "provinces": provinces[place]}
        for place, n in sorted(checks.items())
        for idx, month in [place]
    ]


def _add_months(act: Act, months: Sequence[dict[str, int | None]]) -> None:
    dialect = postgresql if act.session.get_bind().dialect.name == "postgresql" else sqlite
    for month in months:
        insert = dialect.insert(ScanMonth).values(month)
        more = {
            "checks": ScanMonth.checks + insert.excluded.checks,
            "devices": ScanMonth.devices + insert.excluded.devices,
            "provinces": ScanMonth.provinces.bitwise_or(insert.excluded.provinces),
        }
        act.session.execute(insert.on_conflict_do_update(index_elements=["run_id", "idx", "month"], set_=more))


def _long_unchecked(store: Store) -> Sequence[int]:
    """Runs whose last month is too old to keep, and that no row is left of."""
    with store.reading() as session:
        latest = select(ScanMonth.run_id).group_by(ScanMonth.run_id)
        return session.scalars(
            latest.having(func.max(ScanMonth.month) < _oldest_kept(store.clock.now())).where(
                ScanMonth.run_id.not_in(select(ScanCheck.run_id))
            )
        ).all()


def _oldest_kept(now: datetime) -> int:
    day = local_day(now)
    months = day.year * 12 + day.month - 1 - MONTHS_KEPT
    return months // 12 * 100 + months % 12 + 1


def _total(act: Act, run_id: int) -> None:
    """Put a run's months into its totals and delete what is known of its codes."""
    session = act.session
    of_run = ScanMonth.run_id == run_id
    checks = session.scalar(select(func.coalesce(func.sum(ScanMonth.checks), 0)).where(of_run)) or 0
    codes = session.scalar(select(func.count(func.distinct(ScanMonth.idx))).where(of_run)) or 0
    total = session.get(RunScans, run_id)
    if total is None:
        session.add(RunScans(run_id=run_id, checks=int(checks), codes=codes))
    else:
        total.checks += int(checks)
        total.codes += codes
    session.flush()
    session.execute(delete(ScanMonth).where(of_run))
    session.execute(delete(CodeScans).where(CodeScans.run_id == run_id))
