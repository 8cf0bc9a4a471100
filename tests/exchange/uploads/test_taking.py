"""Uploading batches: every row accepted or refused with its reason, all or the good ones, and none of them twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from gimark import audit
from gimark.accounts.rules import Actor
from gimark.clock import FixedClock, local_day
from gimark.errors import ConflictError, NotAllowedError, NotFoundError
from gimark.exchange.batch_sheet import MOST_ROWS, read_batches
from gimark.exchange.uploads import queries
from gimark.exchange.uploads.actions import (
    UploadForm,
    forget_uploads,
    prepare_rows,
    register_ready_rows,
    take_upload,
)
from gimark.exchange.uploads.queries import UploadFacts
from gimark.exchange.uploads.rules import Choice, Outcome, Rows
from gimark.exchange.workbooks import open_workbook
from gimark.ledger import book
from gimark.production import lists
from gimark.production.actions import amend_batch
from gimark.production.lists import BatchFilter
from gimark.production.queries import terms_of
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.county import BATCH, FAR_TOWN, GTIN, OTHER_GTIN, TOWN, County, make_county, on_both
from tests.exchange.sheets import workbook

GOOD, READY, KNOWN, REFUSED = Outcome.REGISTERED, Outcome.READY, Outcome.KNOWN, Outcome.REFUSED


@pytest.fixture
def county(request: pytest.FixtureRequest) -> County:
    store = request.getfixturevalue(f"{request.param}_engine" if hasattr(request, "param") else "store")
    return make_county(store if isinstance(store, Store) else Store(store, request.getfixturevalue("clock")))


def line(lot: str, **changes: object) -> list[object]:
    cells: dict[str, object] = {
        "item": GTIN,
        "lot": lot,
        "own": None,
        "town": TOWN,
        "from": date(2026, 10, 1),
        "until": date(2026, 10, 21),
        "planned": 250,
    }
    return list({**cells, **changes}.values())


def today(county: County) -> date:
    return local_day(county.store.clock.now())


def take(
    county: County, rows: Sequence[Sequence[object]], choice: Choice = Choice.WHOLE, actor: Actor | None = None
) -> str:
    actor = actor or county.producer
    with county.store.reading() as session:
        read = read_batches(open_workbook(workbook(rows)), queries.choices_of(session, actor), today(county))
    with county.store.acting() as act:
        ref = take_upload(act, actor, UploadForm("10 月.xlsx", "0" * 64, read, choice)).ref
        act.commit()
    return ref


def told(county: County, ref: str, actor: Actor | None = None) -> tuple[UploadFacts, Rows]:
    with county.store.reading() as session:
        return queries.upload(session, actor or county.producer, ref)


def outcomes(county: County, ref: str) -> list[Outcome]:
    facts, rows = told(county, ref)
    counts = rows.counts()
    assert (facts.registered, facts.known, facts.ready, facts.refused) == tuple(
        counts[kind] for kind in (GOOD, KNOWN, READY, REFUSED)
    )
    return [row.outcome for row in rows.rows]


def batches(county: County) -> list[str]:
    with county.store.reading() as session:
        return [one.lot for one in lists.batches(session, county.producer, Wanted(100), BatchFilter()).items]


def size(county: County) -> int:
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []
        return book.size(session)


BAD = line("B", until=date(2027, 1, 1))


@on_both
def test_good_rows_become_batches_in_one_act_with_an_entry_each(county: County) -> None:
    before = size(county)
    ref = take(county, [line("A"), line("B", own="26-1"), line("C")])
    assert outcomes(county, ref) == [GOOD] * 3
    assert batches(county) == ["A", "B", "C"]
    assert size(county) == before + 3
    facts, rows = told(county, ref)
    assert (facts.file_name, facts.by, facts.total) == ("10 月.xlsx", county.producer.name, 3)
    with county.store.reading() as session:
        shown = [lists.batch(session, county.producer, row.batch_ref or "") for row in rows.rows]
    assert [(one.lot, one.producer_lot, one.terms.planned_g) for one in shown] == [
        ("A", None, 250_000),
        ("B", "26-1", 250_000),
        ("C", None, 250_000),
    ]


def test_all_or_none_registers_none_while_one_is_refused_and_says_why(county: County) -> None:
    before = size(county)
    ref = take(county, [line("A"), BAD, line("C")])
    assert outcomes(county, ref) == [READY, REFUSED, READY]
    assert (batches(county), size(county)) == ([], before)
    [fault] = told(county, ref)[1].rows[1].faults
    assert (fault.field, fault.reason_zh, fault.reason_en) == (
        "harvested_until",
        "采收日在将来",
        "the harvest lies in the future",
    )


def test_of_5_000_rows_with_one_that_is_bad_none_is_registered_and_that_one_is_named(county: County) -> None:
    rows = [line(f"L{number}") for number in range(MOST_ROWS)]
    rows[3_141] = line("L3141", town="没有这个乡镇")
    before = size(county)
    ref = take(county, rows)
    assert (batches(county), size(county)) == ([], before)
    facts, kept = told(county, ref)
    assert (facts.total, facts.ready, facts.refused) == (MOST_ROWS, MOST_ROWS - 1, 1)
    [refused] = [row for row in kept.rows if row.outcome is REFUSED]
    assert (refused.cells[1], refused.faults[0].field) == ("L3141", "town")


def test_the_good_rows_alone_are_registered_where_that_was_chosen(county: County) -> None:
    assert outcomes(county, take(county, [line("A"), BAD, line("C")], Choice.GOOD_ROWS)) == [GOOD, REFUSED, GOOD]
    assert batches(county) == ["A", "C"]


@on_both
def test_rows_that_waited_for_refused_ones_are_registered_afterwards(county: County) -> None:
    ref = take(county, [line("A"), BAD, line("C")])
    with county.store.acting() as act:
        register_ready_rows(act, county.producer, ref)
        act.commit()
    assert outcomes(county, ref) == [GOOD, REFUSED, GOOD]
    assert batches(county) == ["A", "C"]
    with county.store.acting() as act, pytest.raises(ConflictError, match="没有等待登记的行"):
        register_ready_rows(act, county.producer, ref)


def test_rows_that_waited_are_judged_as_things_stand_when_they_are_registered(county: County) -> None:
    ref = take(county, [line("A"), line("C"), BAD])
    take(county, [line("A"), line("C", planned=1)])
    with county.store.acting() as act:
        register_ready_rows(act, county.producer, ref)
        act.commit()
    assert outcomes(county, ref) == [KNOWN, REFUSED, REFUSED]


@on_both
def test_the_same_workbook_again_registers_nothing(county: County) -> None:
    rows = [line("A"), line("B", own="26-1")]
    first = told(county, take(county, rows))[1]
    before = size(county)
    again = take(county, rows)
    assert outcomes(county, again) == [KNOWN, KNOWN]
    assert size(county) == before
    assert [row.batch_ref for row in told(county, again)[1].rows] == [row.batch_ref for row in first.rows]


def test_the_same_workbook_with_more_rows_registers_those(county: County) -> None:
    take(county, [line("A")])
    assert outcomes(county, take(county, [line("A"), line("B")])) == [KNOWN, GOOD]


def test_a_row_is_recognised_after_its_batch_was_amended(county: County) -> None:
    ref = told(county, take(county, [line("A")]))[1].rows[0].batch_ref
    assert ref is not None
    with county.store.acting() as act:
        batch = lists.visible_batch(act.session, county.producer, ref)
        amend_batch(act, county.producer, ref, replace(terms_of(batch), planned_g=9), "复秤")
        act.commit()
    assert outcomes(county, take(county, [line("A")])) == [KNOWN]
    assert outcomes(county, take(county, [line("A", planned="0.009")])) == [KNOWN]


@pytest.mark.parametrize("change", [{"planned": 251}, {"own": "26-9"}, {"from": date(2026, 10, 2)}])
def test_a_lot_that_was_registered_with_other_facts_is_refused(county: County, change: dict[str, object]) -> None:
    known = told(county, take(county, [line("A")]))[1].rows[0].batch_ref
    ref = take(county, [line("A", **change)])
    [row] = told(county, ref)[1].rows
    assert (row.outcome, row.batch_ref) == (REFUSED, known)
    assert row.faults[0].reason_zh == "批次 A 已登记，内容与这一行不同"


def test_the_same_lot_twice_in_a_file_is_refused_with_the_earlier_row_named(county: County) -> None:
    ref = take(county, [line("A"), line("B"), line("A")], Choice.GOOD_ROWS)
    assert outcomes(county, ref) == [GOOD, GOOD, REFUSED]
    assert told(county, ref)[1].rows[2].faults[0].reason_zh == "与第 2 行是同一商品的同一批次号"


def test_every_reason_of_a_row_is_told(county: County) -> None:
    county.stop(ChangeKind.SUSPEND)
    ref = take(county, [line("A", town=FAR_TOWN, until=date(2027, 1, 1))])
    assert [fault.field for fault in told(county, ref)[1].rows[0].faults] == [
        "harvested_until",
        "town",
        "authorization",
    ]


def test_another_enterprise_s_item_is_an_unknown_one(county: County) -> None:
    ref = take(county, [line("A", item=OTHER_GTIN)])
    assert told(county, ref)[1].rows[0].faults[0].reason_zh == f"没有商品“{OTHER_GTIN}”"


def test_another_enterprise_s_upload_is_not_found(county: County) -> None:
    ref = take(county, [line("A"), BAD])
    with pytest.raises(NotFoundError):
        told(county, ref, county.other_producer)
    with county.store.acting() as act, pytest.raises(NotFoundError):
        register_ready_rows(act, county.other_producer, ref)
    with county.store.reading() as session:
        assert queries.uploads(session, county.other_producer, Wanted()).items == ()
        assert [one.ref for one in queries.uploads(session, county.producer, Wanted()).items] == [ref]


def test_who_registers_no_batches_uploads_none(county: County) -> None:
    with county.store.reading() as session, pytest.raises(NotAllowedError):
        queries.choices_of(session, county.regulator)


def test_uploads_are_forgotten_and_their_batches_are_not(county: County, clock: FixedClock) -> None:
    old = take(county, [line("A")])
    clock.at += timedelta(days=91)
    new = take(county, [line("B", **{"from": date(2027, 1, 1), "until": date(2027, 1, 2)})])
    with county.store.acting() as act:
        assert forget_uploads(act, act.now - timedelta(days=90)) == 1
        act.commit()
    with pytest.raises(NotFoundError):
        told(county, old)
    assert outcomes(county, new) == [GOOD]
    assert batches(county) == ["A", "B"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("..\\秘密/10 月.xlsx", "10 月.xlsx"), ("a\x00b\n.xlsx", "ab.xlsx"), ("", "—"), ("长" * 300, "长" * 120)],
)
def test_of_a_file_s_name_only_what_shows_is_kept(county: County, name: str, kept: str) -> None:
    with county.store.reading() as session:
        read = read_batches(
            open_workbook(workbook([line("A")])), queries.choices_of(session, county.producer), today(county)
        )
    with county.store.acting() as act:
        upload = take_upload(act, county.producer, UploadForm(name, "0" * 64, read, Choice.WHOLE))
        assert upload.file_name == kept


def test_a_batch_that_was_registered_by_hand_is_recognised(county: County) -> None:
    county.batch(confirmed=False)
    ref = take(county, [line(BATCH.lot, own=BATCH.producer_lot)])
    assert outcomes(county, ref) == [KNOWN]


def test_rows_that_were_judged_beforehand_are_judged_again_once_the_ledger_has_grown(county: County) -> None:
    """Somebody else registers one of the lots between the judgement and the act; the other way round it is trusted."""
    with county.store.reading() as session:
        choices = queries.choices_of(session, county.producer)
    read = read_batches(open_workbook(workbook([line("A"), line("B")])), choices, today(county))
    prepared = prepare_rows(county.store, county.producer, read.rows)
    assert [row.outcome for row in prepared.judged.rows] == [READY, READY]
    county.batch(form=replace(BATCH, lot="B"), confirmed=False)
    before = size(county)
    with county.store.acting() as act:
        form = UploadForm("a.xlsx", "0" * 64, read, Choice.GOOD_ROWS)
        done = take_upload(act, county.producer, form, prepared)
        assert (done.registered, done.refused) == (1, 1)
        act.commit()
    assert size(county) == before + 1
    assert sorted(batches(county)) == ["A", "B"]
