"""From checks to findings, and from the regulator's word to an amber page."""

import pytest
from sqlalchemy import select

from gimark.clock import local_day
from gimark.errors import InvalidInputError, NotAllowedError, NotFoundError
from gimark.issuance.model import IssueRun
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from gimark.scans.actions import mark_code
from gimark.scans.clones import CloneLimits, CloneReason, Suspicion
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import MarkKind
from gimark.scans.queries import RunAssessment, assess_run
from gimark.scans.rules import Colour, Reason, RungName, RungState
from tests.conftest import NOW
from tests.county import County
from tests.scans.desk import Desk, uri_of

LIMITS = CloneLimits()


def mark(county: County, run: RunFacts, idx: int, kind: MarkKind, note: str = "多地同时查验，已现场核实") -> int:
    with county.store.acting() as act:
        index = mark_code(act, county.regulator, run.ref, idx, kind, note).ledger_index
        act.commit()
    return index


def seen(county: County, run: RunFacts, *checks: tuple[int, int, int, str | None]) -> None:
    """Write checks (index, hours from now, device, province)."""
    with county.store.acting() as act:
        run_id = act.session.scalars(select(IssueRun.id).where(IssueRun.ref == run.ref)).one()
        looks = [
            Look(hour_of(NOW) + hours, "authentic", province, run_id, idx, device.to_bytes(8, "little"))
            for idx, hours, device, province in checks
        ]
        write_looks(act.session.connection(), looks)
        act.commit()


def assessed(county: County, run: RunFacts) -> RunAssessment:
    with county.store.reading() as session:
        row = session.scalars(select(IssueRun).where(IssueRun.ref == run.ref)).one()
        return assess_run(session, row, LIMITS)


@pytest.fixture
def run(county: County) -> RunFacts:
    """An activated run."""
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 499))
    return run


def test_a_code_marked_as_copied_is_amber_until_it_is_cleared(county: County, desk: Desk, run: RunFacts) -> None:
    uri = uri_of(county, run, 5)
    assert desk.scan(uri).verdict.colour is Colour.GREEN
    mark(county, run, 5, MarkKind.COPIED)
    verdict = desk.scan(uri).verdict
    assert (verdict.colour, verdict.reason) == (Colour.AMBER, Reason.COPIED)
    assert {r.name: r.state for r in verdict.rungs}[RungName.EARLIER_CHECKS] is RungState.WARN
    assert desk.scan(uri_of(county, run, 6)).verdict.colour is Colour.GREEN
    mark(county, run, 5, MarkKind.CLEARED, "复核为同一包装")
    assert desk.scan(uri).verdict.colour is Colour.GREEN


def test_a_display_code_stays_green(county: County, desk: Desk, run: RunFacts) -> None:
    mark(county, run, 5, MarkKind.DISPLAY, "展会陈列")
    assert desk.scan(uri_of(county, run, 5)).verdict.colour is Colour.GREEN


def test_the_ledger_holds_a_commitment_and_not_the_words(county: County, run: RunFacts) -> None:
    index = mark(county, run, 5, MarkKind.COPIED, "某某店")
    with county.store.reading() as session:
        entry = book.entry(session, index).decode()
    assert '"type":"private"' in entry
    assert "某某店" not in entry


def test_only_a_regulator_marks_and_only_what_is_there_with_a_reason(county: County, run: RunFacts) -> None:
    with county.store.acting() as act, pytest.raises(NotAllowedError):
        mark_code(act, county.producer, run.ref, 5, MarkKind.COPIED, "理由")
    with county.store.acting() as act, pytest.raises(NotFoundError):
        mark_code(act, county.regulator, "0" * 16, 5, MarkKind.COPIED, "理由")
    for idx, note in ((1_000, "理由"), (-1, "理由"), (5, " "), (5, "长" * 241)):
        with county.store.acting() as act, pytest.raises(InvalidInputError):
            mark_code(act, county.regulator, run.ref, idx, MarkKind.COPIED, note)


def test_a_code_checked_all_over_the_country_is_a_suspect_and_a_quiet_one_is_not(county: County, run: RunFacts) -> None:
    seen(county, run, *[(5, i, i + 1, code) for i, code in enumerate(["33", "31", "32", "44"])], (6, 0, 9, "33"))
    [finding] = assessed(county, run).findings
    assert (finding.idx, finding.suspicion) == (5, Suspicion.SUSPECT)
    assert finding.reasons == {CloneReason.MANY_PROVINCES, CloneReason.FAR_APART}
    assert len(finding.checks) == 4
    mark(county, run, 5, MarkKind.DISPLAY)
    assert assessed(county, run).findings == ()


def test_a_voided_code_that_turns_up_later_is_a_suspect_and_one_checked_before_is_not(
    county: County, run: RunFacts
) -> None:
    seen(county, run, (5, -2, 1, None), (6, -2, 1, None))
    county.change(run, RangeKind.VOID, (5, 6), reason="破损")
    assert assessed(county, run).findings == ()
    seen(county, run, (5, 24, 2, None))
    [finding] = assessed(county, run).findings
    assert (finding.idx, finding.reasons) == (5, {CloneReason.ENDED_CODE})
    assert finding.suspicion is Suspicion.SUSPECT


def test_an_unactivated_code_is_a_suspect_once_it_is_overdue(county: County, run: RunFacts) -> None:
    seen(county, run, (700, 24, 1, None))
    assert assessed(county, run).findings == ()
    seen(county, run, (700, 24 * LIMITS.unactivated_days + 1, 1, None))
    [finding] = assessed(county, run).findings
    assert finding.reasons == {CloneReason.NOT_ACTIVATED}


def test_a_sweep_is_one_finding_about_the_run_and_none_about_its_codes(county: County, run: RunFacts) -> None:
    seen(county, run, *[(idx, 0, 7, None) for idx in range(LIMITS.codes_in_a_sweep)])
    found = assessed(county, run)
    assert found.findings == ()
    [(day, _network)] = found.sweeps
    assert day == local_day(NOW)
