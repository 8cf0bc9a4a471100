"""Look-ups under load when the server is told to stop, and when it is killed: which answered checks are on disk.

`gimark serve` runs two web processes; phones scan code after code, each code once, until half of them were answered;
then comes the signal. What a phone holds a whole answer of must be in the database afterwards.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from scripts.bench.report import BenchOptions, Report, Row
from scripts.bench.verify import JSON, _request
from scripts.bench.verify_site import HOST, build, settings_of

CONNECTIONS = 32
PROCESSES = 2
SILENCE_S = 60.0
READY_S = 180.0


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
    """How many look-ups were answered, how many of these are not stored, and how long leaving took."""

    answered: int
    lost: int
    seconds: float
    rate: float


def run(options: BenchOptions) -> Report:
    """`options.n` is the number of codes for each case, of which about half are scanned."""
    count = options.size(usual=20_000, quick=2_000)
    outcomes = [measure(case, count) for case in CASES]
    notes = [
        f"{PROCESSES} web processes on SQLite, {CONNECTIONS} kept-alive connections, {count:,} codes a case.",
        "Answered: the client holds the whole answer. Stored: the check is found in the database afterwards.",
    ]
    rows = [_row(case, outcome) for case, outcome in zip(CASES, outcomes, strict=True)]
    return Report("scan-drain", rows, notes, ("uvicorn", "sqlalchemy"))


def measure(case: Case, count: int) -> Outcome:
    """Scan until half of `count` codes were answered, end the server, and look what is stored."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        targets = [uri.removeprefix(f"https://{HOST}") for uri in build(folder, count)]
        with serving(folder, case.durability) as (parent, port):
            scanning = Scanning(port, targets)
            scanning.until(count // 2)
            began = time.monotonic()
            for pid in [parent.pid] if case.how is signal.SIGTERM else web_processes(parent.pid):
                os.kill(pid, case.how)
            scanning.until(count)
            if case.how is signal.SIGTERM:
                parent.wait(READY_S)
            seconds = time.monotonic() - began
            stored = _stored(folder)
        return Outcome(len(scanning.answered), len(scanning.answered - stored), seconds, scanning.rate)


class Scanning:
    """Phones that scan targets one after another over kept-alive connections; `answered` holds the indices."""

    def __init__(self, port: int, targets: Sequence[str]) -> None:
        self._targets = targets
        self._next = iter(range(len(targets)))
        self._selector = selectors.DefaultSelector()
        self._began = time.monotonic()
        self.answered: set[int] = set()
        for _ in range(CONNECTIONS):
            self._send(socket.create_connection(("127.0.0.1", port), timeout=SILENCE_S))

    @property
    def rate(self) -> float:
        """Answers a second so far."""
        return len(self.answered) / (time.monotonic() - self._began)

    def until(self, count: int) -> None:
        """Go on until `count` look-ups were answered, or the server has ended every connection."""
        while len(self.answered) < count and self._selector.get_map():
            ready = self._selector.select(SILENCE_S)
            if not ready:
                raise RuntimeError("the server says nothing any more")
            for key, _ in ready:
                index, received = key.data
                self._take(key.fileobj, index, received)  # type: ignore[arg-type]

    def _take(self, connection: socket.socket, index: int, received: bytearray) -> None:
        try:
            data = connection.recv(65_536)
        except OSError:
            data = b""
        received += data
        if data and not _is_whole(received):
            return
        self._selector.unregister(connection)
        if not data:
            connection.close()
            return
        if b'"green"' not in received:
            raise RuntimeError(f"an unexpected answer to {self._targets[index][:60]}")
        self.answered.add(index)
        self._send(connection)

    def _send(self, connection: socket.socket) -> None:
        index = next(self._next, None)
        try:
            if index is None:
                connection.close()
                return
            connection.sendall(_request(self._targets[index], JSON))
        except OSError:
            connection.close()
            return
        self._selector.register(connection, selectors.EVENT_READ, (index, bytearray()))


@contextmanager
def serving(folder: Path, durability: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """`gimark serve` with both web processes ready, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    settings = settings_of(folder)
    own = {
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


def _is_whole(received: bytearray) -> bool:
    head, end, body = bytes(received).partition(b"\r\n\r\n")
    if not end:
        return False
    return len(body) >= int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _stored(folder: Path) -> set[int]:
    engine = open_engine(settings_of(folder).database)
    with engine.connect() as connection:
        found = set(connection.scalars(select(ScanCheck.idx)))
    engine.dispose()
    return found


def _row(case: Case, outcome: Outcome) -> Row:
    return Row(
        work=case.name,
        measured=outcome.lost,
        unit=f"of {outcome.answered:,} answered scans lost",
        goal=case.goal,
        reached=outcome.lost == 0 if case.goal else None,
        note=f"{outcome.rate:,.0f} answers a second; all was over {outcome.seconds:.1f} s after the signal",
    )
