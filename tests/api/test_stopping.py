"""Being told to stop, and being killed: no check that was answered is lost (in `committed` mode, not even then)."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from scripts.bench.verify import _request
from scripts.bench.verify_site import HOST, build, settings_of

CODES = 400
START_S = 60


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of an installation and the targets of its codes."""
    folder = tmp_path_factory.mktemp("stopping")
    return folder, [uri.removeprefix(f"https://{HOST}") for uri in build(folder, CODES)]


@contextmanager
def serving(folder: Path, durability: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A web process of its own, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    environment = {
        **os.environ,
        "GIMARK_DATA_DIR": str(settings_of(folder).data_dir),
        "GIMARK_PASSPHRASE_FILE": str(folder / "passphrase"),
        "GIMARK_SCAN_DURABILITY": durability,
        "GIMARK_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "scripts.cli", "serve", "--no-worker", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + START_S
        while not _answers(port):
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < deadline, "the server did not answer in time"
            time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait(START_S)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Scanner(threading.Thread):
    """Scans codes one after another until the server goes away; `answered` holds the indices it got a verdict for."""

    def __init__(self, port: int, targets: list[tuple[int, str]]) -> None:
        super().__init__(daemon=True)
        self.port, self.targets = port, targets
        self.answered: list[int] = []

    def run(self) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
                for index, target in self.targets:
                    connection.sendall(_request(target, "application/json"))
                    data = b""
                    while b'"looked_at"' not in data:
                        received = connection.recv(65_536)
                        if not received:
                            return
                        data += received
                    assert b'"green"' in data
                    self.answered.append(index)
        except OSError:
            return


def scan_until(port: int, targets: list[str], stop_after: int, stop: "subprocess.Popen[bytes]", how: int) -> set[int]:
    """Scan from four phones; send the signal once enough was answered. The indices that were answered."""
    numbered = list(enumerate(targets))
    scanners = [Scanner(port, numbered[first::4]) for first in range(4)]
    for scanner in scanners:
        scanner.start()
    while sum(len(scanner.answered) for scanner in scanners) < stop_after:
        assert any(scanner.is_alive() for scanner in scanners), "the scanners gave up"
        time.sleep(0.005)
    stop.send_signal(how)
    stop.wait(START_S)
    for scanner in scanners:
        scanner.join(START_S)
    return {index for scanner in scanners for index in scanner.answered}


def recorded(folder: Path) -> set[int]:
    """The indices whose checks are in the database."""
    engine = open_engine(settings_of(folder).database)
    with engine.connect() as connection:
        found = set(connection.scalars(select(ScanCheck.idx)))
    engine.dispose()
    return found


def test_told_to_stop_under_load_it_loses_no_answered_check(installed: tuple[Path, list[str]]) -> None:
    folder, targets = installed
    with serving(folder, "batched") as (process, port):
        answered = scan_until(port, targets[:200], 60, process, signal.SIGTERM)
        assert process.returncode == 0
    assert len(answered) >= 60
    assert answered <= recorded(folder)


def test_killed_under_load_it_loses_no_answered_check_when_answers_wait_for_the_disk(
    installed: tuple[Path, list[str]],
) -> None:
    folder, targets = installed
    with serving(folder, "committed") as (process, port):
        answered = scan_until(port, targets[200:], 60, process, signal.SIGKILL)
    assert len(answered) >= 60
    assert {index + 200 for index in answered} <= recorded(folder)
