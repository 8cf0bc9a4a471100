"""Work that acts ask for again and again is done as often as it changes something."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.installation import Installation
from api.jobs.handlers import handlers, schedule
from gimark.clock import FixedClock, SystemClock
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.jobs.worker import Worker
from gimark.keys.statuslist import StatusList, read_published
from gimark.ledger.checkpoints import Checkpoint
from tests.founded import Workshop


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    yield copy
    copy.here.store.engine.dispose()


def published(here: Installation) -> StatusList:
    return read_published((here.settings.published / ".well-known" / "gi-status").read_bytes(), here.keyset)


def work(worker: Worker) -> None:
    while worker.run_once():
        pass


def void(shop: Workshop, index: int) -> None:
    with shop.here.store.acting() as act:
        form = RangeForm(RangeKind.VOID, ((index, index),), "示例：破损")
        change_ranges(act, shop.producer, shop.run.ref, form)
        act.commit()


def test_one_status_list_tells_of_all_the_acts_before_it(shop: Workshop) -> None:
    here = shop.here
    worker = Worker(here.store, handlers(here))
    work(worker)
    before = published(here)
    for index in range(5):
        void(shop, index)
    work(worker)
    assert (published(here).seq, len(published(here).codes)) == (before.seq + 5, 5)
    void(shop, 5)
    work(worker)
    assert len(published(here).codes) == 6


def test_the_daily_list_is_published_though_nothing_was_done(shop: Workshop) -> None:
    here = shop.here
    worker = Worker(here.store, handlers(here))
    with here.store.acting() as act:
        enqueue(act, PUBLISH_STATUS, "daily", every=timedelta(days=1))
        act.commit()
    work(worker)
    before = published(here)
    here.store.clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    work(worker)
    assert published(here).expires_at == before.expires_at + timedelta(days=1)


def covered(here: Installation) -> int:
    """How many entries the published checkpoint is of."""
    return Checkpoint.unverified((here.settings.published / "checkpoint").read_bytes()).size


def test_a_run_s_checkpoint_is_published_at_once_and_any_other_act_s_within_a_minute(shop: Workshop) -> None:
    here = shop.here
    worker = Worker(here.store, handlers(here))
    schedule(here)
    work(worker)
    run = issue_codes(here.store, here.keyring, shop.producer, IssueForm(shop.batch_ref, 1, "one more"))
    work(worker)
    assert covered(here) > run.ledger_index

    with here.store.acting() as act:
        form = RangeForm(RangeKind.ACTIVATE, ((0, 0),))
        active = change_ranges(act, shop.producer, run.ref, form).ledger_index
        act.commit()
    assert covered(here) == active
    here.store.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    work(worker)
    assert covered(here) > active
