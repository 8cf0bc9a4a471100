"""The report says what was measured, beside what, on what, and whether the goal was met."""

import io
import json
import time
from collections.abc import Iterator

import pytest
from rich.console import Console

from scripts.bench.report import (
    BenchOptions,
    Figure,
    Report,
    Row,
    as_measured,
    cpu_seconds,
    peak_memory_mib,
    print_report,
    to_json,
    to_markdown,
)

REPORT = Report(
    name="qr",
    rows=[
        Row("matrices [162]", 37_000, "per s", Figure("python-qrcode", 52), 711.5, "≥ 500×", "best mask", reached=True),
        Row("labels", 7_000, "per s", goal="≥ 8,000", reached=False, limit=Figure("writing", 12_000)),
    ],
    notes=["one process"],
    libraries=("numpy", "no-such-distribution"),
)


def test_the_table_shows_peer_limit_ratio_goal_and_machine() -> None:
    page = io.StringIO()
    print_report(REPORT, Console(file=page, width=160))
    shown = page.getvalue()
    for part in (
        "python-qrcode 52",
        "writing 12,000",
        "712×",
        "≥ 500×",
        "reached",
        "missed",
        "cores",
        "numpy",
        "[162]",
    ):
        assert part in shown


def test_markdown_keeps_one_line_a_row_with_its_verdict() -> None:
    section = to_markdown(REPORT).splitlines()
    assert section[0] == "## qr"
    rows = [line for line in section if line.startswith("| ")][1:]
    assert rows[0] == "| matrices [162] | 37,000 per s | python-qrcode 52 |  | 712× | ≥ 500× | reached |"
    assert rows[1].endswith("| writing 12,000 |  | ≥ 8,000 | **missed** |")
    assert "- one process" in section


def test_json_is_plain_and_names_a_missing_library() -> None:
    told = json.loads(json.dumps(to_json(REPORT)))
    assert told["rows"][0]["peer"] == {"name": "python-qrcode", "value": 52}
    assert told["versions"]["no-such-distribution"] == "missing"
    assert told["machine"]["cores"] >= 1


def test_sleep_costs_wall_time_but_no_cpu_time() -> None:
    with cpu_seconds() as asleep:
        time.sleep(0.2)
    with cpu_seconds() as busy:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
    assert asleep.wall_seconds >= 0.2
    assert asleep.seconds < 0.1 <= busy.seconds


def test_size_prefers_what_was_asked_for() -> None:
    assert BenchOptions().size(1000, 10) == 1000
    assert BenchOptions(quick=True).size(1000, 10) == 10
    assert BenchOptions(n=3, quick=True).size(1000, 10) == 3


def test_peak_memory_counts_this_process() -> None:
    assert 5 < peak_memory_mib() < 100_000


def test_a_long_run_that_is_cut_off_has_told_what_it_measured(capsys: pytest.CaptureFixture[str]) -> None:
    def rows() -> Iterator[Row]:
        yield from REPORT.rows
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(as_measured(rows()))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == ["matrices [162]: 37,000 per s  712×  reached", "labels: 7,000 per s  –  missed"]
