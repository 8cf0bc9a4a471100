"""The demonstration as a stranger runs it: what it promises to leave is there, and nothing else goes on running."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.founding import found
from api.installation import Installation, open_installation
from gimark import audit
from gimark.clock import FixedClock
from gimark.codes.offline import verify_offline
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.keys.keyset import read_published
from gimark.ledger import book
from gimark.ledger.checkpoints import open_checkpoint
from gimark.production.model import Batch
from gimark.registry.authorizations.model import AuthorizationChange
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.model import ScanCheck
from scripts.demonstration import paper, season
from tests.founded import HOST, YUNXI, settings_for

TIMEOUT_S, ENDED_WITHIN_S = 300, 10


@dataclass(frozen=True, slots=True)
class Played:
    """A demonstration that was played to its end."""

    folder: Path
    code: int
    output: str
    session: int


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """`gimark demo --once` with a small season, where the environment names an installation that it must not touch."""
    folder = tmp_path_factory.mktemp("demo")
    mine = {"GIMARK_DATABASE_URL": f"sqlite:///{folder}/mine.db", "GIMARK_PASSPHRASE": "the operator's own"}
    with started("--once", "--folder", folder / "out", "--season", "1", **mine) as process:
        output, _ = process.communicate(timeout=TIMEOUT_S)
    assert not (folder / "mine.db").exists()
    return Played(folder / "out", process.returncode, output, process.pid)


def started(*arguments: str | Path, **environment: str) -> "subprocess.Popen[str]":
    """`gimark demo` in a session of its own."""
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "trace")])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "scripts.cli", "demo", *arguments],
        env=os.environ | environment | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def opened(played: Played) -> Installation:
    return open_installation(
        settings_for(played.folder / "data", passphrase=None, passphrase_file=played.folder / ".passphrase")
    )


def test_every_verdict_is_as_it_must_be(played: Played) -> None:
    assert played.code == 0, played.output
    looks = json.loads((played.folder / "verdicts.json").read_text(encoding="utf-8"))
    assert [look["expected"] for look in looks] == ["green", "red", "red", "amber"]
    assert [(look["verdict"], look["reason"]) for look in looks] == [
        ("green", "authentic"),
        ("red", "bad_signature"),
        ("red", "voided"),
        ("amber", "not_activated"),
    ]
    assert all(look["url"].startswith(f"https://{HOST}/01/") for look in looks)


def test_what_is_promised_is_left(played: Played) -> None:
    left = {path.name for path in played.folder.iterdir() if path.is_file() and not path.name.startswith(".")}
    assert left == {"checkpoint", "codes.csv", "gi-keys", "label.png", "labels.pdf", "verdicts.json"}
    assert all(name in played.output for name in left)


def test_each_step_is_told_with_what_really_came_of_it(played: Played) -> None:
    here = opened(played)
    with here.store.reading() as session:
        order = session.scalars(select(IssueOrder).where(IssueOrder.idempotency_key == "demo-order")).one()
        run = session.scalars(select(IssueRun).where(IssueRun.order_id == order.id)).one()
        batch = session.get_one(Batch, run.batch_id)
        item = session.get_one(TradeItem, batch.item_id)
        enterprise = session.get_one(Enterprise, item.enterprise_id)
        size = run.ledger_index + 1
        steps = [
            f"{enterprise.name_zh} {enterprise.uscc}",
            f"GTIN {item.gtin}",
            f"{batch.lot}  {batch.ref}  账本 / ledger {batch.ledger_index}",
            f"No. {run.number}  1,000 枚 / codes  账本 / ledger {run.ledger_index}",
            run.codes_root.hex(),
            f"{size} 条 / entries  {book.root(session, size).hex()}",
            f"labels.pdf  {played.folder / 'labels.pdf'}",
        ]
    here.store.engine.dispose()
    looks = json.loads((played.folder / "verdicts.json").read_text(encoding="utf-8"))
    steps += [f"读出 / decoded  {looks[0]['url']}", *(f"● {look['verdict']} {look['reason']}" for look in looks)]
    assert [step for step in steps if step not in played.output] == []


def test_a_thousand_codes_are_in_the_file_and_the_first_is_on_the_page(played: Played, tmp_path: Path) -> None:
    with (played.folder / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["gtin"] for row in rows) == {"09521123000261": 1_000}
    assert len({row["serial"] for row in rows}) == 1_000
    assert paper.scan_first_label(played.folder / "labels.pdf", tmp_path) == rows[0]["url"]
    assert json.loads((played.folder / "verdicts.json").read_text(encoding="utf-8"))[0]["url"] == rows[0]["url"]


def test_the_key_set_and_the_checkpoint_verify_under_the_root_that_was_told(played: Played) -> None:
    here = opened(played)
    assert str(here.root_key) in played.output
    keys = read_published((played.folder / "gi-keys").read_bytes(), here.root_key)
    first = json.loads((played.folder / "verdicts.json").read_text(encoding="utf-8"))[0]["url"]
    assert verify_offline(first, keys, None, datetime.now(UTC)).reason == "authentic"
    checkpoint = open_checkpoint((played.folder / "checkpoint").read_bytes(), here.trust)
    with here.store.reading() as session:
        assert book.size(session) >= checkpoint.size > 300
        assert book.root(session, checkpoint.size) == checkpoint.root
        assert list(audit.differences(session)) == []
    here.store.engine.dispose()


def test_no_process_is_left_behind(played: Played) -> None:
    deadline = time.monotonic() + ENDED_WITHIN_S
    while (left := commands_of(played.session)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


@pytest.mark.long
def test_without_once_it_goes_on_serving_where_it_was_told_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with started("--folder", tmp_path / "demo", "--season", "1", "--port", str(port)) as process:
        assert process.stdout is not None
        told = "".join(iter_until(process.stdout, f"{address}/01/"))
        with urllib.request.urlopen(f"{address}/healthz", timeout=TIMEOUT_S) as answer:  # noqa: S310 - our own address
            assert answer.status == 200
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, told + rest
    assert commands_of(process.pid) == []


def iter_until(lines: Iterable[str], words: str) -> Iterator[str]:
    """The lines up to the first that holds `words`."""
    for line in lines:
        yield line
        if words in line:
            return
    pytest.fail(f"it ended without {words}")


def commands_of(session: int) -> list[str]:
    """What runs in the session, that is: whatever the demonstration started and nobody ended."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, _, its_session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (process / "cmdline").read_text().replace("\0", " ")
            # One without a command is on its way out: its memory is gone already.
            if its_session == str(session) and state not in "ZX" and command:
                found.append(command)
    return found


