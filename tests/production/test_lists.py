"""Lists of batches, runs and print orders: everything that is asked for, in order, and nothing of another's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, Role
from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, NotFoundError, ScopeMissingError
from gimark.issuance.lists import RunFilter, print_orders, run, runs
from gimark.issuance.orders import order_rows
from gimark.issuance.printing import PrintForm, order_print
from gimark.production.actions import confirm_batch, recall_batch, register_batch
from gimark.production.lists import BatchFilter, batch, batch_acts, batches, volume_left
from gimark.production.rules import BatchState
from gimark.store.paging import Portion, Wanted
from gimark.store.unit_of_work import Store
from tests.county import BATCH, PACKED_ON, County, make_county

AUDITOR = Actor(99, "auditor", Role.AUDITOR)
ALL = Wanted(200)


@pytest.fixture
def county(any_store: Store, clock: FixedClock) -> County:
    """Six batches of the first enterprise and two of the other one's, registered on four days."""
    county = make_county(any_store)
    for number in range(6):
        ref = county.batch(form=replace(BATCH, lot=f"A{number}"), confirmed=number < 4)
        if number == 1:
            with any_store.acting() as act:
                recall_batch(act, county.producer, ref, "示例")
                act.commit()
        if number % 2:
            clock.at += timedelta(days=1)
    for number in range(2):
        with any_store.acting() as act:
            form = replace(BATCH, item_ref=county.other_item_ref, lot=f"A{number}")
            other = register_batch(act, county.other_producer, form).ref
            confirm_batch(act, county.other_producer, other, BATCH.planned_g, PACKED_ON)
            act.commit()
    return county


def lots(county: County, actor: Actor, **chosen: object) -> list[str]:
    with county.store.reading() as session:
        found = batches(session, actor, ALL, BatchFilter(**chosen))  # type: ignore[arg-type]
    return [f"{'' if one.item_ref == county.item_ref else 'other '}{one.lot}" for one in found.items]


OWN = [f"A{number}" for number in range(6)]
OTHERS = ["other A0", "other A1"]


def test_each_sees_its_own_and_the_offices_see_all_in_the_order_of_registration(county: County) -> None:
    assert lots(county, county.producer) == OWN
    assert lots(county, county.other_producer) == OTHERS
    assert lots(county, county.regulator) == lots(county, AUDITOR) == OWN + OTHERS


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"lot": "A1"}, ["A1", "other A1"]),
        ({"lot": "A9"}, []),
        ({"state": BatchState.REGISTERED}, ["A4", "A5"]),
        ({"state": BatchState.CONFIRMED}, ["A0", "A2", "A3", *OTHERS]),
        ({"state": BatchState.RECALLED}, ["A1"]),
        ({"state": BatchState.RECALLED, "lot": "A0"}, []),
        ({"state": BatchState.CONFIRMED, "lot": "A0"}, ["A0", "other A0"]),
        ({"registered_from": date(2026, 11, 23)}, ["A2", "A3", "A4", "A5", *OTHERS]),
        ({"registered_from": date(2026, 11, 23), "registered_until": date(2026, 11, 24)}, ["A2", "A3", "A4", "A5"]),
        ({"registered_until": date(2026, 11, 21)}, []),
        ({"registered_from": date(2999, 1, 1)}, []),
        ({"registered_until": date(2026, 11, 22), "state": BatchState.RECALLED}, ["A1"]),
    ],
)
def test_filters_find_exactly_what_they_say_for_each_who_asks(
    county: County, chosen: dict[str, object], found: list[str]
) -> None:
    assert lots(county, county.regulator, **chosen) == found
    assert lots(county, county.producer, **chosen) == [lot for lot in found if lot in OWN]
    assert lots(county, county.other_producer, **chosen) == [lot for lot in found if lot in OTHERS]
    assert lots(county, county.regulator, enterprise_ref=county.enterprise_ref, **chosen) == [
        lot for lot in found if lot in OWN
    ]
    assert lots(county, county.regulator, item_ref=county.other_item_ref, **chosen) == [
        lot for lot in found if lot in OTHERS
    ]
    assert lots(county, county.producer, item_ref=county.other_item_ref, **chosen) == []
    assert lots(county, county.other_producer, enterprise_ref=county.enterprise_ref, **chosen) == []
    assert lots(county, county.regulator, enterprise_ref="0" * 16, **chosen) == []


