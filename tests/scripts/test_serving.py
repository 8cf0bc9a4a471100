"""`gimark serve` as its operator meets it: refusals, processes that are killed, and being told to stop."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.ceremony import open_root, renew_key_set, root_place
from api.installation import Installation
from gimark.ledger import book
from scripts.cli.serving import MOST_BY_ITSELF, processes_for, warn_of_root
from scripts.cli.supervising import SILENCE_LIMIT_S
from tests.founded import PASSPHRASE, Founding, settings_for
from tests.served import PATIENCE_S, answers, children_of, records, serving, until


@pytest.fixture
def here(founding: Founding, tmp_path: Path) -> Iterator[Installation]:
    """A copy of an installation just founded."""
    copy = founding.copy(tmp_path)
    yield copy
    copy.store.engine.dispose()


def test_serving_warns_while_the_roots_key_lies_in_the_data_folder(here: Installation) -> None:
    with capture_logs() as said:
        warn_of_root(here.settings)
    assert [(entry["log_level"], "off line" in entry["event"]) for entry in said] == [("warning", True)]
    (here.keys_folder / "root.pem").unlink()
    with capture_logs() as said:
        warn_of_root(here.settings)
    assert said == []


def test_sqlite_is_served_by_one_process_and_postgresql_by_a_few_unless_it_is_said(tmp_path: Path) -> None:
    assert processes_for(settings_for(tmp_path)) == 1
    assert 1 <= processes_for(settings_for(tmp_path, database_url="postgresql+psycopg://db/gimark")) <= MOST_BY_ITSELF
    assert processes_for(settings_for(tmp_path, processes=3)) == 3


def test_a_demonstration_that_is_told_to_end_ends_its_server_too(here: Installation, tmp_path: Path) -> None:
    here.store.engine.dispose()
    secret = tmp_path / "passphrase"
    secret.touch(mode=0o600)
    secret.write_text(PASSPHRASE, encoding="utf-8")
    program = (
        "import sys\nfrom pathlib import Path\nfrom api.settings import Settings\n"
        "from scripts.demonstration.server import serving\n"
        "settings = Settings(data_dir=Path(sys.argv[1]), passphrase_file=Path(sys.argv[2]))\n"
        "with serving(settings, '127.0.0.1', 0) as server:\n"
        "    print(server.process.pid, flush=True)\n    server.wait()\n"
    )
    command = [sys.executable, "-c", program, here.settings.data_dir, secret]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demonstration:
        assert demonstration.stdout is not None
        server = int(demonstration.stdout.readline())
        demonstration.terminate()
        demonstration.wait(PATIENCE_S)
    until(lambda: not Path(f"/proc/{server}").exists(), "its server was left behind")


def test_whoever_is_killed_is_started_again_and_all_leave_on_sigterm(here: Installation) -> None:
    here.store.engine.dispose()
    with serving(here.settings.data_dir, "--processes", "2") as served:
        until(lambda: set(served.children) == {"web-1", "web-2", "worker"}, "not everybody was started")
        until(lambda: _is_all_published(here), "the first worker publishes nothing")
        before = served.children
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        until(lambda: _all_new(before, served.children), "not everybody was started again")
        until(lambda: answers(served), "the new ones answer nothing")
        renew_key_set(here, open_root(here, root_place(here.settings, None, None)))
        until(lambda: _is_all_published(here), "the new worker publishes nothing")
        last = served.children
        assert served.stop() == 0
        assert not any(map(_is_there, last.values()))
        died = {record["child"] for record in served.records if "died" in record["event"]}
        assert died == {"web-1", "web-2", "worker"}
        assert {record["process"] for record in served.records} >= {"serve", "web-1", "web-2", "worker"}


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_while_it_starts_it_leaves_in_order(here: Installation, told: signal.Signals) -> None:
    here.store.engine.dispose()
    settings = {"DATA_DIR": str(here.settings.data_dir), "PASSPHRASE": PASSPHRASE}
    environment = {**os.environ, **{f"GIMARK_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "scripts.cli", "serve", "--port", "0"]
    log = here.settings.data_dir.parent / "starting.log"
    with log.open("wb") as written, subprocess.Popen(command, env=environment, stderr=written) as parent:
        until(lambda: bool(children_of(parent.pid)), "no web process is started")
        parent.send_signal(told)
        assert parent.wait(PATIENCE_S) == 0
    assert len(records(log)) == len(log.read_text().splitlines())
    assert not [record for record in records(log) if record["level"] == "error"]


@pytest.mark.long
def test_whoever_is_stopped_dead_is_ended_and_started_again(here: Installation) -> None:
    here.store.engine.dispose()
    with serving(here.settings.data_dir) as served:
        until(lambda: {"web-1", "worker"} <= served.ready, "not everybody is ready")
        before = served.children
        for pid in before.values():
            os.kill(pid, signal.SIGSTOP)
        until(lambda: _all_new(before, served.children), "nobody minds", patience_s=2 * SILENCE_LIMIT_S + PATIENCE_S)
        until(lambda: answers(served), "the new one answers nothing")
        assert served.stop() == 0
    silent = {record["child"] for record in served.records if "says nothing any more" in record["event"]}
    assert silent == {"web-1", "worker"}


def test_a_parent_that_is_killed_takes_its_children_along(here: Installation) -> None:
    here.store.engine.dispose()
    with serving(here.settings.data_dir) as served:
        until(lambda: set(served.children) == {"web-1", "worker"}, "not everybody was started")
        children = served.children
        served.parent.kill()
        served.parent.wait(PATIENCE_S)
        until(
            lambda: not [pid for pid in children.values() if Path(f"/proc/{pid}").exists()], "a child was left behind"
        )


def test_what_is_wrong_is_said_once_in_one_line_and_nothing_goes_on_running(here: Installation) -> None:
    here.store.engine.dispose()
    settings = {"DATA_DIR": str(here.settings.data_dir), "PASSPHRASE": "another one", "LOG_LEVEL": "error"}
    said = _refused(settings, "--processes", "2", "--port", "0")
    assert len(said) == 1, said
    assert "issuing-0001.pem" in said[0] or "口令" in said[0]


def test_an_address_that_is_taken_is_refused_plainly(here: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = {"DATA_DIR": str(here.settings.data_dir), "PASSPHRASE": PASSPHRASE, "LOG_LEVEL": "error"}
        said = _refused(settings, "--port", str(port))
    assert len(said) == 1
    assert f"cannot listen on port {port} of 127.0.0.1" in said[0]


def _refused(settings: dict[str, str], *options: str) -> list[str]:
    """The lines that `gimark serve` says when it refuses."""
    environment = {**os.environ, **{f"GIMARK_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "scripts.cli", "serve", *options]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE_S, text=True, check=False)
    assert done.returncode == 1
    return done.stderr.splitlines()


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _all_new(before: dict[str, int], now: dict[str, int]) -> bool:
    return before.keys() == now.keys() and not set(before.values()) & set(now.values())


def _is_all_published(here: Installation) -> bool:
    with here.store.reading() as session:
        latest = book.published(session)
        return latest is not None and latest.size == book.size(session)
