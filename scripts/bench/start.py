"""Starting: the CPU time of `gimark --help`, and from a server's start to its first answered look-up.

Peers of the same run: Python alone, which starts and ends, and uvicorn with an empty FastAPI application. CPU seconds
are those of all processes that were started; seconds by the clock are a shared machine's.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scripts.bench.report import BenchOptions, Figure, Report, Row, cpu_seconds
from scripts.bench.verify_site import HOST, build, settings_of

HELP_GOAL_S, READY_GOAL_S = 0.4, 3.0
PATIENCE_S = 300.0
PROGRAM = (sys.executable, "-m", "scripts.cli")
NOTHING = (sys.executable, "-c", "pass")
EMPTY = """
import sys, fastapi, uvicorn
app = fastapi.FastAPI()
@app.get("/")
async def answer() -> dict[str, str]:
    return {"verdict": "none"}
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""


class Started(NamedTuple):
    """What one start took: CPU seconds of all its processes from start to end, seconds by the clock to the answer."""

    cpu_s: float
    ready_s: float


def run(options: BenchOptions) -> Report:
    """Each start `options.n` times, in turns with its peer; medians are reported."""
    times = options.size(usual=9, quick=1)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        target = build(folder, count=2)[0].removeprefix(f"https://{HOST}")
        _help()  # what an installer would have compiled is not starting
        helps, bare = _in_turns(times, _help, lambda: _ended(NOTHING))
        served, empty = _in_turns(times, lambda: _first_look_up(folder, target), _first_answer)
    rows = [_help_row(helps, bare), _ready_row(served, empty), _cpu_row(served, empty)]
    return Report("start", rows, [f"Medians of {times}."], ("typer", "rich", "sqlalchemy", "fastapi", "uvicorn"))


def _in_turns(times: int, ours: Callable[[], Started], peers: Callable[[], Started]) -> tuple[Started, Started]:
    pairs = [(ours(), peers()) for _ in range(times)]
    return _median([own for own, _ in pairs]), _median([peer for _, peer in pairs])


def _median(found: list[Started]) -> Started:
    return Started(median(each.cpu_s for each in found), median(each.ready_s for each in found))


def _help() -> Started:
    return _ended((*PROGRAM, "--help"))


def _ended(command: tuple[str, ...]) -> Started:
    with cpu_seconds(children=True) as spent:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return Started(spent.seconds, spent.wall_seconds)


def _first_look_up(folder: Path, target: str) -> Started:
    """`gimark serve` with one web process, asked for a genuine code until it answers."""
    environment = os.environ | {
        "GIMARK_DATA_DIR": str(settings_of(folder).data_dir),
        "GIMARK_PASSPHRASE_FILE": str(folder / "passphrase"),
        "GIMARK_DATABASE_URL": "",
        "GIMARK_LOG_LEVEL": "error",
    }
    port = _free_port()
    command = (*PROGRAM, "serve", "--no-worker", "--processes", "1", "--port", str(port))
    return _answered(command, port, f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n", b'"green"', environment)


def _first_answer() -> Started:
    port = _free_port()
    command = (sys.executable, "-c", EMPTY, str(port))
    return _answered(command, port, f"GET / HTTP/1.1\r\nHost: {HOST}\r\n", b'"none"', dict(os.environ))


def _answered(command: tuple[str, ...], port: int, head: str, expected: bytes, environment: dict[str, str]) -> Started:
    request = f"{head}Accept: application/json\r\nConnection: close\r\n\r\n".encode()
    with cpu_seconds(children=True) as spent:
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                while expected not in _asked(port, request):
                    if process.poll() is not None or time.perf_counter() - began > PATIENCE_S:
                        raise RuntimeError(f"no answer from {' '.join(command[:4])}")
                    time.sleep(0.01)
                ready_s = time.perf_counter() - began
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE_S)
    return Started(spent.seconds, ready_s)


def _asked(port: int, request: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65_536), b""))
    except OSError:
        return b""  # it does not listen yet


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _help_row(ours: Started, peer: Started) -> Row:
    return Row(
        "gimark --help",
        ours.cpu_s,
        "s of CPU",
        Figure("python -c pass", peer.cpu_s),
        ours.cpu_s / peer.cpu_s,
        f"< {HELP_GOAL_S} s",
        reached=ours.cpu_s < HELP_GOAL_S,
    )


def _ready_row(ours: Started, peer: Started) -> Row:
    return Row(
        "gimark serve to its first green look-up",
        ours.ready_s,
        "s by the clock",
        Figure("uvicorn, empty FastAPI", peer.ready_s),
        ours.ready_s / peer.ready_s,
        f"< {READY_GOAL_S:g} s",
        "parent, one web process, SQLite",
        reached=ours.ready_s < READY_GOAL_S,
    )


def _cpu_row(ours: Started, peer: Started) -> Row:
    name = "the same, start and stop"
    return Row(name, ours.cpu_s, "s of CPU", Figure("uvicorn, empty FastAPI", peer.cpu_s), ours.cpu_s / peer.cpu_s)