@pytest.mark.long
@pytest.mark.parametrize("until", [datetime(2025, 3, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, 1, tzinfo=UTC)])
def test_the_season_is_played_on_any_date_with_who_was_authorised_then(tmp_path: Path, until: datetime) -> None:
    clock = FixedClock(until - timedelta(days=season.SEASON_DAYS + 10))
    settings = settings_for(tmp_path / "data")
    found(settings, YUNXI, HOST, HOST, clock)
    here = open_installation(settings, clock)
    done: list[int] = []
    played = season.play(here, clock, until, lambda so_far, _: done.append(so_far), percent=1)
    assert 0 < played.batches < len(done)
    assert 1_000_000 < played.codes * 100 < 6_000_000, "what a whole season comes to"
    with here.store.reading() as session:
        acts = session.scalars(select(AuthorizationChange.kind)).all()
        devices = session.scalars(
            select(func.count()).select_from(ScanCheck).group_by(ScanCheck.run_id, ScanCheck.idx)
        ).all()
        assert list(audit.differences(session)) == []
    assert acts == [ChangeKind.REVOKE]
    assert sum(devices) == played.scans
    assert sorted(devices)[-season.COPIES - 1 :][0] < 10 < sorted(devices)[-season.COPIES], "a few were copied"
    here.store.engine.dispose()
