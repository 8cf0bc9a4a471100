"""`gimark scans statistics`: the same sums as a table and as JSON, each user what it may see."""

import json
from pathlib import Path

import pytest

from api.installation import Installation
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.statistics.actions import count_checks
from gimark.store.unit_of_work import Store
from tests.api.site import installation
from tests.county import OTHER_USCC, USCC, County, make_county
from tests.scripts.cli.terminal import gimark, sit_at


@pytest.fixture
def county(store: Store) -> County:
    county = make_county(store)
    county.run(county.batch(), 100)
    return county


@pytest.fixture
def here(county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    here = installation(county, tmp_path / "data")
    sit_at(here, monkeypatch)
    return here


def statistics(*arguments: str, code: int = 0) -> str:
    return gimark("scans", "statistics", *arguments, code=code).output


def come_in(county: County, *looks: tuple[int, str | None]) -> None:
    with county.store.acting() as act:
        hour = hour_of(act.now)
        found = [Look(hour, "authentic", province, 1, idx, b"\x01" * 8) for idx, province in looks]
        write_looks(act.session.connection(), [*found, Look(hour, "bad_signature", None)])
        act.commit()


@pytest.mark.usefixtures("here")
def test_before_anything_is_counted_it_says_so() -> None:
    told = statistics("--as", "regulator")
    assert "还没有统计" in told
    assert json.loads(statistics("--as", "regulator", "--json"))["counted_at"] is None


@pytest.mark.usefixtures("here")
def test_the_table_and_the_json_say_the_same(county: County) -> None:
    come_in(county, (1, "33"), (2, "33"), (3, None))
    count_checks(county.store)
    told = statistics("--as", "regulator")
    assert "云溪县示例菌业有限公司" in told
    assert "2026-11-22 09:41:00" in told
    sums = json.loads(statistics("--as", "regulator", "--json"))
    assert (sums["codes_issued"], sums["codes_checked"], sums["checks"]) == (100, 3, 3)
    assert sums["counted_at"] == "2026-11-22T01:41:00Z"
    assert [(line["name"], line["checks"]) for line in sums["lines"]] == [("云溪县示例菌业有限公司", 3)]
    by_province = json.loads(statistics("--as", "regulator", "--by", "province", "--json"))["lines"]
    assert {line["key"]: line["checks"] for line in by_province} == {"33": 2, "": 1}
    assert "浙江 / Zhejiang" in statistics("--as", "regulator", "--by", "province")
    assert "2026-11" in statistics("--as", "regulator", "--by", "month")


@pytest.mark.usefixtures("here")
def test_a_producer_is_told_its_own_alone(county: County) -> None:
    come_in(county, (1, "33"))
    count_checks(county.store)
    own, other = county.producer.name, county.other_producer.name
    assert json.loads(statistics("--as", own, "--json"))["checks"] == 1
    assert json.loads(statistics("--as", other, "--json"))["lines"] == []
    assert "没有找到" in statistics("--as", other, "--enterprise", USCC, code=1)
    assert "没有找到" in statistics("--as", own, "--enterprise", OTHER_USCC, code=1)
    assert "监管人员" in statistics("--as", own, "--by", "reason", code=1)


@pytest.mark.usefixtures("here")
def test_look_ups_by_reason_are_of_all_codes(county: County) -> None:
    come_in(county, (1, "33"))
    lines = json.loads(statistics("--as", "regulator", "--by", "reason", "--json"))["lines"]
    assert {(line["reason"], line["province"]): line["looks"] for line in lines} == {
        ("authentic", "33"): 1,
        ("bad_signature", ""): 1,
    }
    assert "bad_signature" in statistics("--as", "regulator", "--by", "reason")
    assert "by" in statistics("--as", "regulator", "--by", "reason", "--enterprise", USCC, code=1)
