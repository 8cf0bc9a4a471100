"""Look-ups under load when the server is told to stop, and when it is killed: which answered checks are on disk.

`gimark serve` runs two web processes; phones scan code after code, each code once, until half of them were answered;
then comes the signal. What a phone holds a whole answer of must be in the database afterwards.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from scripts.bench.databases import SQLITE, database_of_its_own, kind_of
from scripts.bench.phones import scan
from scripts.bench.report import BenchOptions, Report, Row, as_measured
from scripts.bench.verify_site import HOST, build, settings_of

CONNECTIONS = 32
PROCESSES = 2
READY_S = 180.0
# Where nothing is promised, a glance is enough.
GLANCE = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One way to end a server."""

    name: str
    durability: str
    how: signal.Signals
    goal: str


CASES = (
    Case("told to stop (SIGTERM), batched", "batched", signal.SIGTERM, "0 answered scans lost"),
    Case("killed (SIGKILL), committed", "committed", signal.SIGKILL, "0 answered scans lost"),
    Case("killed (SIGKILL), batched", "batched", signal.SIGKILL, ""),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many look-ups were answered, how many of these are not stored, how long leaving took."""

    answered: int
    lost: int
    seconds: float
    rate: float


def run(options: BenchOptions) -> Report:
    """`options.n` is the number of codes for each case that has a goal, of which about half are scanned."""
    count = options.size(usual=20_000, quick=2_000)
    servers = [SQLITE, options.postgres] if options.postgres else [SQLITE]
    rows = list(
        as_measured(
            _row(case, server, measure(case, count if case.goal else min(count, GLANCE), server))
            for server in servers
            for case in CASES
        )
    )
    notes = [
        f"{PROCESSES} web processes, {CONNECTIONS} connections, {count:,} codes, half of them before the signal.",
        "Answered: the client holds the whole answer. Stored: the check is found in the database afterwards.",
    ]
    return Report("scan-drain", rows, notes, ("uvicorn", "sqlalchemy", "psycopg"))


def measure(case: Case, count: int, server: str = SQLITE) -> Outcome:
    """Scan until half of `count` codes were answered, end the web processes, and look what is stored."""
    with TemporaryDirectory() as name, database_of_its_own(server) as database:
        folder = Path(name)
        targets = [uri.removeprefix(f"https://{HOST}") for uri in build(folder, count, database)]
        with serving(folder, database, case.durability) as (parent, port):
            told_at = 0.0

            def end() -> None:
                nonlocal told_at
                told_at = time.monotonic()
                for pid in [parent.pid] if case.how is signal.SIGTERM else web_processes(parent.pid):
                    os.kill(pid, case.how)

            scans = scan(port, targets, count // 2, end, CONNECTIONS)
            if case.how is signal.SIGTERM:
                parent.wait(READY_S)
            seconds = time.monotonic() - told_at
            stored = _stored(settings_of(folder, database).database.render_as_string(hide_password=False))
        lost = sum(1 for index, is_answered in enumerate(scans.answered) if is_answered and index not in stored)
        return Outcome(scans.count, lost, seconds, scans.rate)


@contextmanager
def serving(folder: Path, database: str, durability: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """`gimark serve` with both web processes ready, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    settings = settings_of(folder)
    own = {
        "DATABASE_URL": database,
        "DATA_DIR": settings.data_dir,
        "PASSPHRASE_FILE": settings.passphrase_file,
        "SCAN_DURABILITY": durability,
        "LOG_LEVEL": "info",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIMARK_")}
    environment |= {f"GIMARK_{name}": str(value) for name, value in own.items()}
    options = ("--port", str(port), "--processes", str(PROCESSES), "--no-worker")
    log = folder / "log"
    with log.open("wb") as written:
        command = [sys.executable, "-m", "scripts.cli", "serve", *options]
        parent = subprocess.Popen(command, env=environment, stderr=written)
    try:
        _wait_until_ready(parent, log)
        yield parent, port
    finally:
        parent.kill()
        parent.wait(READY_S)


def web_processes(parent: int) -> list[int]:
    """The process ids of a parent's web processes."""
    children = [pid for file in Path(f"/proc/{parent}/task").glob("*/children") for pid in file.read_text().split()]
    return [int(pid) for pid in children if "\0web\0" in Path(f"/proc/{pid}/cmdline").read_text()]


def _wait_until_ready(parent: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while log.read_text(encoding="utf-8").count("a process is ready") < PROCESSES:
        if parent.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8')[-2_000:]}")
        time.sleep(0.1)


def _stored(database: str) -> set[int]:
    engine = open_engine(database)
    with engine.connect() as connection:
        found = set(connection.scalars(select(ScanCheck.idx)))
    engine.dispose()
    return found


def _row(case: Case, server: str, outcome: Outcome) -> Row:
    return Row(
        work=f"{case.name}, {kind_of(server)}",
        measured=outcome.lost,
        unit=f"of {outcome.answered:,} answered scans lost",
        goal=case.goal,
        reached=outcome.lost == 0 if case.goal else None,
        note=f"{outcome.rate:,.0f} answers a second; all was over {outcome.seconds:.1f} s after the signal",
    )
