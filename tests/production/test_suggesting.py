"""A new batch begins as the last one ended: the same item, town and mass, the next lot, the days since."""

from dataclasses import replace
from datetime import date

import pytest

from gimark.errors import NotFoundError
from gimark.production.suggesting import Suggestion, next_lot, suggestion
from gimark.store.unit_of_work import Store
from tests.county import BATCH, HARVEST, TOWN, County, make_county

TODAY = date(2026, 11, 22)


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def suggested(county: County, copied: str | None = None) -> Suggestion:
    with county.store.reading() as session:
        return suggestion(session, county.producer, TODAY, copied)


@pytest.mark.parametrize(
    ("lot", "following"),
    [
        ("YX26A1112", "YX26A1113"),
        ("A099", "A100"),
        ("9", "10"),
        ("2026-001", "2026-002"),
        ("A", None),
        ("26A", None),
        ("9" * 20, None),
        ("A" * 19 + "9", None),
    ],
)
def test_the_next_lot_counts_on(lot: str, following: str | None) -> None:
    assert next_lot(lot) == following


def test_without_a_batch_there_is_nothing_to_go_by_but_today(county: County) -> None:
    assert suggested(county) == Suggestion(None, None, None, None, TODAY, None)


def test_the_last_batch_is_gone_on_from(county: County) -> None:
    county.batch(form=replace(BATCH, lot="OLD1"))
    county.batch(form=replace(BATCH, lot="YX26A0009", planned_g=1_860_000))
    begun = date(2026, 10, 22)
    assert suggested(county) == Suggestion(county.item_ref, "YX26A0010", TOWN, begun, TODAY, 1_860_000)


def test_a_copy_has_the_days_of_what_is_copied_and_the_first_free_lot(county: County) -> None:
    first = county.batch(form=replace(BATCH, lot="L1"))
    county.batch(form=replace(BATCH, lot="L2"))
    assert suggested(county, first) == Suggestion(county.item_ref, "L3", TOWN, *HARVEST, BATCH.planned_g)


def test_a_harvest_that_ended_today_is_no_harvest_of_tomorrow(county: County) -> None:
    county.batch(form=replace(BATCH, harvested_until=TODAY), confirmed=False)
    found = suggested(county)
    assert (found.harvested_from, found.harvested_until) == (TODAY, TODAY)


def test_another_s_batch_cannot_be_copied(county: County) -> None:
    ref = county.batch()
    with county.store.reading() as session, pytest.raises(NotFoundError):
        suggestion(session, county.other_producer, TODAY, ref)
