"""`gimark verify` on a proof file: what it proves in words, or where it fails."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scripts.cli.commands import app

GOLDEN = Path(__file__).parents[2] / "golden"
FILE = GOLDEN / "code.gi-proof"
ROOT = json.loads((GOLDEN / "codes.json").read_text(encoding="utf-8"))["log"]["root_vkey"]


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["verify", *arguments])


def test_a_proof_file_is_told_in_words_with_what_it_does_not_say() -> None:
    result = verify(str(FILE), "--root", ROOT)
    assert result.exit_code == 0, result.output
    for said in ("38GP-ERNQ-BQTSA", "云溪县示例菌业有限公司", "YX26A0317", "gi.example.cn/log 第 6 条", "2026-03-17"):
        assert said in result.output
    assert "只证明发放" in result.output
    assert "It proves the issue" in result.output


def test_a_bent_file_is_refused_with_the_step_and_the_reason(tmp_path: Path) -> None:
    bent = tmp_path / "code.GI-PROOF"
    bent.write_bytes(FILE.read_bytes().replace(b'"index":0', b'"index":1'))
    result = verify(str(bent), "--root", ROOT)
    assert result.exit_code == 3
    assert "the proof fails at step 5" in result.output
    assert "不在所发放的集合之内" in result.output
    assert "not in the set that was issued" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((str(FILE),), "--root"),
        ((str(FILE), "--root", "nonsense"), "vkey"),
        (("nowhere.gi-proof", "--root", ROOT), "nowhere.gi-proof cannot be read"),
    ],
)
def test_what_is_missing_is_asked_for(arguments: tuple[str, ...], said: str) -> None:
    result = verify(*arguments)
    assert result.exit_code == 1
    assert said in result.output
