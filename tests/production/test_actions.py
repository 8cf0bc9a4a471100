"""Acts on a batch: what is refused, what follows a recall, and that a package carries all of its rights or no mark."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gimark import audit
from gimark.errors import ConflictError, InvalidInputError, NotAuthorisedError, NotFoundError
from gimark.issuance.issuing import IssueForm, issue_order, order_codes
from gimark.issuance.rules import RangeKind
from gimark.ledger import book, entries
from gimark.production.actions import amend_batch, confirm_batch, recall_batch
from gimark.production.model import Batch
from gimark.production.queries import terms_of
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.unit_of_work import Store
from tests.county import BATCH, FAR_TOWN, HARVEST, PACKED_ON, TOWN, County, make_county

REASON = "示例理由"


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


def confirm(county: County, ref: str, packed_g: int = BATCH.planned_g, packed_on: date = PACKED_ON) -> None:
    with county.store.acting() as act:
        confirm_batch(act, county.producer, ref, packed_g, packed_on)
        act.commit()


def amend(county: County, ref: str, reason: str = REASON, **changes: object) -> None:
    with county.store.acting() as act:
        batch = act.session.scalars(select(Batch).where(Batch.ref == ref)).one()
        terms = replace(terms_of(batch), **changes)  # type: ignore[arg-type]
        amend_batch(act, county.producer, ref, terms, reason)
        act.commit()


def recall(county: County, ref: str) -> None:
    with county.store.acting() as act:
        recall_batch(act, county.regulator, ref, REASON, county.lead)
        act.commit()


def last_entry(county: County) -> dict[str, object]:
    with county.store.reading() as session:
        return entries.decode(book.entry(session, book.size(session) - 1))


def refused(county: County, ref: str, **changes: object) -> set[str]:
    with pytest.raises(InvalidInputError) as caught:
        amend(county, ref, **changes)  # type: ignore[arg-type]
    return {fault.field for fault in caught.value.faults}


def assert_all_agrees(county: County) -> None:
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_what_was_packed_is_confirmed_once(county: County) -> None:
    ref = county.batch(confirmed=False)
    confirm(county, ref)
    assert {name: last_entry(county)[name] for name in ("type", "packed_g", "packed_on")} == {
        "type": "batch.confirm",
        "packed_g": BATCH.planned_g,
        "packed_on": "2026-11-12",
    }
    with pytest.raises(ConflictError, match="已经确认过"):
        confirm(county, ref)
    assert_all_agrees(county)


@pytest.mark.parametrize(
    ("packed_g", "packed_on", "field"),
    [
        (0, PACKED_ON, "packed_g"),
        (-1, PACKED_ON, "packed_g"),
        (10**12, PACKED_ON, "packed_g"),
        (1, HARVEST[1] - timedelta(days=1), "packed_on"),
        (1, date(2026, 11, 23), "packed_on"),
    ],
)
def test_what_cannot_have_been_packed_is_refused(county: County, packed_g: int, packed_on: date, field: str) -> None:
    ref = county.batch(confirmed=False)
    with pytest.raises(InvalidInputError) as caught:
        confirm(county, ref, packed_g, packed_on)
    assert {fault.field for fault in caught.value.faults} == {field}
    assert last_entry(county)["type"] == "batch.register"


def test_another_enterprise_s_batch_is_not_found(county: County) -> None:
    ref = county.batch()
    with county.store.acting() as act, pytest.raises(NotFoundError):
        recall_batch(act, county.other_producer, ref, REASON)


def test_an_amendment_says_the_batch_s_new_facts_whole(county: County) -> None:
    ref = county.batch()
    amend(county, ref, packed_g=200_000, packed_on=PACKED_ON + timedelta(days=1))
    said = last_entry(county)
    assert (said["type"], said["reason"], said["planned_g"]) == ("batch.amend", REASON, BATCH.planned_g)
    assert (said["packed_g"], said["packed_on"]) == (200_000, "2026-11-13")
    assert_all_agrees(county)


@pytest.mark.parametrize("reason", ["", " ", "两\n行", "长" * 241])
def test_an_amendment_needs_a_reason_in_one_line(county: County, reason: str) -> None:
    assert refused(county, county.batch(), reason=reason, packed_g=200_000) == {"reason"}
    assert last_entry(county)["type"] == "batch.confirm"


def test_a_packing_date_never_moves_earlier(county: County) -> None:
    ref = county.batch()
    assert refused(county, ref, packed_on=PACKED_ON - timedelta(days=1)) == {"packed_on"}
    amend(county, ref, packed_on=PACKED_ON + timedelta(days=2))
    assert refused(county, ref, packed_on=PACKED_ON) == {"packed_on"}


def test_an_amendment_neither_confirms_nor_takes_a_confirmation_back(county: County) -> None:
    ref = county.batch(confirmed=False)
    with pytest.raises(ConflictError, match="确认须单独办理"):
        amend(county, ref, packed_g=1, packed_on=PACKED_ON)
    confirm(county, ref)
    with pytest.raises(ConflictError, match="确认须单独办理"):
        amend(county, ref, packed_g=None, packed_on=None)


def test_a_batch_is_not_amended_into_a_town_outside_the_area(county: County) -> None:
    assert refused(county, county.batch(), town_code=FAR_TOWN) == {"town"}


def test_the_planned_mass_stays_above_what_live_codes_stand_for(county: County) -> None:
    ref = county.batch()
    run = county.run(ref, 1_000)
    with pytest.raises(ConflictError, match="planned_g"):
        amend(county, ref, planned_g=245_098)
    county.change(run, RangeKind.RETURN, (0, 499), reason="未用退回")
    amend(county, ref, planned_g=122_550)
    assert_all_agrees(county)


def test_the_packed_mass_stays_above_what_activated_codes_stand_for(county: County) -> None:
    ref = county.batch()
    county.change(county.run(ref, 1_000), RangeKind.ACTIVATE, (0, 799))
    with pytest.raises(ConflictError, match="packed_g"):
        amend(county, ref, packed_g=196_078)
    amend(county, ref, packed_g=196_079)
    assert_all_agrees(county)


def test_after_a_recall_nothing_more_is_done_with_the_batch(county: County) -> None:
    ref = county.batch()
    run = county.run(ref, 10, "before")
    recall(county, ref)
    for late in (
        lambda: recall(county, ref),
        lambda: amend(county, ref, packed_g=200_000),
        lambda: confirm(county, ref),
        lambda: county.run(ref, 1, "after"),
        lambda: county.change(run, RangeKind.ACTIVATE, (0, 0)),
    ):
        with pytest.raises(ConflictError, match="已召回"):
            late()
    county.change(run, RangeKind.VOID, (0, 9), reason="召回销毁")
    assert_all_agrees(county)


def test_an_order_held_while_the_batch_is_recalled_never_becomes_a_run(county: County) -> None:
    ref = county.batch()
    order = order_codes(county.store, county.producer, IssueForm(ref, 10, "held"))
    recall(county, ref)
    with pytest.raises(ConflictError, match="已召回"):
        issue_order(county.store, county.keyring, county.producer, order)


def test_a_class_that_the_authorization_does_not_name_is_not_registered(county: County) -> None:
    item = county.item(county.right_ref, product_class="fresh")
    with pytest.raises(NotAuthorisedError, match="不含“fresh”类别"):
        county.batch(form=replace(BATCH, item_ref=item))


def test_no_codes_are_ordered_for_a_class_that_was_taken_out_of_the_authorization(county: County) -> None:
    ref = county.batch()
    county.amend(classes=("fresh",))
    with pytest.raises(NotAuthorisedError, match="不含“dried”类别"):
        county.run(ref)


def test_an_item_with_two_rights_needs_an_authorization_for_each(county: County) -> None:
    second = county.right(TOWN)
    form = replace(BATCH, item_ref=county.item(county.right_ref, second))
    with pytest.raises(NotAuthorisedError, match="没有取得授权"):
        county.batch(form=form)
    county.grant(second)
    ref = county.batch(form=form)
    run = county.run(ref, 10)
    with county.store.reading() as session:
        issued = entries.decode(book.entry(session, run.ledger_index))
    assert len(issued["authorizations"]) == 2
    assert_all_agrees(county)


def test_codes_for_two_rights_stop_when_one_authorization_does(county: County) -> None:
    second = county.right(TOWN)
    county.grant(second)
    ref = county.batch(form=replace(BATCH, item_ref=county.item(county.right_ref, second)))
    run = county.run(ref, 10, "before")
    county.stop(ChangeKind.SUSPEND, PACKED_ON)
    with pytest.raises(NotAuthorisedError, match="已暂停"):
        county.run(ref, 10, "after")
    with pytest.raises(NotAuthorisedError, match="已暂停"):
        county.change(run, RangeKind.ACTIVATE, (0, 9))


def test_a_town_must_lie_inside_the_area_of_every_right_the_item_carries(county: County) -> None:
    second = county.right(FAR_TOWN)
    county.grant(second)
    item = county.item(county.right_ref, second)
    for town in (TOWN, FAR_TOWN):
        with pytest.raises(InvalidInputError) as caught:
            county.batch(form=replace(BATCH, item_ref=item, town_code=town))
        assert {fault.field for fault in caught.value.faults} == {"town"}
