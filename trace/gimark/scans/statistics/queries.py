"""What the sums of checks say, to whom they may say it. Nothing here reads a single check.

A producer sees its own enterprise's, everybody else who may read sees all. The sums are those of the last count, whose
instant every answer gives.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, func, null, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import Fault, NotAllowedError
from gimark.issuance.model import IssueRun
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.hours import hours_in, month_of
from gimark.scans.model import RunScans, VerdictHour
from gimark.scans.rules import Reason
from gimark.scans.statistics.actions import counted_at
from gimark.scans.statistics.model import MonthProvince, RunMonth, RunProvince, VerdictMonth
from gimark.scans.statistics.scope import Scope, runs_in
from gimark.store.paging import Portion, Wanted, unknown_place

# A province's code in a cursor, which cannot be empty.
UNKNOWN_PROVINCE = "00"


class Grouping(StrEnum):
    """What one line stands for."""

    ENTERPRISE = "enterprise"
    BATCH = "batch"
    RUN = "run"
    PROVINCE = "province"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class ScanSums:
    """The sums of the runs in scope: runs and codes issued, codes that were ever checked, and checks."""

    runs: int
    codes_issued: int
    codes_checked: int
    checks: int
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ScanLine:
    """One group's sums. `key` is a ref, a province's code ("" = unknown) or a month (YYYY-MM); `name` is for people.

    Codes are None where a group is no set of runs: the same code is checked in several provinces and months.
    """

    key: str
    name: str
    codes_issued: int | None
    codes_checked: int | None
    checks: int


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """How many look-ups of a month ended in a reason, in one province ("" = unknown)."""

    month: str
    reason: str
    province: str
    looks: int


@dataclass(frozen=True, slots=True)
class CountyChecks:
    """All checks of some months, by province ("" = unknown)."""

    by_province: Mapping[str, int]
    counted_at: datetime | None

    @property
    def checks(self) -> int:
        """All of them."""
        return sum(self.by_province.values())


def county_checks(session: Session, actor: Actor, began: date) -> CountyChecks:
    """The checks of the month in which the day `began` lies and all later ones, of whatever code, at a fixed price.

    They belong to no enterprise: raises NotAllowedError for a producer.
    """
    _require_county(actor)
    rows = session.execute(
        select(MonthProvince.province, func.sum(MonthProvince.checks))
        .where(MonthProvince.month >= began.year * 100 + began.month)
        .group_by(MonthProvince.province)
    )
    return CountyChecks({province: int(checks) for province, checks in rows}, counted_at(session))


def scan_sums(session: Session, actor: Actor, scope: Scope) -> ScanSums:
    """The sums of everything in scope. Raises NotFoundError for what is not there or not the actor's."""
    runs = runs_in(session, actor, scope)
    row = session.execute(
        select(
            func.count(IssueRun.id),
            func.coalesce(func.sum(IssueRun.count), 0),
            func.coalesce(func.sum(RunScans.codes), 0),
            func.coalesce(func.sum(RunScans.checks), 0),
        )
        .select_from(IssueRun)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .outerjoin(RunScans, RunScans.run_id == IssueRun.id)
        .where(*runs)
    ).one()
    runs_found, issued, checked, checks = row
    return ScanSums(runs_found, int(issued), int(checked), int(checks), counted_at(session))


def scan_lines(
    session: Session, actor: Actor, scope: Scope, by: Grouping, wanted: Wanted | None = None
) -> Portion[ScanLine]:
    """The sums in scope group by group, in the order of their keys: the wanted portion, or all of them.

    Months are those that are still kept. Raises NotFoundError for what is not there or not the actor's.
    """
    runs = runs_in(session, actor, scope)
    after = None if wanted is None or wanted.after is None else _place(by, wanted.after)
    statement, key = _of_runs(by) if by in _OF_RUNS else _of_checks(by)
    statement = statement.where(*runs).order_by(key)
    if after is not None:
        statement = statement.where(key > after)
    if wanted is not None:
        statement = statement.limit(wanted.limit + 1)
    lines = [_line(by, *row) for row in session.execute(statement)]
    if wanted is None or len(lines) <= wanted.limit:
        return Portion(tuple(lines), None)
    return Portion(tuple(lines[: wanted.limit]), _cursor(by, lines[wanted.limit - 1].key))


def verdict_lines(session: Session, actor: Actor, month: str | None = None) -> list[VerdictLine]:
    """The look-ups of all codes, forged ones too, by month (YYYY-MM; None = every one), reason and province.

    They belong to no enterprise: raises NotAllowedError for a producer.
    """
    _require_county(actor)
    known = _verdict_months(session)
    wanted = known if month is None else [one for one in known if _month(one) == month]
    return [line for one in wanted for line in _verdicts_of(session, one)]


