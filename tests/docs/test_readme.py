"""The README's tour is run as it is written, and every link of every document leads somewhere."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path.cwd()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("scripts/**/*.md")])
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
# What a command prints and a later one names.
PRINTED = {
    "BATCH": re.compile(r"批次 / batch (\w{16})"),
    "RUN": re.compile(r"赋码批 / run (\w{16})"),
    "AUTHORIZATION": re.compile(r"授权 / authorization (\w{16})"),
}


def tour() -> Iterator[str]:
    """The commands of the README's console block, one line each."""
    [block] = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            yield " ".join(line.removeprefix("$ ").split())


@pytest.mark.long
def test_the_readmes_tour_runs_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    environment, names, done = dict(os.environ) | {"COLUMNS": "500"}, {}, []
    for command in tour():
        if command == "scripts/setup" or command.endswith(" serve"):
            continue  # the tests run in what setup made; serving has tests of its own
        for name, value in names.items():
            command = re.sub(rf"\b{name}\b", value, command)
        if command.startswith("export "):
            environment |= dict(word.split("=", 1) for word in shlex.split(command)[1:])
            continue
        command = command.replace(".venv/bin/gimark", f"{sys.executable} -P -m scripts.cli")
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": f"{ROOT}:{ROOT / 'trace'}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        names |= {name: found[1] for name, pattern in PRINTED.items() if (found := pattern.search(ran.stdout))}
        done.append(command)
    assert names.keys() == PRINTED.keys()
    assert any((tmp_path / "var/labels").glob("*.pdf"))
    assert any((tmp_path / "var/labels").glob("*.csv"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = LINK.findall(CODE.sub("", document.read_text(encoding="utf-8")))
    assert [link for link in targets if "://" not in link and not (document.parent / link).exists()] == []
