"""What the sums of checks say, to whom they may say it. Nothing here reads a single check.

A producer sees its own enterprise's, everybody else who may read sees all. The sums are those of the last count, whose
instant every answer gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import Fault, NotAllowedError
from gimark.issuance.model import IssueRun
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.hours import month_of
from gimark.scans.model import RunScans, VerdictHour
from gimark.scans.statistics.actions import counted_at
from gimark.scans.statistics.model import RunMonth, RunProvince, VerdictMonth
from gimark.scans.statistics.scope import Scope, runs_in


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
    session: Session, actor: Actor, scope: Scope, by: Grouping, after: str | None = None, limit: int | None = None
) -> list[ScanLine]:
    """The sums in scope group by group, in the order of `key`, those after the key `after`, at most `limit`.

    Months are those that are still kept. Raises NotFoundError for what is not there or not the actor's.
    """
    runs = runs_in(session, actor, scope)
    if by in _OF_RUNS:
        lines = _lines_of_runs(session, runs, by, after, limit)
    else:
        lines = _lines_of_checks(session, runs, by, after, limit)
    return lines


def verdict_lines(session: Session, actor: Actor) -> list[VerdictLine]:
    """The look-ups of all codes, forged ones too, by month, reason and province.

    They belong to no enterprise: raises NotAllowedError for a producer.
    """
    require(actor, Permission.READ)
    if actor.enterprise_id is not None:
        raise NotAllowedError((_NOT_A_PRODUCERS,), {"permission": Permission.READ.value})
    sums: dict[tuple[int, str, str], int] = {}
    kept = session.execute(select(VerdictMonth.month, VerdictMonth.reason, VerdictMonth.province, VerdictMonth.looks))
    recent = session.execute(select(VerdictHour.hour, VerdictHour.reason, VerdictHour.province, VerdictHour.looks))
    of_months = [(month_of(hour), reason, province, looks) for hour, reason, province, looks in recent]
    for month, reason, province, looks in [*kept, *of_months]:
        sums[month, reason, province] = sums.get((month, reason, province), 0) + looks
    return [
        VerdictLine(_month(month), reason, province, looks) for (month, reason, province), looks in sorted(sums.items())
    ]


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


def _lines_of_runs(
    session: Session, runs: Sequence[ColumnElement[bool]], by: Grouping, after: str | None, limit: int | None
) -> list[ScanLine]:
    key, name = _OF_RUNS[by]
    statement = (
        select(
            key,
            name,
            func.sum(IssueRun.count),
            func.coalesce(func.sum(RunScans.codes), 0),
            func.coalesce(func.sum(RunScans.checks), 0),
        )
        .select_from(IssueRun)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
        .outerjoin(RunScans, RunScans.run_id == IssueRun.id)
        .where(*runs)
        .group_by(key, name)
        .order_by(key)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(key > after)
    return [
        ScanLine(ref, label, int(issued), int(checked), int(checks))
        for ref, label, issued, checked, checks in session.execute(statement)
    ]


def _lines_of_checks(
    session: Session, runs: Sequence[ColumnElement[bool]], by: Grouping, after: str | None, limit: int | None
) -> list[ScanLine]:
    table: Any = RunProvince if by is Grouping.PROVINCE else RunMonth
    key = RunProvince.province if by is Grouping.PROVINCE else RunMonth.month
    statement = (
        select(key, func.sum(table.checks))
        .join(IssueRun, IssueRun.id == table.run_id)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .where(*runs)
        .group_by(key)
        .order_by(key)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(key > (after if by is Grouping.PROVINCE else int(after.replace("-", ""))))
    say = str if by is Grouping.PROVINCE else _month
    return [ScanLine(say(found), say(found), None, None, int(checks)) for found, checks in session.execute(statement)]


def _month(month: int) -> str:
    return f"{month // 100:04}-{month % 100:02}"
