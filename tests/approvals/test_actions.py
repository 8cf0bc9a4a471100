"""Acts that take two people: asked for by one, decided by another, judged again when they are done."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update

from gimark import audit
from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, Role
from gimark.approvals import actions, queries
from gimark.approvals.actions import Outcome, do_or_propose
from gimark.approvals.asked import Asked, Ending, Override, Recall, Revocation
from gimark.approvals.model import Proposal
from gimark.approvals.queries import ProposalFacts
from gimark.approvals.rules import LIFE, ProposalState
from gimark.clock import FixedClock
from gimark.errors import (
    ConflictError,
    GimarkError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    ScopeMissingError,
    SecondPersonNeededError,
    VolumeExceededError,
)
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import MASS, RangeKind
from gimark.ledger import book, entries
from gimark.production.actions import recall_batch
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.county import BATCH, County, days, make_county, on_both, staff

REASON = "示例理由"
LARGE = replace(BATCH, planned_g=250 * 2 * MASS.codes)


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """On SQLite, or on the database that a test names."""
    engine = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine")
    return make_county(Store(engine, clock))


def ask(county: County, actor: Actor, asked: Asked) -> Outcome:
    with county.store.acting() as act:
        outcome = do_or_propose(act, actor, asked)
        act.commit()
    return outcome


def proposed(county: County, actor: Actor, asked: Asked) -> str:
    ref = ask(county, actor, asked).proposal_ref
    assert ref is not None
    return ref


def approve(county: County, actor: Actor, ref: str) -> int:
    with county.store.acting() as act:
        index = actions.approve(act, actor, ref)
        act.commit()
    return index


def seen(county: County, actor: Actor, ref: str) -> ProposalFacts:
    with county.store.reading() as session:
        return queries.proposal(session, actor, ref, county.store.clock.now())


def size(county: County) -> int:
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []
        return book.size(session)


def entry(county: County, index: int) -> dict[str, object]:
    with county.store.reading() as session:
        return entries.decode(book.entry(session, index))


def make(county: County, actor: Actor, **values: object) -> None:
    with county.store.acting() as act:
        act.session.execute(update(User).where(User.id == actor.user_id).values(**values))
        act.commit()


def mass(county: County, how: RangeKind = RangeKind.VOID, codes: int = MASS.codes + 1) -> Ending:
    run = county.run(county.batch(form=LARGE), count=MASS.codes + 10)
    return Ending(run.ref, how, ((0, codes - 1),), REASON)


def revocation(county: County) -> Revocation:
    return Revocation(county.authorization_ref, REASON, date(2026, 11, 22))


@on_both
def test_what_takes_two_is_done_as_the_first_when_the_second_approves(county: County) -> None:
    acts: list[tuple[Actor, Asked, str, str]] = [
        (county.regulator, Override(county.batch(), 1_000, REASON), "override.grant", "regulator"),
        (county.producer, mass_of(county, "YX26A0318"), "run.void", "producer"),
        (
            county.regulator,
            Recall(county.batch(form=replace(BATCH, lot="YX26A0319")), REASON),
            "batch.recall",
            "regulator",
        ),
        (county.regulator, revocation(county), "authorization.revoke", "regulator"),
    ]
    for first, asked, type_, by in acts:
        before = size(county)
        ref = proposed(county, first, asked)
        assert size(county) == before
        waiting = seen(county, county.lead, ref)
        assert (waiting.state, waiting.asked, waiting.asked_by) == (ProposalState.WAITING, asked, first.name)
        assert waiting.may_decide
        index = approve(county, county.lead, ref)
        said = entry(county, index)
        assert (said["type"], said["by"]) == (type_, by)
        done = seen(county, first, ref)
        assert done.state is ProposalState.APPROVED
        assert done.decided is not None
        assert (done.decided.by, done.decided.ledger_index) == ("lead", index)
        assert size(county) == index + 1


def mass_of(county: County, lot: str) -> Ending:
    run = county.run(county.batch(form=replace(LARGE, lot=lot)), count=MASS.codes + 1, key=lot)
    return Ending(run.ref, RangeKind.VOID, ((0, MASS.codes),), REASON)


def test_the_acts_themselves_refuse_one_person(county: County) -> None:
    batch = county.batch(form=LARGE)
    run = county.run(batch, count=MASS.codes + 1)
    whole = RangeForm(RangeKind.VOID, ((0, MASS.codes),), REASON)
    revoke = ChangeForm(ChangeKind.REVOKE, REASON)
    clerk = staff(county.store, Role.PRODUCER_CLERK, "clerk", county.producer.enterprise_id)
    alone: list[Callable[[Actor | None], object]] = []
    with county.store.acting() as act:
        alone = [
            lambda second: change_authorization(act, county.lead, county.authorization_ref, revoke, second),
            lambda second: recall_batch(act, county.lead, batch, REASON, second),
            lambda second: change_ranges(act, county.producer, run.ref, whole, second),
        ]
        for do in alone:
            with pytest.raises(SecondPersonNeededError):
                do(None)
        for do in alone[:2]:
            for second in (county.lead, county.regulator, county.producer, county.other_producer):
                with pytest.raises(NotAllowedError):
                    do(second)
        for second in (county.producer, county.other_producer, county.regulator, clerk):
            with pytest.raises(NotAllowedError):
                alone[2](second)
        assert book.size(act.session) == run.ledger_index + 1


def test_an_enterprise_recalls_its_own_goods_alone_and_at_once(county: County) -> None:
    outcome = ask(county, county.producer, Recall(county.batch(), REASON))
    assert outcome.proposal_ref is None
    assert entry(county, outcome.ledger_index or 0)["by"] == "producer"


@pytest.mark.parametrize("how", [RangeKind.VOID, RangeKind.RETURN])
def test_up_to_the_threshold_codes_are_ended_alone_and_parts_of_a_day_add_up(
    county: County, clock: FixedClock, how: RangeKind
) -> None:
    asked = mass(county, how, MASS.codes)
    assert ask(county, county.producer, asked).proposal_ref is None
    one_more = replace(asked, spans=((MASS.codes, MASS.codes),))
    assert ask(county, county.producer, one_more).proposal_ref is not None
    clock.at += days(1)
    assert ask(county, county.producer, one_more).proposal_ref is None


def test_what_could_not_be_done_is_not_proposed_either(county: County) -> None:
    wrong: list[tuple[Actor, Asked, type[GimarkError]]] = [
        (county.regulator, Revocation(county.authorization_ref, " "), InvalidInputError),
        (county.regulator, Revocation("0" * 16, REASON), NotFoundError),
        (county.producer, revocation(county), NotAllowedError),
        (county.regulator, Recall("0" * 16, REASON), NotFoundError),
        (county.regulator, Override(county.batch(), 0, REASON), InvalidInputError),
        (county.other_producer, mass_of(county, "YX26A0318"), NotFoundError),
    ]
    for actor, asked, error in wrong:
        with pytest.raises(error):
            ask(county, actor, asked)
    with county.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Proposal)) == 0


@on_both
def test_nobody_approves_alone_whatever_role_they_have(county: County) -> None:
    ref = proposed(county, county.lead, revocation(county))
    auditor = staff(county.store, Role.AUDITOR, "auditor")
    narrow = replace(county.lead, scopes=frozenset({Permission.READ, Permission.APPROVE}))
    other_lead = staff(county.store, Role.REGULATOR_LEAD, "other-lead")
    before = size(county)
    for actor, error in (
        (county.lead, NotAllowedError),
        (county.regulator, NotAllowedError),
        (auditor, NotAllowedError),
        (county.producer, NotFoundError),
        (replace(narrow, user_id=other_lead.user_id), ScopeMissingError),
    ):
        with pytest.raises(error):
            approve(county, actor, ref)
        with pytest.raises(error), county.store.acting() as act:
            actions.refuse(act, actor, ref, REASON)
    assert size(county) == before
    assert not seen(county, county.lead, ref).may_decide
    assert approve(county, other_lead, ref) == before


@on_both
def test_whoever_lost_the_role_or_was_switched_off_since_cannot_approve(county: County) -> None:
    ref = proposed(county, county.regulator, revocation(county))
    for values in ({"role": Role.AUDITOR}, {"role": Role.REGULATOR_LEAD, "is_active": False}):
        make(county, county.lead, **values)
        with pytest.raises(NotAllowedError):
            approve(county, county.lead, ref)
    make(county, county.lead, is_active=True)
    assert approve(county, county.lead, ref) > 0


@on_both
def test_what_changed_in_between_is_judged_again(county: County) -> None:
    ref = proposed(county, county.regulator, revocation(county))
    make(county, county.regulator, is_active=False)
    with pytest.raises(ConflictError):
        approve(county, county.lead, ref)
    make(county, county.regulator, is_active=True, role=Role.INSPECTOR)
    with pytest.raises(NotAllowedError):
        approve(county, county.lead, ref)
    make(county, county.regulator, role=Role.REGULATOR)
    batch = county.batch()
    recall = proposed(county, county.regulator, Recall(batch, REASON))
    ask(county, county.producer, Recall(batch, "企业自行召回"))
    with pytest.raises(ConflictError):
        approve(county, county.lead, recall)
    assert seen(county, county.lead, recall).state is ProposalState.WAITING
    ended = mass_of(county, "YX26A0318")
    void = proposed(county, county.producer, ended)
    ask(county, county.producer, replace(ended, spans=((5, 5),)))
    with pytest.raises(ConflictError):
        approve(county, county.lead, void)


@on_both
def test_of_two_who_approve_at_once_one_does_it_and_the_act_is_done_once(county: County) -> None:
    other = staff(county.store, Role.REGULATOR_LEAD, "other-lead")
    ref = proposed(county, county.regulator, revocation(county))
    before, line = size(county), threading.Barrier(2)

    def at_once(actor: Actor) -> str:
        line.wait()
        try:
            approve(county, actor, ref)
        except ConflictError as error:
            return str(error.extras["state"])
        return "done"

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(at_once, (county.lead, other)))
    assert came == ["approved", "done"]
    assert size(county) == before + 1


@on_both
def test_a_proposal_ends_by_time_by_refusal_and_by_its_author(county: County, clock: FixedClock) -> None:
    before = size(county)
    refs = {}
    for state in ("expired", "refused", "withdrawn"):
        refs[state] = proposed(county, county.regulator, Revocation(county.authorization_ref, state))
    with county.store.acting() as act:
        with pytest.raises(NotAllowedError):
            actions.withdraw(act, county.lead, refs["withdrawn"])
        actions.withdraw(act, county.regulator, refs["withdrawn"])
        with pytest.raises(InvalidInputError):
            actions.refuse(act, county.lead, refs["refused"], "")
        actions.refuse(act, county.lead, refs["refused"], "整改期限未到")
        act.commit()
    clock.at += LIFE
    for state, ref in refs.items():
        assert seen(county, county.regulator, ref).state.value == state
        for decide in (
            lambda act, ref=ref: actions.approve(act, county.lead, ref),
            lambda act, ref=ref: actions.refuse(act, county.lead, ref, REASON),
            lambda act, ref=ref: actions.withdraw(act, county.regulator, ref),
        ):
            with pytest.raises(ConflictError) as caught, county.store.acting() as act:
                decide(act)
            assert caught.value.extras == {"state": state}
    refused = seen(county, county.regulator, refs["refused"]).decided
    assert refused is not None
    assert (refused.by, refused.reason, refused.ledger_index) == ("lead", "整改期限未到", None)
    assert size(county) == before


def test_asking_for_the_same_twice_is_one_proposal_until_it_is_decided(county: County, clock: FixedClock) -> None:
    first = proposed(county, county.regulator, revocation(county))
    assert proposed(county, county.regulator, revocation(county)) == first
    assert proposed(county, county.lead, revocation(county)) != first
    assert proposed(county, county.regulator, Revocation(county.authorization_ref, "另一个理由")) != first
    clock.at += LIFE
    assert proposed(county, county.regulator, revocation(county)) != first


@on_both
def test_each_office_sees_its_own_and_what_waits_is_counted_for_who_may_decide(county: County) -> None:
    manager = staff(county.store, Role.PRODUCER_MANAGER, "manager-2", county.producer.enterprise_id)
    void = proposed(county, county.producer, mass_of(county, "YX26A0318"))
    revoke = proposed(county, county.regulator, revocation(county))
    now = county.store.clock.now()

    def listed(actor: Actor, state: ProposalState | None = None) -> list[str]:
        with county.store.reading() as session:
            return [one.ref for one in queries.proposals(session, actor, Wanted(), now, state).items]

    def waiting(actor: Actor) -> int:
        with county.store.reading() as session:
            return queries.waiting_for(session, actor, now)

    assert listed(county.regulator) == listed(county.lead, ProposalState.WAITING) == [void, revoke]
    assert (listed(manager), listed(county.other_producer)) == ([void], [])
    people = (county.lead, county.regulator, county.producer, manager, county.other_producer)
    assert [waiting(actor) for actor in people] == [2, 0, 0, 1, 0]
    approve(county, manager, void)
    assert [waiting(actor) for actor in people] == [1, 0, 0, 0, 0]
    assert listed(county.lead, ProposalState.APPROVED) == [void]
    with county.store.reading() as session:
        for chosen, found in (
            ({"person_id": manager.user_id}, [void]),
            ({"person_id": county.regulator.user_id}, [revoke]),
            ({"person_id": county.lead.user_id}, []),
            ({"subject_ref": county.authorization_ref}, [revoke]),
        ):
            rows = queries.proposals(session, county.lead, Wanted(), now, **chosen).items
            assert [one.ref for one in rows] == found, chosen


@on_both
def test_an_exception_lets_a_batch_carry_more_than_its_mass_by_so_many_grams(county: County) -> None:
    batch = county.batch(form=replace(BATCH, planned_g=25_000))
    county.run(batch, count=102)
    with pytest.raises(VolumeExceededError):
        county.run(batch, count=1, key="more")
    index = approve(county, county.lead, proposed(county, county.regulator, Override(batch, 5_000, REASON)))
    said, grounds = entry(county, index), entry(county, index - 1)
    assert (said["type"], said["what"]) == ("override.grant", "volume +5000 g")
    assert entry(county, int(str(said["subject"])))["type"] == "batch.register"
    assert (grounds["type"], grounds["kind"]) == ("private", "override")
    run = county.run(batch, count=20, key="more")
    with pytest.raises(VolumeExceededError):
        county.run(batch, count=1, key="still more")
    county.change(run, RangeKind.ACTIVATE, (0, 19))
    assert size(county) > index
