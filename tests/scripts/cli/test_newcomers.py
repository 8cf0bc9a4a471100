"""What somebody meets who does it for the first time: wrong names, missing files, the wrong order of steps."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.cli import office
from scripts.cli.commands import app
from tests.founded import HOST, PASSPHRASE, YUNXI, Workshop

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "codes.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, in which nothing was founded yet."""
    monkeypatch.setenv("GIMARK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GIMARK_PASSPHRASE", PASSPHRASE)
    office.installation.cache_clear()
    return tmp_path / "data"


def refused(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stderr.count("\n") == 1
    return result.stderr


def init(profile: Path = YUNXI, origin: str = HOST, host: str = HOST) -> tuple[str | Path, ...]:
    return ("init", "--profile", profile, "--origin", origin, "--host", host)


def test_a_profile_folder_that_is_not_there_is_named_once_and_not_file_by_file(tmp_path: Path) -> None:
    told = refused(*init(profile=tmp_path / "nowhere"))
    assert told.startswith("profile：")
    assert "county.toml" not in told
    assert "profile:" in refused(*init(profile=YUNXI / "county.toml"))


def test_each_fault_of_a_profile_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    profile = Path(shutil.copytree(YUNXI, tmp_path / "county"))
    items = profile / "trade_items.csv"
    items.write_text(items.read_text(encoding="utf-8").replace(",dried,", ",cooked,"), encoding="utf-8")
    result = CliRunner().invoke(app, [str(argument) for argument in init(profile=profile)])
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines) > 1) == (1, True)
    assert all(line.startswith("trade_items.csv/") and " / trade_items.csv/" in line for line in lines)


@pytest.mark.parametrize("origin", ["GI YUNXI", "", "云溪", "Gi.Yunxi.Example"])
def test_a_bad_origin_is_refused_by_its_own_name(origin: str) -> None:
    told = refused(*init(origin=origin))
    assert told.startswith("origin：")
    assert "gi.example.cn" in told


@pytest.mark.parametrize("host", ["https://gi.yunxi.example/", "GI.yunxi.example", "gi.yunxi.example:8000", ""])
def test_a_bad_host_is_refused_by_its_own_name(host: str) -> None:
    told = refused(*init(host=host))
    assert told.startswith("host：")
    assert "https://" in told


def test_where_a_new_installation_is_built_is_said_when_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIMARK_DATA_DIR", "/proc/data")
    told = refused(*init())
    assert "/proc " in told
    assert "GIMARK_DATA_DIR" in told


def test_a_database_that_is_gone_is_said_and_no_empty_one_made(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = workshop.copy(tmp_path / "copy").here
    here.store.engine.dispose()
    monkeypatch.setenv("GIMARK_DATA_DIR", str(here.settings.data_dir))
    database = here.settings.data_dir / "gimark.db"
    database.unlink()
    for command in (("ledger", "check"), ("batch", "recall", "x", "--reason", "y", "--as", "songwu")):
        assert "gimark.db" in refused(*command)
        assert not database.exists()


@pytest.mark.parametrize("url", ["foo", "mysql://u:secret@h/d", "postgresql+psycopg://u:secret@h:port/d"])
def test_a_database_address_that_cannot_be_used_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("GIMARK_DATABASE_URL", url)
    told = refused("ledger", "check")
    assert "GIMARK_DATABASE_URL" in told
    assert "secret" not in told


def test_a_typed_code_off_line_is_not_called_unreadable_but_sent_to_the_server(tmp_path: Path) -> None:
    keyset = tmp_path / "gi-keys"
    keyset.write_text(GOLDEN["log"]["keyset_note"], encoding="utf-8")
    told = refused("verify", "38GP-ERNQ-BQTSA", "--keyset", keyset, "--root", GOLDEN["log"]["root_vkey"])
    assert "--server" in told


def test_a_demonstration_folder_that_cannot_be_made_is_refused_plainly() -> None:
    assert refused("demo", "--once", "--folder", "/proc/x").startswith("folder：")


def test_a_demonstration_at_an_address_that_is_taken_is_refused_before_it_begins(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert refused("demo", "--folder", tmp_path / "demo", "--port", port, "--season", "1").startswith("port：")
    assert not (tmp_path / "demo").exists()
