"""The `gimark` command in a process of its own for every command, without the second that starting Python costs.

One process imports what commands need and forks for each of them; a fork parses its own arguments, opens its own
installation and ends like any process. `python -m scripts.cli` itself is run too, where starting is the point.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.founded import PASSPHRASE

FORKING = """
import gc, json, os, sys, traceback

import sqlalchemy.orm

import scripts.cli.app
import scripts.cli.commands
from scripts.cli import batches, founding, issuing, ledgers, verifying

def run(asked):
    for number, path in enumerate(asked["streams"]):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = ["gimark", *asked["arguments"]]
    try:
        scripts.cli.app.main()
    except SystemExit as ended:
        return ended.code
    except BaseException:
        traceback.print_exc()
    return 1

sqlalchemy.orm.configure_mappers()
gc.freeze()
for line in sys.stdin:
    if os.fork():
        print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
        continue
    code = run(json.loads(line))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)  # nothing is taken down that belongs to the process that forked
gc.unfreeze()
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Gimark:
    """Runs commands on the installation in `data_dir`, in the working folder beside it."""

    process: "subprocess.Popen[str]"
    data_dir: Path

    @property
    def folder(self) -> Path:
        """Where commands run."""
        return self.data_dir.parent

    def __call__(self, *arguments: str | Path, code: int = 0, **environment: str) -> Ran:
        """Run `gimark arguments…`, which must end with `code`; every refusal is one plain line in both languages."""
        out, err = self.folder / "stdout", self.folder / "stderr"
        asked = {
            "streams": [os.devnull, str(out), str(err)],
            "environment": environment_for(self.data_dir) | environment,
            "folder": str(self.folder),
            "arguments": [str(argument) for argument in arguments],
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ended = self.process.stdout.readline()
        ran = Ran(int(ended), out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
        assert ran.code == code, f"gimark {' '.join(map(str, arguments))}\n{ran}"
        return ran

    def refused(self, *arguments: str | Path, code: int = 1, **environment: str) -> str:
        """Run a command that must be refused: the one line it says, in Chinese and then in English."""
        ran = self(*arguments, code=code, **environment)
        assert ran.err.count("\n") == 1, ran.err
        assert "Traceback" not in ran.err
        chinese, slash, english = ran.err.strip().partition(" / ")
        assert slash, ran.err
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese), ran.err
        assert english.endswith("."), ran.err
        return ran.err.strip()


def environment_for(data_dir: Path) -> dict[str, str]:
    """The settings of the installation in `data_dir`, as its operator exports them."""
    return {"GIMARK_DATA_DIR": str(data_dir), "GIMARK_PASSPHRASE": PASSPHRASE, "GIMARK_LOG_LEVEL": "warning"}


@contextmanager
def forking() -> Iterator["subprocess.Popen[str]"]:
    """The process that forks."""
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "trace")])
    command = [sys.executable, "-P", "-c", FORKING]
    environment = os.environ | {"PYTHONPATH": path}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
