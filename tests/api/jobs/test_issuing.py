"""Large orders are a job's work: asked for in the order's own act, done once, refused for who may no longer act."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from api.installation import Installation
from api.jobs.handlers import handlers
from gimark import audit
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor, Role
from gimark.errors import NotAuthorisedError
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, issue_job, issue_order, order_codes
from gimark.issuance.model import IssueRun
from gimark.jobs.actions import forget_ended
from gimark.jobs.kinds import ISSUE_CODES
from gimark.jobs.queries import JobFacts, job_by_key
from gimark.jobs.rules import JobState
from gimark.jobs.worker import Worker
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.unit_of_work import Store
from tests.api.site import installation
from tests.county import BATCH, County, make_county

COUNT = MOST_AT_ONCE + 1


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def here(county: County, tmp_path: Path) -> Installation:
    return installation(county, tmp_path / "data")


@pytest.fixture
def form(county: County) -> IssueForm:
    """An order for one code more than is issued at once."""
    return IssueForm(county.batch(form=replace(BATCH, planned_g=250 * COUNT)), COUNT, "large")


def work(here: Installation) -> bool:
    """Do one issuing job; False when none is due."""
    wanted = {kind: handler for kind, handler in handlers(here).items() if kind == ISSUE_CODES}
    return Worker(here.store, wanted).run_once()


def job_of(county: County, order: str) -> JobFacts | None:
    with county.store.reading() as session:
        return job_by_key(session, issue_job(order))


def runs(county: County) -> list[int]:
    with county.store.reading() as session:
        return list(session.scalars(select(IssueRun.count)))


def test_a_large_order_is_issued_by_a_job_that_tells_its_progress(
    county: County, here: Installation, form: IssueForm
) -> None:
    order = order_codes(county.store, county.producer, form)
    assert runs(county) == []
    assert work(here)
    assert runs(county) == [COUNT]
    job = job_of(county, order)
    assert job is not None
    assert (job.state, job.progress_done, job.progress_total) == (JobState.DONE, COUNT, COUNT)
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_an_order_that_is_issued_at_once_asks_for_no_job(county: County, here: Installation) -> None:
    order = order_codes(county.store, county.producer, IssueForm(county.batch(), 1_000, "small"))
    assert job_of(county, order) is None
    assert not work(here)


def test_an_order_refused_asks_for_no_job(county: County, here: Installation, form: IssueForm) -> None:
    county.stop(ChangeKind.SUSPEND)
    with pytest.raises(NotAuthorisedError, match="已暂停"):
        order_codes(county.store, county.producer, form)
    assert not work(here)


def test_a_job_whose_order_was_issued_meanwhile_issues_nothing(
    county: County, here: Installation, form: IssueForm
) -> None:
    order = order_codes(county.store, county.producer, form)
    run = issue_order(county.store, county.keyring, county.producer, order)
    assert work(here)
    assert issue_order(county.store, county.keyring, county.producer, order) == run
    assert runs(county) == [COUNT]


def test_nothing_is_issued_for_a_user_who_was_switched_off_since(
    county: County, here: Installation, form: IssueForm
) -> None:
    order = order_codes(county.store, county.producer, form)
    switch(county, is_active=False)
    assert work(here)
    job = job_of(county, order)
    assert job is not None
    assert job.state is JobState.FAILED
    assert "whoever ordered the codes was switched off" in (job.error or "")
    assert "the same idempotency key" in (job.error or "")
    assert runs(county) == []


def test_a_colleague_takes_over_the_order_of_a_user_who_was_switched_off(
    county: County, here: Installation, form: IssueForm
) -> None:
    order = order_codes(county.store, county.producer, form)
    switch(county, is_active=False)
    work(here)
    assert order_codes(county.store, colleague(county), form) == order
    assert work(here)
    assert runs(county) == [COUNT]


def test_a_colleague_who_repeats_an_order_that_waits_leaves_it_to_whoever_ordered(
    county: County, here: Installation, form: IssueForm
) -> None:
    order = order_codes(county.store, county.producer, form)
    assert order_codes(county.store, colleague(county), form) == order
    job = job_of(county, order)
    assert job is not None
    assert job.state is JobState.QUEUED
    assert work(here)
    assert runs(county) == [COUNT]


def test_the_same_order_again_tries_its_failed_job_again(county: County, here: Installation, form: IssueForm) -> None:
    order = order_codes(county.store, county.producer, form)
    switch(county, is_active=False)
    work(here)
    switch(county, is_active=True)
    assert order_codes(county.store, county.producer, form) == order
    assert work(here)
    assert runs(county) == [COUNT]


def test_the_same_order_again_asks_anew_when_its_job_was_forgotten(
    county: County, here: Installation, form: IssueForm
) -> None:
    order = order_codes(county.store, county.producer, form)
    switch(county, is_active=False)
    work(here)
    switch(county, is_active=True)
    county.store.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    with county.store.acting() as act:
        assert forget_ended(act, act.now) == 1
        act.commit()
    assert order_codes(county.store, county.producer, form) == order
    assert work(here)
    assert runs(county) == [COUNT]


def colleague(county: County) -> Actor:
    """Another user of the producer's enterprise."""
    with county.store.acting() as act:
        user = User(name="colleague", role=Role.PRODUCER_MANAGER, enterprise_id=county.producer.enterprise_id)
        user.created_at, user.must_change_password, user.is_active = act.now, False, True
        act.session.add(user)
        act.session.flush()
        act.commit()
        return as_actor(user)


def switch(county: County, *, is_active: bool) -> None:
    with county.store.acting() as act:
        act.session.execute(update(User).where(User.id == county.producer.user_id).values(is_active=is_active))
        act.commit()
