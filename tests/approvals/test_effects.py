"""What an act will do, told before it is done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gimark.accounts.rules import Actor
from gimark.approvals.actions import approve, do_or_propose
from gimark.approvals.asked import Asked, Ending, Override, Recall, Revocation
from gimark.approvals.effects import Effect, ProvinceChecks, effect_of
from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, NotFoundError
from gimark.issuance.ended import red_lots
from gimark.issuance.model import IssueRun, PrintState
from gimark.issuance.printing import PrintForm, order_print
from gimark.issuance.rules import CodeState, RangeKind
from gimark.production.actions import confirm_batch
from gimark.scans.statistics.model import RunProvince
from gimark.store.unit_of_work import Store
from tests.county import BATCH, PACKED_ON, County, make_county, on_both

REASON = "示例理由"


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """On SQLite, or on the database that a test names."""
    engine = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine")
    return make_county(Store(engine, clock))


def effect(county: County, asked: Asked, actor: Actor | None = None) -> Effect:
    with county.store.reading() as session:
        return effect_of(session, actor or county.regulator, asked, county.store.clock.now())


def checked(county: County, run_ref: str, **provinces: int) -> None:
    with county.store.acting() as act:
        run = act.session.scalars(select(IssueRun).where(IssueRun.ref == run_ref)).one()
        for province, checks in provinces.items():
            act.session.add(RunProvince(run_id=run.id, province=province.removeprefix("p"), checks=checks))
        act.commit()


@on_both
def test_voiding_tells_states_mass_files_and_where_the_run_was_checked(county: County) -> None:
    run = county.run(county.batch(), count=100)
    county.change(run, RangeKind.ACTIVATE, (0, 29))
    with county.store.acting() as act:
        for first, last, key in ((0, 49, "a"), (50, 99, "b")):
            order_print(act, county.producer, PrintForm(run.ref, first, last, "a4-3x8", 300, key))
        act.commit()
    checked(county, run.ref, p33=7, p31=9, p=1)
    told = effect(county, Ending(run.ref, RangeKind.VOID, ((20, 39),), REASON))
    assert told.codes == {CodeState.ACTIVE: 10, CodeState.ISSUED: 10}
    assert (told.code_count, told.mass_g, told.check_count) == (20, 20 * 250, 17)
    assert (told.name_zh, told.name_en) == (f"云溪香菇 花菇 250 g {BATCH.lot}", None)
    assert [(file.first, file.last, file.state) for file in told.files] == [(0, 49, PrintState.QUEUED)]
    assert told.checks == (ProvinceChecks("31", 9), ProvinceChecks("33", 7), ProvinceChecks("", 1))
    with pytest.raises(InvalidInputError):
        effect(county, Ending(run.ref, RangeKind.VOID, ((90, 100),), REASON))


def test_a_recall_tells_of_every_run_of_the_batch_and_of_nothing_else(county: County) -> None:
    batch = county.batch()
    runs = [county.run(batch, count=10, key=key) for key in "ab"]
    other = county.run(county.batch(form=replace(BATCH, lot="OTHER")), count=10, key="other")
    county.change(runs[0], RangeKind.ACTIVATE, (0, 4))
    county.change(runs[1], RangeKind.VOID, (0, 0), reason="破损")
    checked(county, runs[0].ref, p33=2)
    checked(county, other.ref, p33=50)
    told = effect(county, Recall(batch, REASON))
    assert told.codes == {CodeState.ACTIVE: 5, CodeState.ISSUED: 14, CodeState.VOIDED: 1}
    assert (told.mass_g, told.lots, told.check_count) == (19 * 250, ((BATCH.lot, PACKED_ON),), 2)


@on_both
def test_what_was_told_is_what_then_happens(county: County) -> None:
    """A revocation turns those lots red that it said, by the rule that the status list goes by."""
    early = county.batch(confirmed=False, form=replace(BATCH, lot="EARLY"))
    with county.store.acting() as act:
        confirm_batch(act, county.producer, early, BATCH.planned_g, PACKED_ON - timedelta(days=5))
        act.commit()
    county.batch(form=replace(BATCH, lot="LATER"))
    county.batch(confirmed=False, form=replace(BATCH, lot="OPEN"))
    asked = Revocation(county.authorization_ref, REASON, date(2026, 11, 10))
    told = effect(county, asked)
    assert told.lots == (("LATER", PACKED_ON), ("OPEN", None))
    with county.store.acting() as act:
        ref = do_or_propose(act, county.regulator, asked).proposal_ref
        assert ref is not None
        approve(act, county.lead, ref)
        act.commit()
    with county.store.reading() as session:
        assert {lot for _, lot in red_lots(session)} == {"LATER"}


def test_an_exception_tells_its_grams_and_another_s_things_are_not_found(county: County) -> None:
    batch = county.batch()
    run = county.run(batch, count=10)
    assert effect(county, Override(batch, 5_000, REASON)).mass_g == 5_000
    for asked in (
        Override(batch, 1, REASON),
        Recall(batch, REASON),
        Ending(run.ref, RangeKind.VOID, ((0, 0),), REASON),
        Revocation(county.authorization_ref, REASON),
    ):
        with pytest.raises(NotFoundError):
            effect(county, asked, county.other_producer)
        effect(county, asked, county.producer)
