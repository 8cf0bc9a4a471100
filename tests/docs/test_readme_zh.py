"""The Chinese guide is followed as a newcomer would: every table row added, every command run, from top to bottom."""

import csv
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.scripts.command import forking

ROOT = Path.cwd()
GUIDE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(console|csv)\n(.*?)```", re.S)
SHEET = re.compile(r"`(\w+\.csv)`")
PRESSED = re.compile(r"【([^】]+)】")
CATALOGUE = ROOT / "api/locales/en/LC_MESSAGES/messages.po"
OPTIONS = re.compile(r"`(--[a-z]+ [^`]+)`")
PRINTED = {"BATCH": re.compile(r"批次 / batch (\w{16})"), "RUN": re.compile(r"赋码批 / run (\w{16})")}


def steps() -> Iterator[tuple[str, str]]:
    """("console", command) and (name of a sheet, lines to add), in the order of the guide."""
    for found in BLOCK.finditer(GUIDE):
        kind, text = found.groups()
        if kind == "csv":
            yield SHEET.findall(GUIDE[: found.start()])[-1], text
            continue
        for line in text.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                yield kind, " ".join(line.removeprefix("$ ").split())


class Newcomer:
    """Somebody who does what the guide says, in a folder of their own."""

    def __init__(self, folder: Path, process: "subprocess.Popen[str]") -> None:
        self.folder = folder
        self.process = process
        self.environment = {"COLUMNS": "500"}
        self.names: dict[str, str] = {}
        (folder / "scripts").symlink_to(ROOT / "scripts")

    def run(self, command: str) -> str:
        """A command of the guide; what it prints."""
        for name, value in self.names.items():
            command = re.sub(rf"\b{name}\b", value, command)
        words = shlex.split(command)
        if words[0] == "export":
            self.environment |= dict(word.split("=", 1) for word in words[1:])
            return ""
        if words[0] != ".venv/bin/gimark":
            subprocess.run(["bash", "-c", command], cwd=self.folder, check=True)
            return ""
        said = self._gimark(words[1:])
        self.names |= {name: found[1] for name, pattern in PRINTED.items() if (found := pattern.search(said))}
        return said

    def _gimark(self, arguments: list[str]) -> str:
        streams = [os.devnull, str(self.folder / "stdout"), str(self.folder / "stderr")]
        asked = {
            "streams": streams,
            "environment": self.environment,
            "folder": str(self.folder),
            "arguments": arguments,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ended = int(self.process.stdout.readline())
        out, err = (Path(name).read_text(encoding="utf-8") for name in streams[1:])
        assert ended == 0, f"gimark {shlex.join(arguments)}\n{out}\n{err}"
        return out

    def add(self, sheet: str, lines: str) -> None:
        """Add lines to a sheet as Excel saves it: with a byte order mark and its own line ends."""
        path = self.folder / "var/county" / sheet
        before = path.read_text(encoding="utf-8-sig")
        path.write_text((before + lines).replace("\n", "\r\n"), encoding="utf-8-sig", newline="")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Newcomer, dict[str, str]]]:
    """The whole guide, followed; what each command said."""
    with forking() as process:
        newcomer = Newcomer(tmp_path_factory.mktemp("newcomer"), process)
        said = {}
        for kind, text in steps():
            if kind != "console":
                newcomer.add(kind, text)
            elif text != "scripts/setup" and not text.endswith(" serve"):
                said[text] = newcomer.run(text)  # the tests run in what setup made; serving has tests of its own
        yield newcomer, said


def test_from_nothing_to_an_activated_label(told: tuple[Newcomer, dict[str, str]]) -> None:
    newcomer, said = told
    assert newcomer.names.keys() == PRINTED.keys()
    assert [sheet for sheet, _ in steps() if sheet != "console"] == [
        "enterprises.csv",
        "trade_items.csv",
        "authorizations.csv",
    ]
    assert any((newcomer.folder / "var/biaoqian").glob("*.pdf"))
    [sheet] = (newcomer.folder / "var/biaoqian").glob("*.csv")
    with sheet.open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 96
    loaded = said[".venv/bin/gimark profile load var/county --as regulator"]
    assert "enterprises 1  商品 / items 1  授权 / authorizations 1" in loaded
    assert "全部相符" in said[".venv/bin/gimark ledger check"]


def test_everything_that_is_to_be_pressed_stands_on_a_page() -> None:
    with CATALOGUE.open("rb") as file:
        known = {message.id for message in read_po(file)}
    named = PRESSED.findall(GUIDE)
    assert len(named) > 10
    assert [words for words in named if words not in known] == []


def ways_of_printing() -> Iterator[str]:
    """The options of each printer of the guide's table, and all that the text below it names at once."""
    named = OPTIONS.findall(GUIDE[GUIDE.index("### 打印") : GUIDE.index("### 激活")])
    yield from (options for options in named if options.startswith("--template"))
    yield " ".join(options for options in named if not options.startswith("--template"))


FIRST, *OTHERS = ways_of_printing()


@pytest.mark.parametrize("options", [FIRST, *(pytest.param(options, marks=pytest.mark.long) for options in OTHERS)])
def test_every_way_of_printing_that_is_named_prints(
    told: tuple[Newcomer, dict[str, str]], tmp_path: Path, options: str
) -> None:
    newcomer, _ = told
    again = "" if "--reprint" in options else '--reprint "试印"'
    newcomer.run(f".venv/bin/gimark labels RUN --as lianxi --last 2 --out {tmp_path} {options} {again}")
    assert len(list(tmp_path.iterdir())) == 2
