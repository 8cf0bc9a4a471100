"""What the sums say to whom: a producer its own, regulators and auditors all, and another's things are not found."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Role
from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, NotAllowedError, NotFoundError
from gimark.issuance.model import IssueRun
from gimark.issuance.queries import RunFacts
from gimark.registry.enterprises.model import Enterprise
from gimark.scans.hours import hour_of, hours_in
from gimark.scans.looks import Look, write_looks
from gimark.scans.rules import Reason
from gimark.scans.statistics.actions import count_checks
from gimark.scans.statistics.queries import (
    Grouping,
    ScanLine,
    VerdictLine,
    county_checks,
    looks_in,
    scan_lines,
    scan_sums,
    verdict_lines,
    verdict_months,
)
from gimark.scans.statistics.scope import Scope
from gimark.store.paging import Wanted
from tests.county import BATCH, OTHER_USCC, USCC, County, on_both

ALL = Scope()


def lines(session: Session, actor: Actor, scope: Scope, by: Grouping) -> list[ScanLine]:
    return list(scan_lines(session, actor, scope, by).items)


def check(county: County, run: RunFacts, idx: int, province: str | None = "33", days: int = 0) -> None:
    store = county.store
    with store.acting() as act:
        run_id = act.session.scalars(select(IssueRun.id).where(IssueRun.ref == run.ref)).one()
        at = hour_of(act.now + timedelta(days=days))
        write_looks(act.session.connection(), [Look(at, "authentic", province, run_id, idx, idx.to_bytes(8))])
        act.commit()


@pytest.fixture
def runs(county: County) -> tuple[RunFacts, RunFacts, RunFacts]:
    """Two runs of one batch and one of the other enterprise's."""
    batch = county.batch()
    first, second = county.run(batch, 100), county.run(batch, 50, key="order-2")
    other = replace(county, producer=county.other_producer, item_ref=county.other_item_ref)
    third = other.run(other.batch(form=replace(BATCH, lot="YX26B0001")), 30, key="order-3")
    check(county, first, 1)
    check(county, first, 1, days=1)
    check(county, first, 2, "31", days=10)
    check(county, second, 1, None)
    check(county, third, 9)
    count_checks(county.store)
    return first, second, third


def refs(county: County) -> dict[str, str]:
    with county.store.reading() as session:
        return {uscc: ref for uscc, ref in session.execute(select(Enterprise.uscc, Enterprise.ref)).all()}  # noqa: C416


@on_both
def test_a_regulator_and_an_auditor_see_the_sums_of_all(
    county: County, runs: tuple[RunFacts, RunFacts, RunFacts], clock: FixedClock
) -> None:
    first, second, third = runs
    own = refs(county)
    for actor in (county.regulator, Actor(9, "auditor", Role.AUDITOR)):
        with county.store.reading() as session:
            sums = scan_sums(session, actor, ALL)
            assert (sums.runs, sums.codes_issued, sums.codes_checked, sums.checks) == (3, 180, 4, 5)
            assert sums.counted_at == clock.at
            by_enterprise = {line.key: line for line in lines(session, actor, ALL, Grouping.ENTERPRISE)}
            assert by_enterprise == {
                own[USCC]: ScanLine(own[USCC], "云溪县示例菌业有限公司", 150, 3, 4),
                own[OTHER_USCC]: ScanLine(own[OTHER_USCC], "云溪县另一合作社", 30, 1, 1),
            }
            by_run = {line.key: (line.codes_checked, line.checks) for line in lines(session, actor, ALL, Grouping.RUN)}
            assert by_run == {first.ref: (2, 3), second.ref: (1, 1), third.ref: (1, 1)}
            assert lines(session, actor, ALL, Grouping.PROVINCE) == [
                ScanLine("", "", None, None, 1),
                ScanLine("31", "31", None, None, 1),
                ScanLine("33", "33", None, None, 3),
            ]
            assert lines(session, actor, ALL, Grouping.MONTH) == [
                ScanLine("2026-11", "2026-11", None, None, 4),
                ScanLine("2026-12", "2026-12", None, None, 1),
            ]
            assert county_checks(session, actor, date(2026, 7, 1)).by_province == {"": 1, "31": 1, "33": 3}
            assert county_checks(session, actor, date(2026, 12, 1)).checks == 1


