"""Scan statistics through the API: the sums of the last count, to each key what its owner may see."""

import pytest
from sqlalchemy import select

from gimark.issuance.model import IssueRun
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.statistics.actions import count_checks
from tests.api.site import Site
from tests.api.v1.programs import Program

LOOKS = ((1, "33"), (1, "31"), (2, None))


@pytest.fixture
def run(site: Site) -> str:
    """A run of 100 codes, two of which were checked three times."""
    county = site.county
    run = county.run(county.batch(), 100)
    with county.store.acting() as act:
        run_id = act.session.scalars(select(IssueRun.id).where(IssueRun.ref == run.ref)).one()
        hour = hour_of(act.now)
        looks = [Look(hour, "authentic", place, run_id, idx, bytes([n]) * 8) for n, (idx, place) in enumerate(LOOKS)]
        write_looks(act.session.connection(), [*looks, Look(hour, "bad_signature", None)])
        act.commit()
    count_checks(county.store)
    return run.ref


def test_the_sums_are_told_with_the_instant_they_are_of(regulator: Program, auditor: Program, run: str) -> None:
    sums = {"runs": 1, "codes_issued": 100, "codes_checked": 2, "checks": 3, "counted_at": "2026-11-22T01:41:00Z"}
    for program in (regulator, auditor):
        assert program.get("/statistics/checks").json() == sums
        assert program.get(f"/statistics/checks?run={run}").json() == sums
    tag = regulator.tag("/statistics/checks")
    assert regulator.get("/statistics/checks", **{"if-none-match": tag}).status_code == 304


def test_groups_come_in_pages(regulator: Program, run: str) -> None:
    [line] = regulator.get("/statistics/checks/run").json()["items"]
    assert (line["key"], line["codes_checked"], line["checks"]) == (run, 2, 3)
    answer = regulator.get("/statistics/checks/province?limit=2")
    assert [(line["key"], line["checks"]) for line in answer.json()["items"]] == [("", 1), ("31", 1)]
    assert answer.json()["next"] == "31"
    rest = regulator.get("/statistics/checks/province?limit=2&after=31").json()
    assert ([line["key"] for line in rest["items"]], rest["next"]) == (["33"], None)
    [month] = regulator.get("/statistics/checks/month").json()["items"]
    assert month == {"key": "2026-11", "name": "2026-11", "codes_issued": None, "codes_checked": None, "checks": 3}


def test_a_producer_is_told_its_own_and_finds_nothing_of_anothers(
    site: Site, producer: Program, other_producer: Program, run: str
) -> None:
    assert producer.get("/statistics/checks").json()["checks"] == 3
    assert other_producer.get("/statistics/checks").json()["checks"] == 0
    assert other_producer.get("/statistics/checks/run").json() == {"items": [], "next": None}
    for scope in (f"run={run}", f"enterprise={site.county.enterprise_ref}"):
        for path in ("checks", "checks/run", "checks/month"):
            assert other_producer.get(f"/statistics/{path}?{scope}").status_code == 404


def test_look_ups_by_verdict_are_for_regulators_and_auditors(
    regulator: Program, auditor: Program, producer: Program, run: str
) -> None:
    assert run
    for program in (regulator, auditor):
        items = program.get("/statistics/look-ups/2026-11").json()["items"]
        assert {(item["reason"], item["province"]): item["looks"] for item in items} == {
            ("authentic", ""): 1,
            ("authentic", "31"): 1,
            ("authentic", "33"): 1,
            ("bad_signature", ""): 1,
        }
        assert program.get("/statistics/look-ups/2026-10").json()["items"] == []
    refused = producer.get("/statistics/look-ups/2026-11")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("checks?run=x", "run"),
        ("checks?colour=green", "colour"),
        ("checks/colour", "group"),
        ("checks/month?after=abc", "after"),
        ("checks/month?limit=0", "limit"),
        ("look-ups/2026-13", "month"),
        ("look-ups/november", "month"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(regulator: Program, path: str, parameter: str) -> None:
    answer = regulator.get(f"/statistics/{path}")
    assert answer.status_code == 422
    assert {error.get("parameter") for error in answer.json()["errors"]} == {parameter}


def test_two_scopes_at_once_are_refused(site: Site, regulator: Program, run: str) -> None:
    answer = regulator.get(f"/statistics/checks?run={run}&enterprise={site.county.enterprise_ref}")
    assert answer.status_code == 422
    assert "only one" in answer.json()["detail"]