@pytest.mark.parametrize("chosen", [{}, {"state": BatchState.CONFIRMED}, {"registered_from": date(2026, 11, 22)}])
def test_pages_join_without_gap_and_no_place_leads_into_another_s_list(
    county: County, chosen: dict[str, object]
) -> None:
    for actor in (county.producer, county.regulator):
        assert joined(
            county, lambda session, wanted, actor=actor: batches(session, actor, wanted, BatchFilter(**chosen))
        ) == lots(county, actor, **chosen)
    with county.store.reading() as session:
        foreign = batches(session, county.other_producer, ALL, BatchFilter()).items[0].ref
        for after in (foreign, "0" * 16):
            with pytest.raises(InvalidInputError) as caught:
                batches(session, county.producer, Wanted(10, after), BatchFilter())
            assert {fault.field for fault in caught.value.faults} == {"after"}


def joined(county: County, page: Callable[..., Portion], size: int = 2) -> list[str]:  # type: ignore[type-arg]
    found: list[str] = []
    wanted = Wanted(size)
    while True:
        with county.store.reading() as session:
            portion = page(session, wanted)
        found += [f"{'' if one.item_ref == county.item_ref else 'other '}{one.lot}" for one in portion.items]
        if portion.next is None:
            return found
        assert len(portion.items) == size
        wanted = Wanted(size, portion.next)


def test_a_batch_tells_its_acts_and_what_its_volume_leaves_room_for(county: County, clock: FixedClock) -> None:
    ref = county.batch(form=replace(BATCH, lot="VOLUME", planned_g=10_000))
    county.run(ref, 30)
    with county.store.reading() as session:
        assert [act.kind for act in batch_acts(session, county.producer, ref)] == ["confirm"]
        left = volume_left(session, AUDITOR, ref, clock.now())
        assert (left.net_g, left.volume.issued_g, left.issuable, left.activatable) == (250, 7_500, 10, 40)
        for read in (batch, batch_acts):
            with pytest.raises(NotFoundError):
                read(session, county.other_producer, ref)
        with pytest.raises(NotFoundError):
            volume_left(session, county.other_producer, ref, clock.now())


def test_runs_are_found_by_batch_enterprise_and_day_of_issue(county: County, clock: FixedClock) -> None:
    with county.store.reading() as session:
        own = [one.ref for one in batches(session, county.producer, ALL, BatchFilter(lot="A0")).items]
        [foreign] = [one.ref for one in batches(session, county.other_producer, ALL, BatchFilter(lot="A0")).items]
    first, second = county.run(own[0], 5, "k1"), county.run(own[0], 6, "k2")
    clock.at += timedelta(days=1)
    with county.store.reading() as session:
        other_batch = batches(session, county.producer, ALL, BatchFilter(lot="A2")).items[0].ref
    third = county.run(other_batch, 7, "k3")
    day = datetime.fromisoformat("2026-11-25").date()

    def found(actor: Actor, **chosen: object) -> list[str]:
        with county.store.reading() as session:
            return [one.facts.ref for one in runs(session, actor, ALL, RunFilter(**chosen)).items]  # type: ignore[arg-type]

    everything = [first.ref, second.ref, third.ref]
    assert found(county.producer) == found(county.regulator) == everything
    assert found(county.other_producer) == []
    assert found(county.producer, batch_ref=own[0]) == everything[:2]
    assert found(county.regulator, batch_ref=own[0], issued_from=day + timedelta(days=1)) == []
    assert found(county.producer, issued_from=day + timedelta(days=1)) == everything[2:]
    assert found(county.producer, issued_until=day) == everything[:2]
    assert found(county.regulator, enterprise_ref=county.enterprise_ref, issued_from=day) == everything
    assert found(county.other_producer, enterprise_ref=county.enterprise_ref) == []
    assert found(county.regulator, batch_ref=foreign) == []
    with county.store.reading() as session:
        one = run(session, county.producer, first.ref)
        assert (one.facts, one.batch_ref, one.enterprise_ref) == (first, own[0], county.enterprise_ref)
        for unseen in (
            lambda: runs(session, county.other_producer, ALL, RunFilter(batch_ref=own[0])),
            lambda: run(session, county.other_producer, first.ref),
        ):
            with pytest.raises(NotFoundError):
                unseen()
        page = runs(session, county.producer, Wanted(2), RunFilter())
        assert [one.facts.ref for one in page.items] == everything[:2]
        assert [one.facts.ref for one in runs(session, county.producer, Wanted(2, page.next), RunFilter()).items] == (
            everything[2:]
        )


