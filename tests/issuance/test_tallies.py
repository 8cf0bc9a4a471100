"""Runs and print orders of a batch with what became of their codes and labels: right, scoped, at a fixed cost."""

import pytest
from sqlalchemy import event

from gimark.errors import NotFoundError
from gimark.issuance.custody.actions import ReportForm, report_labels
from gimark.issuance.custody.rules import Fate, Told
from gimark.issuance.custody.tallies import label_tallies
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, order_print, set_print_state
from gimark.issuance.rules import CodeState, RangeKind
from gimark.issuance.tallies import run_tallies
from gimark.store.paging import Wanted
from tests.county import County, on_both

NEWEST = Wanted(50, newest_first=True)


@on_both
def test_codes_and_labels_are_counted_run_by_run_and_order_by_order(county: County) -> None:
    batch = county.batch()
    first, second = (county.run(batch, 100, key) for key in ("first", "second"))
    county.change(first, RangeKind.ACTIVATE, (0, 59))
    county.change(first, RangeKind.VOID, (50, 64), reason="破损")
    with county.store.acting() as act:
        order = order_print(act, county.producer, PrintForm(second.ref, 0, 99, "a4-3x8", 300, "labels")).ref
        set_print_state(act, order, PrintState.RELEASED)
        report_labels(act, county.producer, order, ReportForm((Told(0, 89, Fate.PRINTED),), None))
        report_labels(act, county.producer, order, ReportForm((Told(80, 94, Fate.SCRAPPED),), None))
        act.commit()
    with county.store.reading() as session:
        runs = run_tallies(session, county.regulator, NEWEST, batch).items
        [labels] = label_tallies(session, county.regulator, NEWEST, batch_ref=batch).items
        assert label_tallies(session, county.producer, NEWEST, run_ref=first.ref).items == ()
        assert run_tallies(session, county.producer, NEWEST, batch).items == runs
        with pytest.raises(NotFoundError):
            run_tallies(session, county.other_producer, NEWEST, batch)
        with pytest.raises(NotFoundError):
            label_tallies(session, county.other_producer, NEWEST, batch_ref=batch)
    assert [one.facts.ref for one in runs] == [second.ref, first.ref]
    counted = {CodeState.ISSUED: 35, CodeState.ACTIVE: 50, CodeState.VOIDED: 15, CodeState.RETURNED: 0}
    assert runs[1].codes == counted
    assert (labels.order.ref, labels.run_number, labels.downloads) == (order, second.number, 0)
    assert labels.labels == {Fate.PRINTED: 80, Fate.SCRAPPED: 15, Fate.RETURNED: 0, None: 5}


def test_a_page_asks_as_often_for_one_run_as_for_many(county: County) -> None:
    batch = county.batch()
    for number in range(4):
        run = county.run(batch, 5, f"k{number}")
        with county.store.acting() as act:
            order_print(act, county.producer, PrintForm(run.ref, 0, 4, "a4-3x8", 300, f"k{number}"))
            act.commit()
    said: list[str] = []
    event.listen(county.store.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    asked = []
    for limit in (1, 4):
        said.clear()
        with county.store.reading() as session:
            assert len(run_tallies(session, county.regulator, Wanted(limit), batch).items) == limit
            assert len(label_tallies(session, county.regulator, Wanted(limit), batch_ref=batch).items) == limit
        asked.append(len(said))
    assert asked[0] == asked[1]
