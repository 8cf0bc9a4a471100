"""Being told to stop, and being killed: no check that was answered is lost (in `committed` mode, not even then)."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from scripts.bench.verify import request_for
from scripts.bench.verify_site import HOST, build, settings_of
from tests.served import PATIENCE_S, Served, serving

CODES = 400
PROCESSES = ("--no-worker", "--processes", "2")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of an installation and the targets of its codes."""
    folder = tmp_path_factory.mktemp("stopping")
    return folder, [uri.removeprefix(f"https://{HOST}") for uri in build(folder, CODES)]


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
                    connection.sendall(request_for(target, "application/json"))
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


def scan_until(served: Served, targets: list[str], stop_after: int, pids: list[int], how: int) -> set[int]:
    """Scan from four phones; send the signal once enough was answered. The indices that were answered."""
    numbered = list(enumerate(targets))
    scanners = [Scanner(served.port, numbered[first::4]) for first in range(4)]
    for scanner in scanners:
        scanner.start()
    while sum(len(scanner.answered) for scanner in scanners) < stop_after:
        assert any(scanner.is_alive() for scanner in scanners), "the scanners gave up"
        time.sleep(0.005)
    for pid in pids:
        os.kill(pid, how)
    for scanner in scanners:
        scanner.join(PATIENCE_S)
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
    secret = folder / "passphrase"
    with serving(settings_of(folder).data_dir, *PROCESSES, passphrase_file=secret) as served:
        answered = scan_until(served, targets[:200], 60, [served.parent.pid], signal.SIGTERM)
        assert served.parent.wait(PATIENCE_S) == 0
    assert len(answered) >= 60
    assert answered <= recorded(folder)


def test_killed_under_load_it_loses_no_answered_check_when_answers_wait_for_the_disk(
    installed: tuple[Path, list[str]],
) -> None:
    folder, targets = installed
    settings = {"passphrase_file": folder / "passphrase", "scan_durability": "committed"}
    with serving(settings_of(folder).data_dir, *PROCESSES, **settings) as served:
        answered = scan_until(served, targets[200:], 60, served.web, signal.SIGKILL)
        at_once = recorded(folder)
    assert len(answered) >= 60
    assert {index + 200 for index in answered} <= at_once
