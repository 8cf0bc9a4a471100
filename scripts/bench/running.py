"""`gimark bench`: which benchmarks there are, and running them one after another."""

import json
from importlib import import_module
from typing import Literal

from gimark.errors import invalid
from scripts.bench.report import BenchOptions, Report, print_report, to_json, to_markdown

BENCHES = (
    "qr",
    "issue",
    "labels",
    "label-formats",
    "verify",
    "verify-growth",
    "scan-drain",
    "ledger",
    "page",
    "start",
    "lists",
    "desk-pages",
    "exchange",
)


Style = Literal["table", "json", "markdown"]


def run(names: list[str], options: BenchOptions, style: Style) -> None:
    """Run the benches `names` (all when empty): their tables, one JSON array, or sections of docs/performance.md."""
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        raise invalid(
            "bench",
            f"没有“{'、'.join(unknown)}”这项测量",
            f"there is no benchmark {', '.join(unknown)}",
            f"可选：{'、'.join(BENCHES)}",
            f"Choose from {', '.join(BENCHES)}",
        )
    reports: list[Report] = []
    for name in names or BENCHES:
        report = import_module(f"scripts.bench.{name.replace('-', '_')}").run(options)
        reports.append(report)
        if style == "table":
            print_report(report)
        elif style == "markdown":
            print(to_markdown(report))
    if style == "json":
        print(json.dumps([to_json(report) for report in reports], ensure_ascii=False, indent=1))