@on_both
def test_a_producer_sees_its_own_and_anothers_is_not_found(
    county: County, runs: tuple[RunFacts, RunFacts, RunFacts]
) -> None:
    first, _, third = runs
    own = refs(county)
    with county.store.reading() as session:
        sums = scan_sums(session, county.producer, ALL)
        assert (sums.runs, sums.codes_issued, sums.codes_checked, sums.checks) == (2, 150, 3, 4)
        assert [line.key for line in lines(session, county.producer, ALL, Grouping.ENTERPRISE)] == [own[USCC]]
        assert scan_sums(session, county.producer, Scope(run=first.ref)).checks == 3
        assert scan_sums(session, county.producer, Scope(enterprise=USCC)).checks == 4
        by_province = lines(session, county.other_producer, ALL, Grouping.PROVINCE)
        assert by_province == [ScanLine("33", "33", None, None, 1)]
        for scope in (
            Scope(run=third.ref),
            Scope(enterprise=OTHER_USCC),
            Scope(enterprise=own[OTHER_USCC]),
            Scope(run="no-such-run"),
            Scope(batch="no-such-batch"),
        ):
            for by in Grouping:
                with pytest.raises(NotFoundError):
                    lines(session, county.producer, scope, by)
            with pytest.raises(NotFoundError):
                scan_sums(session, county.producer, scope)


def test_one_thing_at_a_time(county: County, runs: tuple[RunFacts, RunFacts, RunFacts]) -> None:
    with county.store.reading() as session, pytest.raises(InvalidInputError) as caught:
        scan_sums(session, county.regulator, Scope(enterprise=USCC, run=runs[0].ref))
    assert [fault.field for fault in caught.value.faults] == ["run"]


def test_groups_come_in_pages_without_a_gap(county: County, runs: tuple[RunFacts, RunFacts, RunFacts]) -> None:
    with county.store.reading() as session:
        for by in Grouping:
            whole = lines(session, county.regulator, ALL, by)
            assert [line.key for line in whole] == sorted(line.key for line in whole)
            paged: list[ScanLine] = []
            after: str | None = None
            for _ in whole:
                page = scan_lines(session, county.regulator, ALL, by, Wanted(1, after))
                paged += page.items
                after = page.next
                assert after is None or after.isalnum(), "it stands in an address"
            assert paged == whole
            assert after is None


@pytest.mark.parametrize("cursor", ["abc", "2026-11", "20261", "２０２６１１"])
def test_a_place_that_is_no_month_is_refused(county: County, cursor: str) -> None:
    with county.store.reading() as session, pytest.raises(InvalidInputError):
        scan_lines(session, county.regulator, ALL, Grouping.MONTH, Wanted(1, cursor))


def test_look_ups_by_verdict_are_no_producers(county: County) -> None:
    with county.store.acting() as act:
        hours = [hour_of(act.now)] * 3 + [hours_in(202611)[-1], hours_in(202611).stop, hours_in(202602)[0]]
        write_looks(act.session.connection(), [Look(hour, "bad_signature", None) for hour in hours])
        act.commit()
    with county.store.reading() as session:
        assert verdict_months(session, county.regulator) == ["2026-02", "2026-11", "2026-12"]
        of_november = [VerdictLine("2026-11", "bad_signature", "", 4)]
        assert verdict_lines(session, county.regulator, "2026-11") == of_november
        assert verdict_lines(session, county.regulator, "2026-10") == []
        forged, ended = {Reason.BAD_SIGNATURE, Reason.NOT_ISSUED}, {Reason.VOIDED}
        assert looks_in(session, county.regulator, "2026-11", forged, ended) == (4, 0)
        assert looks_in(session, county.regulator, "2026-10", forged, ended) == (0, 0)
        assert verdict_lines(session, county.regulator)[1:2] == of_november
        assert len(verdict_lines(session, county.regulator)) == 3
        for question in (verdict_lines, verdict_months):
            with pytest.raises(NotAllowedError):
                question(session, county.producer)
        with pytest.raises(NotAllowedError):
            county_checks(session, county.producer, date(2026, 7, 1))
        with pytest.raises(NotAllowedError):
            looks_in(session, county.producer, "2026-11", forged)


def test_no_question_reads_a_check(county: County, runs: tuple[RunFacts, RunFacts, RunFacts]) -> None:
    asked: list[str] = []

    @event.listens_for(county.store.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, _parameters, _context, _many):  # type: ignore[no-untyped-def]
        asked.append(statement)

    with county.store.reading() as session:
        scan_sums(session, county.regulator, Scope(run=runs[0].ref))
        for by in Grouping:
            lines(session, county.regulator, ALL, by)
        verdict_lines(session, county.regulator)
    assert asked
    assert not [statement for statement in asked if "scan_check" in statement or "code_scans" in statement]
