"""`gimark profile …` and `gimark init`: what a county has yet to fill in is said, in both languages."""

import shutil
from pathlib import Path

import pytest

from api.installation import Installation
from scripts.cli import office
from tests.founded import PASSPHRASE, Founding
from tests.scripts.cli.terminal import gimark, sit_at

PROFILES = Path("scripts/profiles").absolute()


@pytest.fixture
def here(founding: Founding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    here = founding.copy(tmp_path / "copy")
    sit_at(here, monkeypatch)
    return here


def test_what_is_open_is_told_with_what_was_found() -> None:
    told = gimark("profile", "check", PROFILES / "qingyuan").output
    assert "* 待填 / empty  保护范围 / protected area  products.toml/庆元香菇/shiitake-product/area" in told
    assert "龙泉市" in told
    assert "  待填 / empty  ICP 备案号 / ICP number  county.toml/site/icp" in told
    assert "the right is not registered" in told


def test_a_whole_profile_says_that_nothing_holds_up_a_right() -> None:
    told = gimark("profile", "check", PROFILES / "yunxi").output
    assert "rights 2" in told
    assert "*" not in told


def test_a_faulty_profile_is_refused_plainly(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PROFILES / "qingyuan", tmp_path / "qingyuan"))
    (folder / "townships.csv").unlink()
    result = gimark("profile", "check", folder, code=1)
    assert "townships.csv" in result.output


@pytest.mark.usefixtures("here")
def test_what_was_added_in_excel_is_registered_by_a_regulator_and_by_nobody_else(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PROFILES / "yunxi", tmp_path / "yunxi"))
    line = "9521123000292,93000952MA0YXT007Q,shiitake-product,云溪香菇 花菇 1 kg,,dried,一级,1000,,,\r\n"
    sheet = folder / "trade_items.csv"
    sheet.write_bytes(sheet.read_bytes().replace(b"\n", b"\r\n") + line.encode())
    assert "监管人员" in gimark("profile", "load", folder, "--as", "admin", code=1).output
    assert "items 1 " in gimark("profile", "load", folder, "--as", "regulator").output
    assert "items 0 " in gimark("profile", "load", folder, "--as", "regulator").output


def test_an_installation_is_founded_on_a_profile_with_everything_still_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIMARK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GIMARK_PASSPHRASE", PASSPHRASE)
    office.installation.cache_clear()
    names = ("--origin", "gi.qingyuan.example", "--host", "gi.qingyuan.example")
    told = gimark("init", "--profile", PROFILES / "qingyuan", *names).output
    assert "facts are open" in told
    assert "* 待填 / empty  商标注册号 / trademark registration number" in told
    assert "✓ 2 " in gimark("ledger", "check").output, "the key and the key set, and not one right"
    office.installation.cache_clear()
