"""A desk's rows of batches: names and volumes beside each, nothing of another's, and a fixed number of questions."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from gimark.clock import FixedClock
from gimark.errors import NotFoundError
from gimark.issuance.issuing import IssueForm, order_codes
from gimark.issuance.rules import RangeKind
from gimark.production.actions import recall_batch
from gimark.production.lists import BatchFilter, volume_left
from gimark.production.model import BatchVolume
from gimark.production.overview import BatchRow, batch_row, batch_rows
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.county import BATCH, County, make_county


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def rows(county: County, limit: int = 50) -> list[BatchRow]:
    with county.store.reading() as session:
        wanted = Wanted(limit, newest_first=True)
        return list(batch_rows(session, county.producer, wanted, BatchFilter(), county.store.clock.now()).items)


def test_a_row_tells_names_and_how_many_codes_are_out_active_and_left(county: County, clock: FixedClock) -> None:
    ref = county.batch(form=replace(BATCH, planned_g=100_000))
    run = county.run(ref, 300)
    county.change(run, RangeKind.ACTIVATE, (0, 199))
    county.change(run, RangeKind.RETURN, (250, 299), reason="示例")
    order_codes(county.store, county.producer, IssueForm(ref, 20, "held"))
    [row] = rows(county)
    assert (row.item_zh, row.town_zh, row.net_g) == ("云溪香菇 花菇 250 g", "松坞镇", 250)
    assert (row.issued, row.activated, row.inactive) == (250, 200, 50)
    assert row.volume.reserved_g == 20 * 250
    assert row.issuable == 408 - 250 - 20
    assert row.awaits_activation
    with county.store.acting() as act:
        act.session.execute(update(BatchVolume).values(override_g=5_000))
        act.commit()
    [row] = rows(county)
    with county.store.reading() as session:
        left = volume_left(session, county.producer, ref, clock.now())
    assert (row.volume, row.issuable) == (left.volume, left.issuable)
    clock.at += timedelta(hours=3)
    assert rows(county)[0].volume.reserved_g == 0


def test_an_unconfirmed_or_recalled_batch_has_nothing_to_be_activated(county: County) -> None:
    waiting = county.batch(confirmed=False)
    county.run(waiting, 10)
    [row] = rows(county)
    assert (row.inactive, row.awaits_activation, row.issuable) == (10, False, 1_010)
    with county.store.acting() as act:
        recall_batch(act, county.producer, waiting, "示例")
        act.commit()
    [row] = rows(county)
    assert (row.awaits_activation, row.issuable) == (False, 0)


def test_another_s_batch_is_not_found(county: County) -> None:
    ref, now = county.batch(), county.store.clock.now()
    with county.store.reading() as session:
        assert batch_row(session, county.regulator, ref, now).batch.ref == ref
        with pytest.raises(NotFoundError):
            batch_row(session, county.other_producer, ref, now)
        assert batch_rows(session, county.other_producer, Wanted(), BatchFilter(), now).items == ()


def test_a_page_asks_as_often_for_one_row_as_for_many(county: County) -> None:
    for number in range(8):
        ref = county.batch(form=replace(BATCH, lot=f"N{number}"))
        county.run(ref, 5, f"k{number}")
    said: list[str] = []
    event.listen(county.store.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    asked = []
    for limit in (1, 8):
        said.clear()
        assert [row.batch.lot for row in rows(county, limit)] == [f"N{number}" for number in range(7, 7 - limit, -1)]
        asked.append(sum(text.startswith("SELECT") for text in said))
    assert asked[0] == asked[1] <= 6
