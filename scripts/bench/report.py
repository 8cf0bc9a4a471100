"""What a benchmark is asked, what it answers, and how the answer is shown.

Machines are shared and noisy, so a figure is worth something only beside another one of the same run: every row
names its peer, its physical limit, the ratio and the goal, and the report names the machine and the versions.
"""

import os
import platform
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDTH = 160


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """`n` is the number of units of work (None: the bench's own); `quick` asks for a run of a few seconds.

    `postgres` is the URL of a database on a PostgreSQL server; empty where there is none to measure on.
    """

    n: int | None = None
    quick: bool = False
    postgres: str = ""

    def size(self, usual: int, quick: int) -> int:
        """The number of units of work: what was asked for, else `quick` or `usual`."""
        if self.n is not None:
            return self.n
        return quick if self.quick else usual


@dataclass(frozen=True, slots=True)
class Figure:
    """Another figure of the same run, in the row's own unit: a peer's, or a physical limit's."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of work.

    `measured` is in `unit` ("codes/s of CPU", "µs CPU"). `ratio` is what `goal` speaks of, mostly measured against
    `peer`. `reached` says whether the goal was met; None when there is no goal or it could not be measured.
    """

    work: str
    measured: float
    unit: str
    peer: Figure | None = None
    ratio: float | None = None
    goal: str = ""
    note: str = ""
    limit: Figure | None = None
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One run of one benchmark. `libraries` names the distributions whose versions belong to the figures."""

    name: str
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    libraries: tuple[str, ...] = ()


@dataclass(slots=True)
class CpuTime:
    """Filled when its `cpu_seconds()` block ends: user and system CPU seconds, and seconds by the clock."""

    seconds: float = 0.0
    wall_seconds: float = 0.0


@contextmanager
def cpu_seconds(*, children: bool = False) -> Iterator[CpuTime]:
    """Measures the CPU time of all threads of this process, and of its children that ended if `children` is set."""
    spent = CpuTime()
    cpu, wall = _cpu_now(children), time.perf_counter()
    try:
        yield spent
    finally:
        spent.seconds = _cpu_now(children) - cpu
        spent.wall_seconds = time.perf_counter() - wall


def peak_memory_mib() -> float:
    """The most memory this program ever held (resident), in MiB; not what the one held that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        [peak] = [line.split()[1] for line in status.read_text(encoding="ascii").splitlines() if "VmHWM" in line]
        return int(peak) / 1024
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak_bytes / (1024 * 1024) if platform.system() == "Darwin" else peak_bytes / 1024


def as_measured(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, each told on standard error when it is there: a long run that is cut off leaves its figures."""
    for row in rows:
        verdict = {None: "", True: "  reached", False: "  missed"}[row.reached]
        line = f"{row.work}: {_number(row.measured)} {row.unit}  {_ratio(row)}{verdict}"
        print(line, file=sys.stderr, flush=True)
        yield row


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain values for `--json`."""
    return {
        "name": report.name,
        "machine": machine(),
        "versions": versions(report.libraries),
        "rows": [asdict(row) for row in report.rows],
        "notes": list(report.notes),
    }


def to_markdown(report: Report) -> str:
    """The report as a section of docs/performance.md."""
    heads = ("work", "measured", "beside it", "limit", "ratio", "goal", "")
    lines = [_cells(heads), "|---" * len(heads) + "|"]
    for row in report.rows:
        verdict = {None: "", True: "reached", False: "**missed**"}[row.reached]
        measured = f"{_number(row.measured)} {row.unit}"
        cells = (row.work, measured, _figure(row.peer), _figure(row.limit), _ratio(row), row.goal, verdict)
        lines.append(_cells("" if cell == "–" else cell for cell in cells))
    here = machine()
    notes = [f"- {note}" for note in report.notes]
    made = f"{here['cpu']}, {here['cores']} cores, {here['system']}; "
    made += ", ".join(f"{name} {found}" for name, found in versions(report.libraries).items())
    return "\n".join([f"## {report.name}", "", *lines, "", *notes, *([""] if notes else []), f"{made}.", ""])


def print_report(report: Report, console: Console | None = None) -> None:
    """The report as a table on the terminal."""
    console = console or _console()
    table = Table(title=report.name, title_justify="left", show_lines=True)
    for heading in ("work", "measured", "beside it", "limit", "ratio", "goal"):
        table.add_column(heading, justify="right" if heading in ("measured", "ratio") else "left", overflow="fold")
    for row in report.rows:
        work = escape(row.work) + (f"\n[dim]{escape(row.note)}[/dim]" if row.note else "")
        table.add_row(
            work, f"{_number(row.measured)} {row.unit}", _figure(row.peer), _figure(row.limit), _ratio(row), _goal(row)
        )
    console.print(table)
    here = machine()
    console.print(f"{here['cpu']} · {here['cores']} cores · {here['system']}", highlight=False)
    console.print(" · ".join(f"{name} {v}" for name, v in versions(report.libraries).items()), highlight=False)
    for note in report.notes:
        console.print(f"– {escape(note)}", highlight=False)


def machine() -> dict[str, Any]:
    """CPU model, number of cores this process may use, operating system."""
    return {"cpu": _cpu_model(), "cores": _cores(), "system": f"{platform.system()} {platform.machine()}"}


def versions(libraries: tuple[str, ...]) -> dict[str, str]:
    """Python's version and that of each distribution named; "missing" for one that is not installed."""
    found = {"python": platform.python_version()}
    for name in libraries:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def _cpu_now(children: bool) -> float:
    """CPU seconds used until now."""
    spent = time.process_time()
    if children:
        times = os.times()
        spent += times.children_user + times.children_system
    return spent


def _cores() -> int:
    """Cores this process may run on, not those the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_model() -> str:
    """The CPU's own name; `platform` knows it only on some systems, so Linux's table comes first."""
    table = Path("/proc/cpuinfo")
    if table.exists():
        for line in table.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown CPU"


def _console() -> Console:
    """The terminal; what is not one (a file, a pipe) gets lines wide enough for the table."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def _number(value: float) -> str:
    """Three significant figures below 1,000, whole numbers with separators above."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _cells(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _figure(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.name} {_number(figure.value)}"


def _ratio(row: Row) -> str:
    return "–" if row.ratio is None else f"{_number(row.ratio)}×"


def _goal(row: Row) -> str:
    """The goal with its verdict as a word, so that colour is never the only sign."""
    if row.reached is None:
        return row.goal or "–"
    return f"{row.goal}\n[green]reached[/green]" if row.reached else f"{row.goal}\n[red]missed[/red]"
