"""`gimark scans statistics`: the sums of checks as a table or as JSON."""

import json
from dataclasses import asdict
from typing import Any

from rich.table import Table
from sqlalchemy.orm import Session

from api.web.provinces import PROVINCES
from gimark.accounts.rules import Actor
from gimark.clock import SHANGHAI, rfc3339
from gimark.errors import Fault, InvalidInputError
from gimark.scans.statistics.queries import (
    Grouping,
    ScanLine,
    ScanSums,
    VerdictLine,
    scan_lines,
    scan_sums,
    verdict_lines,
)
from gimark.scans.statistics.scope import Scope
from scripts.cli.office import acting_as, console, installation

REASON = "reason"
HEADINGS = {
    Grouping.ENTERPRISE: "企业 / enterprise",
    Grouping.BATCH: "批次 / batch",
    Grouping.RUN: "赋码批 / run",
    Grouping.PROVINCE: "省份 / province",
    Grouping.MONTH: "月份 / month",
}


_ALL_CODES = Fault(
    "by",
    "按结论分列的是全部标识的查验，包括伪造的，不能只看一家企业、一个批次或一个赋码批",
    "look-ups by reason are of all codes, forged ones too, and not of one enterprise, batch or run",
    "请去掉 --enterprise、--batch、--run",
    "Leave --enterprise, --batch and --run out",
)


def show(actor_name: str, by: str, scope: Scope, *, as_json: bool) -> None:
    """Show what `by` groups; by reason, the look-ups of every code by verdict."""
    actor = acting_as(actor_name)
    with installation().store.reading() as session:
        if by != REASON:
            sums = scan_sums(session, actor, scope)
            _show_lines(sums, _lines(session, actor, scope, Grouping(by)), Grouping(by), as_json=as_json)
        elif scope == Scope():
            _show_verdicts(verdict_lines(session, actor), as_json=as_json)
        else:
            raise InvalidInputError((_ALL_CODES,))


def _lines(session: Session, actor: Actor, scope: Scope, by: Grouping) -> list[ScanLine]:
    lines = list(scan_lines(session, actor, scope, by).items)
    if by in (Grouping.PROVINCE, Grouping.MONTH):
        return lines
    return sorted(lines, key=lambda line: (-line.checks, line.key))


def _show_lines(sums: ScanSums, lines: list[ScanLine], by: Grouping, *, as_json: bool) -> None:
    if as_json:
        counted_at = sums.counted_at and rfc3339(sums.counted_at)
        _say_json({**asdict(sums), "counted_at": counted_at, "by": by.value, "lines": [asdict(line) for line in lines]})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column(HEADINGS[by])
    for heading in ("已赋码 / issued", "查验过的码 / checked", "查验次数 / checks"):
        table.add_column(heading, justify="right")
    for line in lines:
        name = province_name(line.key) if by is Grouping.PROVINCE else _name(line)
        table.add_row(name, _number(line.codes_issued), _number(line.codes_checked), _number(line.checks))
    total = ("合计 / total", *(_number(n) for n in (sums.codes_issued, sums.codes_checked, sums.checks)))
    table.add_row(*total, style="bold")
    console.print(table)
    if sums.counted_at is None:
        console.print(
            "还没有统计过：后台作业运行后每 5 分钟统计一次。 / Not counted yet: the worker counts every 5 minutes."
        )
    else:
        local = sums.counted_at.astimezone(SHANGHAI)
        console.print(f"统计截至 / counted up to  {local:%Y-%m-%d %H:%M:%S}", highlight=False)


def _show_verdicts(lines: list[VerdictLine], *, as_json: bool) -> None:
    if as_json:
        _say_json({"by": REASON, "lines": [asdict(line) for line in lines]})
        return
    table = Table("月份 / month", "结论 / reason", "省份 / province", box=None, pad_edge=False)
    table.add_column("次数 / look-ups", justify="right")
    for line in lines:
        table.add_row(line.month, line.reason, province_name(line.province), _number(line.looks))
    console.print(table)


def province_name(code: str) -> str:
    """A province in both languages; "" is unknown."""
    if code not in PROVINCES:
        return "不明 / unknown"
    return " / ".join(PROVINCES[code])


def _name(line: ScanLine) -> str:
    return line.key if line.name == line.key else f"{line.name}  {line.key}"


def _number(n: int | None) -> str:
    return "" if n is None else f"{n:,}"


def _say_json(value: dict[str, Any]) -> None:
    console.print_json(json.dumps(value), ensure_ascii=False)
