"""What is kept for a time is gone after it, and nothing before; one part that fails holds up no other."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.installation import Installation
from api.jobs import sweeping
from api.jobs.handlers import schedule
from api.jobs.labelling import order_labels
from api.jobs.sweeping import sweep
from gimark.accounts.answers.actions import Answered, earlier_answer, keep_answer
from gimark.accounts.links.actions import make_reset_link
from gimark.accounts.lockout.actions import count_try
from gimark.accounts.lockout.rules import Guarded
from gimark.accounts.queries import actor_for, ref_of
from gimark.accounts.sessions.actions import begin_session
from gimark.errors import StoreFailedError
from gimark.issuance.issuing import IssueForm, issue_order, order_codes
from gimark.issuance.model import IssueOrder, PrintState
from gimark.issuance.printing import PrintForm, print_order
from gimark.issuance.queries import PrintFacts
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.jobs.model import Job
from gimark.jobs.queries import job_by_key
from gimark.jobs.rules import JobState
from gimark.production.model import VolumeReservation
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import RunScans, TagKey
from gimark.scans.tag_keys import TagKeys
from tests.api.jobs.printshop import work
from tests.founded import COUNT, Workshop

NOTHING = {
    "checks": 0,
    "reservations": 0,
    "jobs": 0,
    "prints": 0,
    "files": 0,
    "answers": 0,
    "keys": 0,
    "uploads": 0,
    "sign-ins": 0,
    "exports": 0,
}


def later(here: Installation, **span: float) -> None:
    here.store.clock.at += timedelta(**span)  # type: ignore[attr-defined]


def count(here: Installation, model: type) -> int:
    with here.store.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_tag_key_is_destroyed_14_days_after_its_week_by_the_worker_alone(shop: Workshop) -> None:
    here = shop.here
    TagKeys(here.store).prepare(here.store.clock.now())
    assert count(here, TagKey) == 2
    schedule(here)
    later(here, days=14)
    work(here)
    assert count(here, TagKey) == 2
    later(here, days=14)
    work(here)
    assert count(here, TagKey) == 0


def test_the_worker_counts_checks_every_few_minutes(shop: Workshop) -> None:
    here = shop.here
    schedule(here)
    work(here)
    with here.store.acting() as act:
        write_looks(act.session.connection(), [Look(hour_of(act.now), "authentic", "33", 1, 7, b"\x01" * 8)])
        act.commit()
    later(here, minutes=5)
    work(here)
    with here.store.reading() as session:
        assert session.get_one(RunScans, 1).checks == 1


def test_volume_held_for_an_order_that_was_never_finished_is_given_back(shop: Workshop) -> None:
    here = shop.here
    order = order_codes(here.store, shop.producer, IssueForm(shop.batch_ref, 1, "never finished"))
    assert sweep(here) == NOTHING
    later(here, hours=2)
    assert sweep(here) == {**NOTHING, "reservations": 1}
    assert count(here, VolumeReservation) == 0
    with here.store.reading() as session:
        assert session.scalars(select(IssueOrder).where(IssueOrder.ref == order)).one().reservation_id is None
    assert issue_order(here.store, here.keyring, shop.producer, order).count == 1
    assert sweep(here) == NOTHING


def test_answers_to_requests_are_kept_for_seven_days(shop: Workshop) -> None:
    here = shop.here
    with here.store.acting() as act:
        keep_answer(act, shop.producer, "once", b"\x01" * 32, Answered(201, "/v1/items/x", b"{}"))
        act.commit()
    later(here, days=7)
    assert sweep(here)["answers"] == 0
    later(here, seconds=1)
    assert sweep(here)["answers"] == 1
    with here.store.reading() as session:
        assert earlier_answer(session, shop.producer, "once", b"\x02" * 32) is None


def test_jobs_that_ended_are_forgotten_after_90_days_and_others_never(shop: Workshop) -> None:
    here = shop.here
    work(here)
    with here.store.acting() as act:
        enqueue(act, PUBLISH_STATUS, "waits", run_after=act.now + timedelta(days=365))
        act.commit()
    ended = count(here, Job) - 1
    assert ended > 0
    later(here, days=89)
    assert sweep(here)["jobs"] == 0
    later(here, days=1, seconds=1)
    assert sweep(here)["jobs"] == ended
    assert count(here, Job) == 1


def printed(shop: Workshop, key: str, **changes: object) -> PrintFacts:
    """An order for the whole run, made and released."""
    form = PrintForm(shop.run.ref, 0, COUNT - 1, "a4-3x8", 300, key, **changes)  # type: ignore[arg-type]
    ref = order_labels(shop.here, shop.producer, form).ref
    work(shop.here)
    with shop.here.store.reading() as session:
        order = print_order(session, ref)
    assert order.state is PrintState.RELEASED
    return order


def kept(here: Installation, order: PrintFacts) -> set[bool]:
    return {here.files.exists(file.sha256) for file in order.files}


def test_print_files_leave_after_90_days_and_their_hashes_stay(shop: Workshop) -> None:
    here = shop.here
    order = printed(shop, "first")
    later(here, days=90)
    assert sweep(here)["prints"] == 0
    assert kept(here, order) == {True}
    later(here, seconds=1)
    assert sweep(here)["prints"] == 1
    assert kept(here, order) == {False}
    with here.store.reading() as session:
        assert print_order(session, order.ref).files == order.files
    assert sweep(here) == NOTHING


def test_a_file_that_a_later_order_has_too_stays_for_that_order(shop: Workshop) -> None:
    here = shop.here
    first = printed(shop, "first")
    later(here, days=60)
    second = printed(shop, "second", reprint_reason="标签受潮")
    shared = {file.sha256 for file in first.files} & {file.sha256 for file in second.files}
    assert shared
    later(here, days=31)
    assert sweep(here)["prints"] == 1
    assert kept(here, second) == {True}
    later(here, days=60)
    assert sweep(here)["prints"] == 1
    assert kept(here, second) == {False}


def test_a_file_put_again_a_moment_ago_is_not_taken_away_from_whoever_put_it(shop: Workshop) -> None:
    here = shop.here
    digest = printed(shop, "first").files[0].sha256
    later(here, days=91)
    just_now = here.store.clock.now().timestamp()
    os.utime(here.settings.data_dir / "files" / digest, (just_now, just_now))
    sweep(here)
    assert here.files.exists(digest)


def test_leftovers_of_killed_processes_are_removed_after_a_day(shop: Workshop) -> None:
    here = shop.here
    leftover = here.settings.data_dir / "files" / ".unfinished-abc"
    leftover.write_bytes(b"half a file")
    assert sweep(here)["files"] == 0
    yesterday = (here.store.clock.now() - timedelta(days=1, seconds=1)).timestamp()
    os.utime(leftover, (yesterday, yesterday))
    assert sweep(here)["files"] == 1
    assert not leftover.exists()


def test_a_part_that_fails_holds_up_no_other(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_here: Installation) -> int:
        raise StoreFailedError(())

    here = shop.here
    order_codes(here.store, shop.producer, IssueForm(shop.batch_ref, 1, "never finished"))
    schedule(here)
    later(here, hours=2)
    monkeypatch.setattr(sweeping, "PARTS", {**sweeping.PARTS, "checks": refuse})
    work(here)
    assert count(here, VolumeReservation) == 0
    with here.store.reading() as session:
        failed = job_by_key(session, "periodic-sweep:checks")
    assert failed is not None
    assert (failed.state, failed.failures) == (JobState.QUEUED, 1)


def test_sessions_tries_and_links_are_taken_away_when_they_are_over(shop: Workshop) -> None:
    here, actor = shop.here, shop.producer
    with here.store.acting() as act:
        administrator = actor_for(act.session, "admin")
        begin_session(act, actor.user_id, "firefox/Linux")
        make_reset_link(act, administrator, ref_of(act.session, administrator, actor.name))
        act.commit()
    count_try(here.store, {Guarded.ACCOUNT: here.account_secrets.tag("account", actor.name)})
    assert sweep(here)["sign-ins"] == 0
    later(here, hours=1)
    assert sweep(here)["sign-ins"] == 1
    later(here, hours=24)
    assert sweep(here)["sign-ins"] == 1
    later(here, days=7)
    assert sweep(here)["sign-ins"] == 1
    assert sweep(here)["sign-ins"] == 0
