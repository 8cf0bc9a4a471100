"""Codes and labels in one order: judged first, done once, and gone on with when the page is long closed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from api.jobs.handlers import handlers
from api.jobs.ordering import Ordered, labels_job, order_codes_with_labels
from api.jobs.previewing import LabelChoice, advice_for_batch, preview_of_batch
from gimark.accounts.model import User
from gimark.clock import FixedClock, local_day
from gimark.errors import GimarkError, IdempotencyKeyReusedError, NotFoundError, VolumeExceededError
from gimark.issuance.issuing import MOST_AT_ONCE, issue_job
from gimark.issuance.orders import OrderRow, labels_of, order_row, order_rows
from gimark.issuance.rules import PrintFormat
from gimark.issuance.stages import OrderStage
from gimark.jobs.actions import cancel
from gimark.jobs.kinds import ISSUE_CODES, ORDER_LABELS
from gimark.jobs.queries import job_by_key
from gimark.jobs.rules import JobState
from gimark.jobs.worker import Worker
from gimark.production.actions import BatchForm, confirm_batch, register_batch
from gimark.registry.items.model import TradeItem
from gimark.store.paging import Wanted
from labels.carrier import Legibility
from labels.errors import LabelError
from labels.library import shipped_templates
from tests.api.jobs.printshop import entries
from tests.founded import GTIN, TOWN, Workshop

CHOICE = LabelChoice("roll-70x40", 300, PrintFormat.ZPL)
LARGE = MOST_AT_ONCE + 1


def confirmed(shop: Workshop, codes: int) -> str:
    """A confirmed batch for so many codes; its ref."""
    today = local_day(shop.here.store.clock.now())
    harvest = (today - timedelta(days=30), today - timedelta(days=10))
    with shop.here.store.acting() as act:
        item = act.session.scalars(select(TradeItem).where(TradeItem.gtin == GTIN)).one()
        batch = register_batch(act, shop.producer, BatchForm(item.ref, "YX-2", TOWN, *harvest, codes * item.net_g))
        ref = confirm_batch(act, shop.producer, batch.ref, codes * item.net_g, today).ref
        act.commit()
    return ref


def order(shop: Workshop, batch: str, count: int, key: str = "k", choice: LabelChoice = CHOICE) -> Ordered:
    return order_codes_with_labels(shop.here, shop.producer, batch, count, choice, key)


def row(shop: Workshop, ref: str) -> OrderRow:
    with shop.here.store.reading() as session:
        return order_row(session, shop.producer, ref)


def work(shop: Workshop, *kinds: str) -> None:
    """Do what is due of these kinds, and let the clock go on as a worker's would."""
    known = handlers(shop.here)
    clock = shop.here.store.clock
    assert isinstance(clock, FixedClock)
    for _ in range(2):
        worker = Worker(shop.here.store, {kind: known[kind] for kind in kinds})
        while worker.run_once():
            pass
        clock.at += timedelta(seconds=3)


def test_a_small_order_is_issued_and_its_labels_are_ordered_as_chosen(shop: Workshop) -> None:
    batch = confirmed(shop, 40)
    done = order(shop, batch, 40, choice=replace(CHOICE, offset_um=(500, -250), on_pack=("storage",)))
    assert done.refusal is None
    assert row(shop, done.ref).stage is OrderStage.PRINTING
    with shop.here.store.reading() as session:
        [labels] = labels_of(session, shop.producer, done.ref)
    facts = labels.facts
    assert (facts.first, facts.last, facts.template, facts.dpi) == (0, 39, "roll-70x40", 300)
    assert (facts.format, facts.offset_um, facts.on_pack) == (PrintFormat.ZPL, (500, -250), ("storage",))