def test_print_orders_are_found_by_run_and_only_by_those_whose_they_are(county: County) -> None:
    with county.store.reading() as session:
        own = batches(session, county.producer, ALL, BatchFilter(lot="A0")).items[0].ref
    issued = [county.run(own, 10, key) for key in ("k1", "k2")]
    refs = []
    for facts, span in ((issued[0], (0, 4)), (issued[1], (0, 9)), (issued[0], (5, 9))):
        with county.store.acting() as act:
            form = PrintForm(facts.ref, *span, "a4-3x8", 300, f"print-{len(refs)}")
            refs.append(order_print(act, county.producer, form).ref)
            act.commit()

    def found(actor: Actor, **chosen: str) -> list[str]:
        with county.store.reading() as session:
            return [one.ref for one in print_orders(session, actor, ALL, **chosen).items]

    assert found(county.producer) == found(county.regulator) == found(AUDITOR) == refs
    assert found(county.producer, run_ref=issued[0].ref) == [refs[0], refs[2]]
    assert found(county.regulator, enterprise_ref=county.enterprise_ref) == refs
    assert found(county.other_producer) == found(county.other_producer, enterprise_ref=county.enterprise_ref) == []
    with pytest.raises(NotFoundError):
        found(county.other_producer, run_ref=issued[0].ref)


def test_a_key_without_the_scope_lists_nothing(county: County) -> None:
    narrow = replace(county.producer, scopes=frozenset({Permission.ISSUE_CODES}))
    with county.store.reading() as session:
        for asked in (
            lambda: batches(session, narrow, ALL, BatchFilter()),
            lambda: runs(session, narrow, ALL, RunFilter()),
            lambda: print_orders(session, narrow, ALL),
        ):
            with pytest.raises(ScopeMissingError):
                asked()


@pytest.mark.parametrize(
    "chosen", [{}, {"state": BatchState.REGISTERED}, {"state": BatchState.RECALLED}, {"lot": "A1"}]
)
def test_a_page_goes_through_an_index_and_sorts_nothing(county: County, chosen: dict[str, object]) -> None:
    """What SQLite plans for each statement of a page: nothing is read whole, and nothing is sorted but one lot."""

    def pages(session: Session) -> None:
        for actor in (county.producer, county.regulator):
            batches(session, actor, Wanted(2), BatchFilter(**chosen))  # type: ignore[arg-type]

    plans = plans_of(county, pages)
    assert [plan for plan in plans if plan.startswith("SCAN") and "USING INDEX" not in plan] == []
    assert [plan for plan in plans if "ORDER BY" in plan] == ["USE TEMP B-TREE FOR ORDER BY"] * (2 * ("lot" in chosen))


def test_a_later_page_of_ones_own_goes_through_ones_own_entries(county: County) -> None:
    """Both sides of the join are bounded (PostgreSQL needs it); SQLite must not be led through the whole county's."""
    with county.store.reading() as session:
        own = [one.ref for one in batches(session, county.producer, ALL, BatchFilter()).items]
    first = county.run(own[0], 10, "k1").ref
    county.run(own[0], 10, "k2")
    day = date(2026, 1, 1)

    def pages(session: Session) -> None:
        batches(session, county.producer, Wanted(2, own[0]), BatchFilter(state=BatchState.CONFIRMED))
        batches(session, county.producer, Wanted(2), BatchFilter(registered_from=day))
        runs(session, county.producer, Wanted(2, first), RunFilter())
        runs(session, county.producer, Wanted(2), RunFilter(issued_from=day))

    plans = plans_of(county, pages)
    assert len([plan for plan in plans if plan.startswith("SEARCH enterprise_entry") and "ledger_index>?" in plan]) == 4
    assert [plan for plan in plans if plan.startswith(("SEARCH batch", "SEARCH issue_run")) and ">?" in plan] == []


def test_the_orders_of_one_batch_or_run_are_found_without_reading_all_of_its_enterprise(county: County) -> None:
    with county.store.reading() as session:
        batch_ref = batches(session, county.producer, ALL, BatchFilter(lot="A0")).items[0].ref
    run_ref = county.run(batch_ref, 10, "k1").ref

    def pages(session: Session) -> None:
        for wanted in (Wanted(2), Wanted(2, newest_first=True)):
            order_rows(session, county.producer, wanted, batch_ref)
            print_orders(session, county.producer, wanted, batch_ref=batch_ref)
            print_orders(session, county.producer, wanted, run_ref=run_ref)

    plans = plans_of(county, pages)
    assert [plan for plan in plans if "order" in plan and ("enterprise" in plan or "SCAN" in plan)] == []


def plans_of(county: County, ask: Callable[[Session], None]) -> list[str]:
    """How SQLite goes about each statement of `ask`, step by step."""
    engine = county.store.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what it counted, and a test's tables are small")
    said: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, text, values, *_: said.append((text, values)))
    with county.store.reading() as session:
        ask(session)
    asked = [(text, values) for text, values in said if text.startswith("SELECT")]
    assert len(asked) >= 4
    with engine.connect() as connection:
        return [
            row[3] for text, values in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
