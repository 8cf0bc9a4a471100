"""Registering many batches in one act: each judged as one alone would be, and all that is wrong with it said."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from gimark import audit
from gimark.accounts.rules import Actor
from gimark.errors import ConflictError, GimarkError, InvalidInputError, NotAllowedError, NotFoundError
from gimark.ledger import book, entries
from gimark.production.model import Batch
from gimark.production.registering import BatchForm, Permitted, enter_batches, judge_batches
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.unit_of_work import Store
from tests.county import BATCH, FAR_TOWN, County, make_county

Judged = Permitted | tuple[GimarkError, ...]


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def judge(county: County, *forms: BatchForm, actor: Actor | None = None) -> list[Judged]:
    with county.store.acting() as act:
        return judge_batches(act, actor or county.producer, forms)


def lots(county: County, count: int) -> Iterator[BatchForm]:
    return (replace(BATCH, item_ref=county.item_ref, lot=f"L{number}") for number in range(count))


def kinds(judged: Judged) -> list[type]:
    return [type(error) for error in judged] if isinstance(judged, tuple) else []


def test_what_was_permitted_becomes_official_in_order_and_agrees_with_the_ledger(county: County) -> None:
    with county.store.acting() as act:
        judged = judge_batches(act, county.producer, list(lots(county, 30)))
        permitted = [one for one in judged if isinstance(one, Permitted)]
        made = enter_batches(act, county.producer, permitted)
        assert len(set(made)) == 30
        act.commit()
    with county.store.reading() as session:
        size = book.size(session)
        said = [entries.decode(body) for body in book.entries(session, size - 30, size)]
        rows = session.scalars(select(Batch).order_by(Batch.ledger_index)).all()
        assert [(row.lot, row.ledger_index) for row in rows] == [
            (entry["lot"], size - 30 + place) for place, entry in enumerate(said)
        ]
        assert {entry["type"] for entry in said} == {"batch.register"}
        assert list(audit.differences(session)) == []


def test_everything_that_is_wrong_with_a_form_is_said(county: County) -> None:
    wrong = replace(
        BATCH, item_ref=county.item_ref, lot="a", town_code=FAR_TOWN, harvested_until=date(2027, 1, 1), planned_g=0
    )
    [good, bad] = judge(county, replace(BATCH, item_ref=county.item_ref), wrong)
    assert isinstance(good, Permitted)
    assert isinstance(bad, tuple)
    assert {fault.field for error in bad for fault in error.faults} == {"lot", "planned_g", "harvested_until", "town"}


def test_a_stopped_authorization_forbids_every_form_of_its_item(county: County) -> None:
    county.stop(ChangeKind.SUSPEND)
    for judged in judge(county, *lots(county, 3)):
        assert [fault.field for error in judged for fault in error.faults] == ["authorization"]  # type: ignore[union-attr]


def test_a_lot_is_taken_by_what_is_registered_and_by_an_earlier_form(county: County) -> None:
    county.batch()
    taken = replace(BATCH, item_ref=county.item_ref)
    new = replace(taken, lot="NEW")
    first, second, third = judge(county, taken, new, new)
    assert kinds(first) == [ConflictError]
    assert isinstance(second, Permitted)
    assert kinds(third) == [ConflictError]


def test_a_form_that_was_refused_takes_no_lot(county: County) -> None:
    good = replace(BATCH, item_ref=county.item_ref)
    first, second = judge(county, replace(good, planned_g=0), good)
    assert kinds(first) == [InvalidInputError]
    assert isinstance(second, Permitted)


def test_another_enterprise_s_item_is_not_found_and_nothing_more_is_said(county: County) -> None:
    wrong = replace(BATCH, item_ref=county.other_item_ref, lot="a", planned_g=0)
    [judged] = judge(county, wrong)
    assert kinds(judged) == [NotFoundError]


def test_who_may_register_nothing_is_refused_before_any_form(county: County) -> None:
    with pytest.raises(NotAllowedError):
        judge(county, actor=county.regulator)


def test_judging_many_forms_asks_no_more_than_judging_few(store: Store) -> None:
    county = make_county(store)
    asked: list[str] = []
    sa.event.listen(county.store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    judge(county, *lots(county, 2))
    few = len(asked)
    judge(county, *lots(county, 300))
    assert len(asked) == 2 * few