def test_the_same_order_again_is_the_same_and_another_under_its_key_is_refused(shop: Workshop) -> None:
    batch = confirmed(shop, 80)
    first, size = order(shop, batch, 40), len(entries(shop.here))
    assert order(shop, batch, 40) == first
    with pytest.raises(IdempotencyKeyReusedError):
        order(shop, batch, 41)
    with shop.here.store.reading() as session:
        assert len(labels_of(session, shop.producer, first.ref)) == 1
    assert len(entries(shop.here)) == size


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (replace(CHOICE, template="roll-50x30", dpi=203), LabelError),
        (replace(CHOICE, template="a4-3x8"), LabelError),
        (replace(CHOICE, template="no-such"), GimarkError),
        (replace(CHOICE, dpi=72), GimarkError),
        (replace(CHOICE, skip=1), LabelError),
        (replace(CHOICE, offset_um=(90_000, 0)), LabelError),
        (replace(CHOICE, on_pack=("uscc",)), GimarkError),
    ],
)
def test_labels_that_cannot_be_printed_are_refused_before_a_code_is_issued(
    shop: Workshop, choice: LabelChoice, error: type[Exception]
) -> None:
    batch, size = confirmed(shop, 40), len(entries(shop.here))
    with pytest.raises(error):
        order(shop, batch, 40, choice=choice)
    with pytest.raises(error):
        preview_of_batch(shop.here, shop.producer, batch, choice)
    assert len(entries(shop.here)) == size
    with shop.here.store.reading() as session:
        assert order_rows(session, shop.producer, Wanted(), batch).items == ()


def test_more_than_the_volume_allows_is_refused_and_nothing_is_held(shop: Workshop) -> None:
    batch = confirmed(shop, 40)
    with pytest.raises(VolumeExceededError) as caught:
        order(shop, batch, 60)
    assert caught.value.extras["left"] == 40
    assert order(shop, batch, 40).refusal is None


def test_a_large_order_goes_on_by_itself_until_its_labels_are_ordered(shop: Workshop) -> None:
    done = order(shop, confirmed(shop, LARGE), LARGE)
    work(shop, ORDER_LABELS)
    assert row(shop, done.ref).stage is OrderStage.ISSUING
    work(shop, ISSUE_CODES)
    assert row(shop, done.ref).stage is OrderStage.ISSUED
    work(shop, ORDER_LABELS)
    assert row(shop, done.ref).stage is OrderStage.PRINTING
    with shop.here.store.reading() as session:
        [labels] = labels_of(session, shop.producer, done.ref)
        job = job_by_key(session, labels_job(done.ref))
    assert (labels.facts.last, labels.facts.format) == (LARGE - 1, PrintFormat.ZPL)
    assert job is not None
    assert job.state is JobState.DONE


def test_labels_are_not_waited_for_when_the_codes_were_cancelled(shop: Workshop) -> None:
    done = order(shop, confirmed(shop, LARGE), LARGE)
    with shop.here.store.acting() as act:
        job = job_by_key(act.session, issue_job(done.ref))
        assert job is not None
        cancel(act, job.ref)
        act.commit()
    work(shop, ORDER_LABELS)
    with shop.here.store.reading() as session:
        follow = job_by_key(session, labels_job(done.ref))
    assert follow is not None
    assert follow.state is JobState.FAILED
    assert follow.error is not None
    assert "没有赋码成功" in follow.error


def test_nobody_s_labels_are_ordered_who_was_switched_off_meanwhile(shop: Workshop) -> None:
    done = order(shop, confirmed(shop, LARGE), LARGE)
    work(shop, ISSUE_CODES)
    with shop.here.store.acting() as act:
        act.session.execute(update(User).where(User.id == shop.producer.user_id).values(is_active=False))
        act.commit()
    work(shop, ORDER_LABELS)
    assert row(shop, done.ref).stage is OrderStage.ISSUED


def test_a_batch_is_previewed_before_it_has_a_code_and_only_by_those_whose_it_is(shop: Workshop) -> None:
    batch = confirmed(shop, 10)
    svg = preview_of_batch(shop.here, shop.producer, batch, CHOICE)
    assert 'width="70mm"' in svg
    with pytest.raises(NotFoundError):
        preview_of_batch(shop.here, shop.other_producer, batch, CHOICE)
    with pytest.raises(NotFoundError):
        advice_for_batch(shop.here, shop.other_producer, batch, ())


def test_the_advisor_says_for_each_template_and_printer_what_can_be_read(shop: Workshop) -> None:
    templates = tuple(shipped_templates().values())
    found = {one.template.id: one for one in advice_for_batch(shop.here, shop.producer, confirmed(shop, 10), templates)}
    small = found["roll-50x30"].on(203)
    assert small is not None
    assert small.legibility is Legibility.REFUSED
    assert all(carrier.legibility is not Legibility.REFUSED for carrier in found["roll-70x40"].carriers)
    assert found["roll-70x40"].on(72) is None
