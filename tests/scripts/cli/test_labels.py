"""`gimark labels` for every printer: what lies in the folder says the codes of the run."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gimark.clock import FixedClock, SystemClock
from scripts.cli import issuing, office
from scripts.cli.commands import app
from tests.founded import Workshop
from tests.labels.thermal.test_thermal import decoded, tsc, zebra


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    for module in (issuing, office):
        monkeypatch.setattr(module, "installation", lambda: copy.here)
    yield copy
    copy.here.store.engine.dispose()


def labels(shop: Workshop, *options: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["labels", shop.run.ref, "--as", "songwu", "--template", "roll-70x40", *options])
    assert result.exit_code == code, result.output
    return result


def test_a_roll_goes_to_a_zebra_and_on_from_where_it_ended_to_a_tsc(shop: Workshop, tmp_path: Path) -> None:
    moved = ("--right", "0.4", "--down", "-0.3")
    labels(shop, "--format", "zpl", "--last", "2", "--out", str(tmp_path / "zebra"), *moved)
    labels(shop, "--format", "tspl", "--first", "3", "--last", "4", "--out", str(tmp_path / "tsc"))
    for folder, papers in (
        ("zebra", zebra((tmp_path / "zebra" / "labels-0001.zpl").read_bytes())),
        ("tsc", tsc((tmp_path / "tsc" / "labels-0001.tspl").read_bytes(), 300)),
    ):
        with (tmp_path / folder / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
            urls = [row["url"].encode() for row in csv.DictReader(file)]
        assert [decoded(paper) for paper in papers] == [[url] for url in urls]
    again = labels(shop, "--format", "zpl", "--last", "2", "--out", str(tmp_path / "again"), *moved)
    assert "labels-0001.zpl" in again.output
    assert (tmp_path / "again" / "labels-0001.zpl").read_bytes() == (
        tmp_path / "zebra" / "labels-0001.zpl"
    ).read_bytes()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--format", "zpl", "--template", "a4-3x8"), "template"),
        (("--skip", "1"), "skip"),
        (("--template", "a4-3x8", "--skip", "24"), "skip"),
        (("--right", "2"), "offset_mm"),
    ],
)
def test_what_the_paper_does_not_have_is_refused_by_name(shop: Workshop, options: tuple[str, ...], named: str) -> None:
    assert f"{named}：" in labels(shop, *options, code=1).output


def test_an_unknown_format_or_an_offset_beyond_a_centimetre_is_refused_before_anything_is_opened(
    shop: Workshop,
) -> None:
    for options in (("--format", "docx"), ("--right", "11"), ("--down", "nothing")):
        labels(shop, *options, code=2)
