"""What is kept of look-ups is kept for a time: rows become months, months become a run's totals, keys are destroyed.

Run it hourly. Each step is a transaction of its own, and doing any of them again changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gimark.clock import local_day
from gimark.issuance.model import IssueRun
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem
from gimark.scans.hours import first_hour_of, hour_of, month_of, week_of_hour
from gimark.scans.keeping import ROWS_KEPT, kept_until, month_on
from gimark.scans.model import ScanCheck, ScanMonth
from gimark.scans.provinces import mask_of
from gimark.scans.statistics.actions import fold_verdicts, forget_months, lock_standing, settle_hours
from gimark.scans.statistics.model import RunMonth
from gimark.scans.tag_keys import destroy_old_keys
from gimark.store.unit_of_work import Act, Store

Row = tuple[int, int, bytes, str | None]  # index, hour, device, province


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    keys_destroyed: int
    rows_folded: int
    verdicts_folded: int
    runs_totalled: int


def sweep(store: Store) -> Swept:
    """Destroy old keys, fold what is of a week that ended 90 days ago, and forget months that were kept long enough."""
    with store.acting() as act:
        keys = destroy_old_keys(act)
        act.commit()
    rows = 0
    while folded := _fold_next(store):
        rows += folded
        store.give_way()
    with store.acting() as act:
        lock_standing(act)
        verdicts = fold_verdicts(act, _first_kept(act))
        act.commit()
    runs = _over(store)
    for run_id in runs:
        with store.acting() as act:
            lock_standing(act)
            act.session.execute(delete(ScanMonth).where(ScanMonth.run_id == run_id))
            forget_months(act, run_id)
            act.commit()
        store.give_way()
    return Swept(keys, rows, verdicts, len(runs))


def _first_kept(act: Act) -> int:
    """The first hour whose rows are kept. Weeks stay whole, because devices are counted within a week."""
    return first_hour_of(week_of_hour(hour_of(act.now - ROWS_KEPT)))


def _fold_next(store: Store) -> int:
    """Fold one run's rows of the earliest week that is over for long enough; how many, 0 when none is left."""
    with store.acting() as act:
        lock_standing(act)
        end = _first_kept(act)
        earliest = act.session.scalar(select(func.min(ScanCheck.hour)).where(ScanCheck.hour < end))
        if earliest is None:
            return 0
        until = first_hour_of(week_of_hour(earliest) + 1)
        of_week = (ScanCheck.hour >= earliest, ScanCheck.hour < until)
        run_id = act.session.scalars(select(func.min(ScanCheck.run_id)).where(*of_week)).one()
        of_run = (*of_week, ScanCheck.run_id == run_id)
        gone = act.session.execute(
            delete(ScanCheck)
            .where(*of_run)
            .returning(ScanCheck.idx, ScanCheck.hour, ScanCheck.device, ScanCheck.province)
            .execution_options(synchronize_session=False)
        )
        rows: list[Row] = [(idx, hour, bytes(device), province) for idx, hour, device, province in gone]
        settle_hours(act, run_id, _by_hour(rows))
        _add_months(act, [{"run_id": run_id, **month} for month in _months(rows)])
        act.commit()
    return len(rows)


def _by_hour(rows: Iterable[Row]) -> dict[int, Counter[str]]:
    """Checks by hour and province."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for _, hour, _, province in rows:
        found[hour][province or ""] += 1
    return found


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


def _add_months(act: Act, months: Sequence[dict[str, int]]) -> None:
    dialect = postgresql if act.session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(ScanMonth)
    more = {
        "checks": ScanMonth.checks + insert.excluded.checks,
        "devices": ScanMonth.devices + insert.excluded.devices,
        "provinces": ScanMonth.provinces.bitwise_or(insert.excluded.provinces),
    }
    statement = insert.on_conflict_do_update(index_elements=["run_id", "idx", "month"], set_=more)
    act.session.execute(statement, list(months))


def _over(store: Store) -> list[int]:
    """Runs with months that were kept for the lot's shelf life and twelve months, counted from its packing."""
    with store.reading() as session:
        rows = session.execute(
            select(RunMonth.run_id, Batch.packed_on, IssueRun.issued_at, TradeItem.shelf_life)
            .join(IssueRun, IssueRun.id == RunMonth.run_id)
            .join(Batch, Batch.id == IssueRun.batch_id)
            .join(TradeItem, TradeItem.id == Batch.item_id)
            .distinct()
        ).all()
    month = month_on(store.clock.now())
    return sorted(
        run_id
        for run_id, packed_on, issued_at, shelf_life in rows
        if month > kept_until(packed_on or local_day(issued_at), shelf_life)
    )