def looks_in(session: Session, actor: Actor, month: str, *groups: Collection[Reason]) -> tuple[int, ...]:
    """How many look-ups of a month (YYYY-MM) ended in any reason of each group, all provinces together: one reading.

    Raises NotAllowedError for a producer.
    """
    _require_county(actor)
    number = int(month.replace("-", ""))
    hours = hours_in(number)
    sums = [0] * len(groups)
    for table, when in (
        (VerdictMonth, VerdictMonth.month == number),
        (VerdictHour, VerdictHour.hour.between(hours[0], hours[-1])),
    ):
        of_each = (func.sum(case((table.reason.in_(group), table.looks), else_=0)) for group in groups)
        found = session.execute(select(*of_each).where(when)).one()
        sums = [known + int(more or 0) for known, more in zip(sums, found, strict=True)]
    return tuple(sums)


def verdict_months(session: Session, actor: Actor) -> list[str]:
    """The months (YYYY-MM) of which there is any look-up, the first first. Raises NotAllowedError for a producer."""
    _require_county(actor)
    return [_month(one) for one in _verdict_months(session)]


def _verdicts_of(session: Session, month: int) -> list[VerdictLine]:
    hours = hours_in(month)
    sums: Counter[tuple[str, str]] = Counter()
    for table, when in (
        (VerdictMonth, VerdictMonth.month == month),
        (VerdictHour, VerdictHour.hour.between(hours[0], hours[-1])),
    ):
        asked = select(table.reason, table.province, func.sum(table.looks)).where(when)
        for reason, province, looks in session.execute(asked.group_by(table.reason, table.province)):
            sums[reason, province] += int(looks)
    return [VerdictLine(_month(month), *place, looks) for place, looks in sorted(sums.items())]


def _verdict_months(session: Session) -> list[int]:
    """Those folded, and those that the hours kept since then lie in: found month by month, not by reading the hours."""
    months = set(session.scalars(select(VerdictMonth.month).distinct()))
    hour = session.scalar(select(func.min(VerdictHour.hour)))
    while hour is not None:
        month = month_of(hour)
        months.add(month)
        later = select(func.min(VerdictHour.hour)).where(VerdictHour.hour >= hours_in(month).stop)
        hour = session.scalar(later)
    return sorted(months)


def _require_county(actor: Actor) -> None:
    require(actor, Permission.READ)
    if actor.enterprise_id is not None:
        raise NotAllowedError((_NOT_A_PRODUCERS,), {"permission": Permission.READ.value})


_OF_RUNS: dict[Grouping, tuple[Any, Any]] = {
    Grouping.ENTERPRISE: (Enterprise.ref, Enterprise.name_zh),
    Grouping.BATCH: (Batch.ref, Batch.lot),
    Grouping.RUN: (IssueRun.ref, IssueRun.lot),
}
_NOT_A_PRODUCERS = Fault(
    "",
    "查验结论的统计不属于任何一家企业",
    "the look-ups by verdict belong to no enterprise",
    "请由监管人员或审计人员查看",
    "Ask a regulator or an auditor",
)


def _of_runs(by: Grouping) -> tuple[Select[Any], Any]:
    key, name = _OF_RUNS[by]
    statement = (
        select(
            key,
            func.min(name),
            func.sum(IssueRun.count),
            func.coalesce(func.sum(RunScans.codes), 0),
            func.coalesce(func.sum(RunScans.checks), 0),
        )
        .select_from(IssueRun)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
        .outerjoin(RunScans, RunScans.run_id == IssueRun.id)
        .group_by(key)
    )
    return statement, key


def _of_checks(by: Grouping) -> tuple[Select[Any], Any]:
    table: Any = RunProvince if by is Grouping.PROVINCE else RunMonth
    key = RunProvince.province if by is Grouping.PROVINCE else RunMonth.month
    statement = (
        select(key, key, null(), null(), func.sum(table.checks))
        .join(IssueRun, IssueRun.id == table.run_id)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .group_by(key)
    )
    return statement, key


def _line(by: Grouping, key: Any, name: Any, issued: Any, checked: Any, checks: Any) -> ScanLine:
    if by in _OF_RUNS:
        return ScanLine(key, name, int(issued), int(checked), int(checks))
    said = _month(key) if by is Grouping.MONTH else str(key)
    return ScanLine(said, said, None, None, int(checks))


def _cursor(by: Grouping, key: str) -> str:
    """Where the next portion begins, in letters and digits."""
    if by is Grouping.MONTH:
        return key.replace("-", "")
    return key or UNKNOWN_PROVINCE


def _place(by: Grouping, cursor: str) -> str | int:
    """The key that a cursor stands for. Raises InvalidInputError for what is none."""
    if by is Grouping.MONTH:
        if len(cursor) != len("202611") or not (cursor.isascii() and cursor.isdigit()):
            raise unknown_place()
        return int(cursor)
    return "" if by is Grouping.PROVINCE and cursor == UNKNOWN_PROVINCE else cursor


def _month(month: int) -> str:
    return f"{month // 100:04}-{month % 100:02}"
