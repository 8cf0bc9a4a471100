"""An office's first year in a minute: install, serve behind nginx, issue, be killed, back up, move to PostgreSQL.

Everything through the command line and TLS, as whoever follows docs/runbook.md does it; nothing may be lost.
"""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gimark.clock import SystemClock, local_day
from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from scripts.release_store import HOST as STORED_HOST
from scripts.release_store import PASSPHRASE as STORED_PASSPHRASE
from tests.deploy.nginx import Proxy, free_ports, proxy_before
from tests.founded import GTIN, HOST, PASSPHRASE, TOWN, USCC, YUNXI
from tests.stored_release import RELEASES, unpack

PATIENCE_S = 240
COUNT, ACTIVE, VOID = 24, 16, 20
pytestmark = [pytest.mark.postgres, pytest.mark.long]


@dataclass(frozen=True)
class Office:
    """An installation as its operator sees it: a folder, an environment, and the `gimark` command."""

    data_dir: Path
    passphrase: str = PASSPHRASE
    host: str = HOST
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": f"{Path.cwd()}:{Path.cwd() / 'trace'}",
            "COLUMNS": "500",
            "GIMARK_DATA_DIR": str(self.data_dir),
            "GIMARK_DATABASE_URL": self.database_url,
            "GIMARK_PASSPHRASE": self.passphrase,
            "GIMARK_PUBLIC_BASE": f"https://{self.host}",
            "GIMARK_TRUSTED_PROXIES": "127.0.0.1",
            "GIMARK_SCAN_DURABILITY": "committed",
            "GIMARK_LOG_LEVEL": "error",
        }

    def gimark(self, *words: str | Path, code: int = 0) -> str:
        """What a command says, standard error too; it must end with `code`."""
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "scripts.cli", *map(str, words)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, f"gimark {' '.join(map(str, words))}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout + ran.stderr

    @contextmanager
    def serving(self, folder: Path) -> Iterator["Served"]:
        """`gimark serve`, with its worker, behind nginx."""
        [port] = free_ports(1)
        command = [sys.executable, "-P", "-m", "scripts.cli", "serve", "--port", str(port), "--processes", "2"]
        with (
            proxy_before(port, self.host, folder) as proxy,
            subprocess.Popen(command, env=self.environment) as parent,
        ):
            served = Served(proxy, parent)
            try:
                served.wait()
                yield served
            finally:
                parent.send_signal(signal.SIGTERM)
                assert parent.wait(PATIENCE_S) == 0

    def checks(self) -> set[int]:
        """The indices of codes that have a check in the database."""
        engine = open_engine(self.database_url or f"sqlite:///{self.data_dir / 'gimark.db'}")
        with engine.connect() as connection:
            found = set(connection.scalars(select(ScanCheck.idx)))
        engine.dispose()
        return found

    def root(self) -> tuple[str, str]:
        """Size and root of the published log."""
        _, size, root = (self.data_dir / "published" / "checkpoint").read_text().splitlines()[:3]
        return size, root


