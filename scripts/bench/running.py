"""`gimark bench`: which benchmarks there are, and running them one after another."""

import json
from importlib import import_module

from gimark.errors import invalid
from scripts.bench.report import BenchOptions, print_report, to_json

BENCHES = ("qr", "issue", "labels", "verify", "ledger")


def run(names: list[str], *, n: int | None, quick: bool, as_json: bool) -> None:
    """Run the benches `names` (all when empty) and print their tables, or one JSON array."""
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        raise invalid(
            "bench",
            f"没有“{'、'.join(unknown)}”这项测量",
            f"there is no benchmark {', '.join(unknown)}",
            f"可选：{'、'.join(BENCHES)}",
            f"Choose from {', '.join(BENCHES)}",
        )
    reports = []
    for name in names or BENCHES:
        report = import_module(f"scripts.bench.{name}").run(BenchOptions(n=n, quick=quick))
        if as_json:
            reports.append(to_json(report))
        else:
            print_report(report)
    if as_json:
        print(json.dumps(reports, ensure_ascii=False, indent=1))
