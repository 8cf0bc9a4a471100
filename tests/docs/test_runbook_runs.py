"""The runbook's blocks, from top to bottom, on an installation of their own: every one of them does what it says."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path.cwd()
TEXT = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
# Blocks of the kind `shell-session` want a value or an answer of the reader's; test_runbook.py sees to their options.
BLOCKS = re.compile(r"```console\n(.*?)```", re.S)
ROOTS_BLOCKS = re.compile(r"```sh\n(.*?)```", re.S)
PATIENCE_S = 60
# Whatever listens goes on until it is told to stop.
SERVING = {"serve", "worker"}


def commands() -> Iterator[str]:
    """Every line behind a `$`, continued lines made one."""
    for block in BLOCKS.findall(TEXT):
        for line in block.replace("\\\n", " ").splitlines():
            assert line.startswith("$ "), line
            yield " ".join(line.removeprefix("$ ").split())


@pytest.mark.postgres
def test_every_command_runs_as_it_is_written(tmp_path: Path, vacant_postgres: str) -> None:
    places = {
        "/var/lib/gimark": tmp_path / "lib",
        "/var/backups/gimark": tmp_path / "backups",
        "/media/stick": tmp_path / "stick",
        "/etc/gimark": tmp_path / "etc",
    }
    for folder in places.values():
        folder.mkdir()
    passphrase = tmp_path / "etc" / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("invented, for this test alone\n")
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    environment = os.environ | {
        "COLUMNS": "500",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'trace'}",
        "GIMARK_DATA_DIR": str(tmp_path / "lib" / "data"),
        "GIMARK_PASSPHRASE_FILE": str(passphrase),
        "GIMARK_LOG_LEVEL": "info",
    }
    done = []
    for command in commands():
        for name, place in places.items():
            command = command.replace(name, str(place))
        command = re.sub(r"postgresql\+psycopg://gimark@\S+", shlex.quote(vacant_postgres), command)
        program = f"{sys.executable} -P -m scripts.cli"
        words = command.replace(".venv/bin/gimark", program)
        if SERVING & set(command.split()[:2]):
            serve_and_stop(words, environment, tmp_path)
        else:
            ran = subprocess.run(
                ["bash", "-c", words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        done.append(command)
    assert {"backup", "restore", "upgrade", "store", "init", "keys"} <= {command.split()[1] for command in done}


def serve_and_stop(command: str, environment: dict[str, str], folder: Path) -> None:
    """Start what serves, see that it does, and tell it to stop: it leaves by itself, and well."""
    words = shlex.split(command)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if "serve" in words:
        words = [word for word in words if word not in ("--port", "8000")] + ["--port", str(port)]
    log = folder / "log"
    with log.open("wb") as output, subprocess.Popen(words, cwd=folder, env=environment, stderr=output) as process:
        deadline = time.monotonic() + PATIENCE_S
        while not (is_answered(port) if "serve" in words else b"taking jobs" in log.read_bytes()):
            assert process.poll() is None, command
            assert time.monotonic() < deadline, command
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0, command


def is_answered(port: int) -> bool:
    with socket.socket() as connection:
        connection.settimeout(5)
        try:
            connection.connect(("127.0.0.1", port))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


@pytest.mark.parametrize("block", ROOTS_BLOCKS.findall(TEXT), ids=lambda block: block.split("\n", 1)[0][:40])
def test_what_root_does_is_well_formed_and_names_files_that_are_there(block: str) -> None:
    assert subprocess.run(["bash", "-n"], input=block, text=True, check=False, capture_output=True).returncode == 0
    named = re.findall(r"(?<![\w/])((?:deploy|scripts)/[\w./*-]+)", block)
    assert all(list(ROOT.glob(name)) for name in named)
    for unit in re.findall(r"enable --now (.*)", block):
        for name in unit.split():
            assert (ROOT / "deploy/systemd" / (name if "." in name else f"{name}.service")).exists()
