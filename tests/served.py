"""`gimark serve` as its operator runs it: a parent with its processes, on a free port, its log in a file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.founded import HOST, PASSPHRASE

PATIENCE_S = 60
PHONE = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile"
JSON = {"Host": HOST, "User-Agent": PHONE, "Accept": "application/json", "Accept-Language": "zh-CN"}


@dataclass(frozen=True, slots=True)
class Served:
    """A parent under way."""

    parent: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def records(self) -> list[dict[str, Any]]:
        """What all of its processes have logged so far."""
        return records(self.log)

    @property
    def children(self) -> dict[str, int]:
        """The process ids of the children that live, by name."""
        found = {}
        for pid in children_of(self.parent.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except OSError:
                continue
            found[words[words.index("--name") + 1] if "--name" in words else "worker"] = pid
        return found

    @property
    def web(self) -> list[int]:
        """The process ids of the web processes that live."""
        return [pid for name, pid in self.children.items() if name.startswith("web-")]

    @property
    def ready(self) -> set[str]:
        """The names of the children that have said so."""
        return {record["child"] for record in self.records if record["event"] == "a process is ready"}

    def connect(self) -> HTTPConnection:
        """A connection; it stays with the process that took it."""
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def stop(self) -> int:
        """Tell it to stop and give its status."""
        self.parent.send_signal(signal.SIGTERM)
        return self.parent.wait(PATIENCE_S)


@contextmanager
def serving(data_dir: Path, *options: str, **settings: object) -> Iterator[Served]:
    """Serve the installation in `data_dir` with `options` and further settings, until it is told or the block ends."""
    log = data_dir.parent / f"serve-{time.monotonic_ns()}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIMARK_")}
    secret = {} if "passphrase_file" in settings else {"passphrase": PASSPHRASE}
    own = {"data_dir": data_dir, "public_base": f"https://{HOST}", **secret, **settings}
    environment |= {f"GIMARK_{name.upper()}": str(value) for name, value in own.items()}
    command = [sys.executable, "-m", "scripts.cli", "serve", "--port", "0", *options]
    with log.open("wb") as written:
        parent = subprocess.Popen(command, env=environment, stderr=written)
    try:
        until(lambda: port_in(log) is not None or parent.poll() is not None, "it does not listen")
        port = port_in(log)
        assert port is not None, log.read_text()
        served = Served(parent, port, log)
        until(lambda: answers(served) or parent.poll() is not None, "it does not answer")
        yield served
    finally:
        _end(parent)


def answers(served: Served) -> bool:
    """Whether it answers."""
    connection = HTTPConnection("127.0.0.1", served.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers=JSON)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def ask(connection: HTTPConnection, target: str, headers: Mapping[str, str] = JSON) -> tuple[str, dict[str, Any]]:
    """GET JSON: the name of the process that answered a look-up (the head of its request ids), and the object."""
    connection.request("GET", target, headers=dict(headers))
    response = connection.getresponse()
    return response.headers["X-Request-Id"][:8], json.loads(response.read())


def until(is_so: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait patiently."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """The process ids of a process's children."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in file.read_text().split()]
    return found


def records(log: Path) -> list[dict[str, Any]]:
    """The JSON lines of a log."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]


def port_in(log: Path) -> int | None:
    """Where the parent that writes `log` listens, None while it does not."""
    return next((record["port"] for record in records(log) if record["event"] == "listening"), None)


def _end(parent: "subprocess.Popen[bytes]") -> None:
    children = children_of(parent.pid) if parent.poll() is None else []
    parent.kill()
    parent.wait(PATIENCE_S)
    for child in children:
        until(lambda child=child: not Path(f"/proc/{child}").exists(), "a child was left behind")  # type: ignore[misc]
