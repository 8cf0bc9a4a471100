"""An office's first year in a minute: install, serve behind nginx, issue, be killed, back up, move to PostgreSQL.

As whoever follows docs/runbook.md does it: the office works with the `gimark` command, the enterprise with curl and an
access key over TLS, and processes are killed all the while; nothing may be lost.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from gimark.clock import SystemClock, local_day
from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from scripts.release_store import HOST as STORED_HOST
from scripts.release_store import PASSPHRASE as STORED_PASSPHRASE
from tests.curl import Curl
from tests.deploy.nginx import Proxy, proxy_before
from tests.founded import GTIN, HOST, PASSPHRASE, TOWN, USCC, YUNXI
from tests.served import port_in, until
from tests.stored_release import RELEASES, unpack

PATIENCE_S = 240
COUNT, ACTIVE, VOID = 24, 16, 20
SCOPES = ("read", "manage_batches", "issue_codes", "change_codes", "void_codes")
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
            "GIMARK_LOG_LEVEL": "info",
        }

    def gimark(self, *words: str | Path, code: int = 0, typed: str = "") -> str:
        """What a command says, standard error too, to whoever types `typed`; it must end with `code`."""
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "scripts.cli", *map(str, words)],
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, f"gimark {' '.join(map(str, words))}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout + ran.stderr

    @contextmanager
    def serving(self, folder: Path) -> Iterator["Served"]:
        """`gimark serve`, with its worker, behind nginx."""
        log = self.data_dir.parent / f"{folder.name}.log"
        command = [sys.executable, "-P", "-m", "scripts.cli", "serve", "--port", "0", "--processes", "2"]
        with log.open("wb") as written, subprocess.Popen(command, env=self.environment, stderr=written) as parent:
            try:
                until(lambda: port_in(log) is not None or parent.poll() is not None, "it does not listen")
                port = port_in(log)
                assert port is not None, log.read_text()
                with proxy_before(port, self.host, folder) as proxy:
                    served = Served(proxy, parent)
                    served.wait()
                    yield served
            finally:
                parent.send_signal(signal.SIGTERM)
                assert parent.wait(PATIENCE_S) == 0, log.read_text()

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


def access_key(office: Office) -> str:
    """An enterprise's user with a password of its own, and a key for its program."""
    added = office.gimark("user", "add", "songwu", "--role", "producer_manager", "--enterprise", USCC, "--as", "admin")
    [once] = re.findall(r"\b[0-9a-z]{5}(?:-[0-9a-z]{5}){3}\b", added)
    office.gimark("user", "password", "songwu", typed=f"{once}\nanother one of my own\n")
    until = str(local_day(SystemClock().now()) + timedelta(days=30))
    scopes = [option for scope in SCOPES for option in ("--scope", scope)]
    made = office.gimark("access", "create", "ERP", *scopes, "--until", until, "--as", "songwu")
    [token] = re.findall(r"gimark_\w+", made)
    return str(token)


def program(served: Served, token: str, folder: Path) -> Curl:
    """The enterprise's program: it trusts the site's certificate, and asks again when nobody answers."""
    proxy = served.proxy
    certificate = str(proxy.folder / "fullchain.pem")
    options = (
        *("--header", f"Authorization: Bearer {token}", "--cacert", certificate),
        *("--resolve", f"{proxy.host}:{proxy.secure}:127.0.0.1"),
        *("--retry", "30", "--retry-delay", "1", "--retry-all-errors"),
    )
    return Curl(f"https://{proxy.host}:{proxy.secure}/v1", folder, options)


def issue(erp: Curl, disturb: Callable[[], None]) -> tuple[str, list[str]]:
    """A run and its labels by curl alone, disturbed at every turn; the run's reference and the printed URLs."""
    today = local_day(SystemClock().now())
    [item] = [one for one in erp("/items").json["items"] if one["gtin"] == GTIN]
    planned = {"item": item["ref"], "lot": "YX-1", "town": TOWN, "planned_g": COUNT * item["net_g"]}
    harvest = {"harvested_from": str(today - timedelta(days=30)), "harvested_until": str(today - timedelta(days=10))}
    disturb()
    batch = erp.post("/batches", planned | harvest).json["ref"]
    version = f"If-Match: {erp(f'/batches/{batch}').headers['etag']}"
    packed = {"packed_g": COUNT * item["net_g"], "packed_on": str(today)}
    erp.post(f"/batches/{batch}/confirmation", packed, version, expect=200)
    disturb()
    run = erp.post("/runs", {"batch": batch, "count": COUNT}).json["ref"]
    labels = {"run": run, "first": 0, "last": COUNT - 1, "template": "a4-3x8"}
    order = erp.post("/print-orders", labels, expect=202).json["ref"]
    disturb()
    erp.polled(f"/print-orders/{order}", "released")
    table = erp(f"/print-orders/{order}/files/codes.csv").body.decode("utf-8-sig")
    urls = [row["url"] for row in csv.DictReader(io.StringIO(table, newline=""))]
    assert len(set(urls)) == COUNT
    return run, urls


def activation(first: int, last: int) -> dict[str, object]:
    """What puts packages on sale."""
    return {"kind": "activate", "ranges": [{"first": first, "last": last}]}


def test_nothing_is_lost_from_installing_to_postgresql(tmp_path: Path, vacant_postgres: str) -> None:
    office = Office(tmp_path / "office" / "data")
    office.gimark("init", "--profile", YUNXI, "--origin", HOST, "--host", HOST)
    token = access_key(office)
    answered = set()
    with office.serving(tmp_path / "first") as served:
        victims = count()
        erp = program(served, token, tmp_path)
        run, urls = issue(erp, lambda: served.kill_one(next(victims)))
        erp.post(f"/runs/{run}/ranges", activation(0, ACTIVE - 1))
        for index, url in enumerate(urls[:ACTIVE]):
            if index % 5 == 2:
                served.kill_one(next(victims))
            while served.insist(url) == ("amber", "not_activated"):
                time.sleep(0.1)  # each process takes the act up within a second
            answered.add(index)
        spoilt = {"kind": "void", "ranges": [{"first": ACTIVE, "last": VOID - 1}], "reason": "印坏"}
        served.kill_one(next(victims))
        erp.post(f"/runs/{run}/ranges", spoilt)
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
        erp = program(served, token, tmp_path)
        [listed] = erp("/runs").json["items"]
        assert (listed["ref"], listed["count"]) == (run, COUNT)
        erp.post(f"/runs/{run}/ranges", activation(VOID, VOID), "Idempotency-Key: on-postgresql")
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