@dataclass(frozen=True)
class Served:
    """What runs."""

    proxy: Proxy
    parent: "subprocess.Popen[bytes]"

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + PATIENCE_S
        while self.proxy.get("/healthz")[0].status != 200:
            assert self.parent.poll() is None, "the server left"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)

    def kill_one(self, number: int) -> None:
        """Kill a web process or the worker outright."""
        tasks = Path(f"/proc/{self.parent.pid}/task").glob("*/children")
        children = [int(child) for task in tasks for child in task.read_text().split()]
        if children:
            with suppress(ProcessLookupError):
                os.kill(children[number % len(children)], signal.SIGKILL)

    def verdict(self, url: str) -> tuple[str, str] | None:
        """The verdict on a printed code, None while nobody answers for certain."""
        target = re.sub(r"^https://[^/]+", "", url)
        try:
            response, body = self.proxy.get(target, accept="application/json", user_agent="Mozilla/5.0")
        except OSError:
            return None
        if response.status != 200:
            return None
        told = json.loads(body)
        return None if told["reason"] == "unavailable" else (told["verdict"], told["reason"])

    def insist(self, url: str) -> tuple[str, str]:
        """The verdict, asked for until there is one."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.verdict(url)) is None:
            assert time.monotonic() < deadline, "no verdict"
            time.sleep(0.1)
        return found


EXPECTED = [
    *[("green", "authentic")] * ACTIVE,
    *[("red", "voided")] * (VOID - ACTIVE),
    *[("amber", "not_activated")] * (COUNT - VOID),
]


def issue(office: Office, folder: Path) -> tuple[str, list[str]]:
    """Found the office and make one run; its reference and the printed URLs."""
    day = local_day(SystemClock().now())
    office.gimark("init", "--profile", YUNXI, "--origin", HOST, "--host", HOST)
    office.gimark("user", "add", "songwu", "--role", "producer_manager", "--enterprise", USCC, "--as", "admin")
    harvest = f"{day - timedelta(days=30)}..{day - timedelta(days=10)}"
    said = office.gimark(
        "batch", "register", GTIN[1:], "YX-1", "6", "--town", TOWN, "--harvested", harvest, "--as", "songwu"
    )
    [batch] = re.findall(r"批次 / batch (\w{16})", said)
    office.gimark("batch", "confirm", batch, "6", str(day), "--as", "songwu")
    [run] = re.findall(r"赋码批 / run (\w{16})", office.gimark("issue", batch, str(COUNT), "--as", "songwu"))
    office.gimark("labels", run, "--as", "songwu", "--out", folder)
    [table] = folder.glob("*.csv")
    with table.open(encoding="utf-8-sig", newline="") as file:
        urls = [row["url"] for row in csv.DictReader(file)]
    assert len(urls) == COUNT
    return run, urls


def test_nothing_is_lost_from_installing_to_postgresql(tmp_path: Path, vacant_postgres: str) -> None:
    office = Office(tmp_path / "office" / "data")
    run, urls = issue(office, tmp_path / "labels")
    answered = set()
    with office.serving(tmp_path / "first") as served:
        office.gimark("codes", "activate", run, "0", str(ACTIVE - 1), "--as", "songwu")
        for index, url in enumerate(urls[:ACTIVE]):
            if index % 5 == 2:
                served.kill_one(index)
            while served.insist(url) == ("amber", "not_activated"):
                time.sleep(0.1)  # each process takes the act up within a second
            answered.add(index)
        office.gimark("codes", "void", run, str(ACTIVE), str(VOID - 1), "--reason", "印坏", "--as", "songwu")
        office.gimark("ledger", "publish")
        office.gimark("backup", tmp_path / "data.zip", "--keys", tmp_path / "keys.zip")
        assert "stop" in office.gimark("upgrade", code=1).lower()
    assert answered <= office.checks()
    assert "already" in office.gimark("upgrade")

    moved = Office(tmp_path / "moved" / "data", database_url=vacant_postgres)
    said = moved.gimark("restore", tmp_path / "data.zip", "--keys", tmp_path / "keys.zip")
    assert "agree with the tables" in said
    assert moved.root() == office.root()
    assert answered <= moved.checks()
    with moved.serving(tmp_path / "second") as served:
        assert [served.insist(url) for url in urls] == EXPECTED
        checkpoint = served.proxy.get("/checkpoint")[1].decode().splitlines()
        assert (checkpoint[1], checkpoint[2]) == office.root()
        moved.gimark("codes", "activate", run, str(VOID), str(VOID), "--as", "songwu")
        moved.gimark("ledger", "publish")
        while served.insist(urls[VOID]) != ("green", "authentic"):
            time.sleep(0.1)
    assert int(moved.root()[0]) == int(office.root()[0]) + 1
    assert "agree with the tables" in moved.gimark("ledger", "check")


def test_an_old_release_is_refused_upgraded_and_served(tmp_path: Path) -> None:
    stored = unpack(RELEASES[0], tmp_path / "office")
    office = Office(stored.data_dir, STORED_PASSPHRASE, STORED_HOST)
    assert "gimark upgrade" in office.gimark("worker", code=1)
    assert "gimark restore" not in office.gimark("upgrade")
    with office.serving(tmp_path / "proxy") as served:
        chosen = {reason: (target, colour) for target, colour, reason in stored.expected["verdicts"]}
        for reason, (target, colour) in chosen.items():
            assert served.insist(target) == (colour, reason)
    assert "agree with the tables" in office.gimark("ledger", "check")
