"""What deploy/ holds is true of this program, and is what the tools that read it accept."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path.cwd()
DEPLOY = ROOT / "deploy"
ENVIRONMENT = (DEPLOY / "environment").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTINGS = {f"GIMARK_{name.upper()}": field for name, field in Settings.model_fields.items()}


def tool(*names: str) -> str:
    """The first of these programs that is installed. Where there is none the test is skipped, but never in CI."""
    for name in names:
        if (found := shutil.which(name)) is not None:
            return found
    message = f"none of {', '.join(names)} is installed"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def test_the_environment_file_names_every_setting_once_below_words_about_it() -> None:
    named = re.findall(r"^#?(GIMARK_[A-Z_]+)=", ENVIRONMENT, re.M)
    assert sorted(named) == sorted(SETTINGS)
    paragraphs = ENVIRONMENT.strip().split("\n\n")[1:]
    assert all(re.match(r"# \S", paragraph) for paragraph in paragraphs)


def test_what_is_commented_out_there_is_what_holds_without_it() -> None:
    for name, text in re.findall(r"^#(GIMARK_[A-Z_]+)=(.*)$", ENVIRONMENT, re.M):
        default = SETTINGS[name].default
        written = ",".join(default) if isinstance(default, tuple) else "" if default is None else str(default)
        assert text == written, name


def test_the_settings_in_it_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in re.findall(r"^(GIMARK_[A-Z_]+)=(.*)$", ENVIRONMENT, re.M):
        monkeypatch.setenv(name, text)
    settings = Settings()
    assert settings.is_https
    assert settings.trusted_proxies == ("127.0.0.1/32",)


def test_the_settings_page_tells_of_every_setting_and_of_no_other() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(GIMARK_[A-Z_]+)` \|", page, re.M)
    assert sorted(rows) == sorted(SETTINGS)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_every_unit(unit: Path, tmp_path: Path) -> None:
    program = tmp_path / "gimark"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/srv/gimark/.venv/bin/gimark", str(program))
        (tmp_path / path.name).write_text(text)
    ran = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", tmp_path / unit.name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


@pytest.mark.parametrize("unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_every_command_of_a_unit_is_one_of_the_program(unit: Path) -> None:
    from tests.docs.test_runbook import test_every_command_has_help_and_the_options_that_are_used as check

    [words] = re.findall(r"^ExecStart=/srv/gimark/.venv/bin/gimark (.*)$", unit.read_text(encoding="utf-8"), re.M)
    check(tuple(words.split()))


def test_compose_accepts_its_file(tmp_path: Path) -> None:
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    compose = [tool("docker-compose", "docker")]
    compose += ["compose"] if compose[0].endswith("docker") else []
    ran = subprocess.run(
        [*compose, "--file", tmp_path / "deploy" / "compose.yaml", "config"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    for service in ("database", "web", "worker", "proxy"):
        assert re.search(rf"^  {service}:$", ran.stdout, re.M)


def test_the_image_copies_what_is_there_and_no_secret() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (.*) \S+$", dockerfile, re.M) for word in line.split()]
    assert copied
    assert all((ROOT / word).exists() for word in copied)
    assert "." not in copied
    assert not {"var", "tests"} & set(copied)
