"""The snapshot drops what new entries name, no less, and goes stale when the database cannot be read."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gimark.errors import Fault, StoreFailedError
from gimark.issuance.rules import CodeState, RangeKind
from gimark.ledger import book
from gimark.ledger.entries import known_types
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Evidence
from gimark.registry.rights.model import SourceTag
from gimark.scans.rules import Colour, Reason
from gimark.scans.snapshot import APART, NEW_THINGS, Snapshot, named_by
from gimark.store.unit_of_work import Store
from tests.county import BATCH, RIGHT, County
from tests.scans.desk import Desk, uri_of


def test_a_run_is_read_once_and_then_at_hand(any_desk: Desk) -> None:
    county, snapshot = any_desk.county, any_desk.snapshot
    run = county.run(county.batch())
    snapshot.look()
    assert snapshot.at_hand(run.number) is None
    found = snapshot.find(run.number)
    assert found is not None
    assert (snapshot.at_hand(run.number) is found[0].runs and None) or snapshot.at_hand(run.number) == found
    assert snapshot.find(run.number + 1) is None


def test_an_act_on_one_batch_leaves_the_other_at_hand(any_desk: Desk) -> None:
    county, snapshot = any_desk.county, any_desk.snapshot
    one = county.run(county.batch())
    other = county.run(county.batch(form=replace(BATCH, lot="OTHER")), key="order-2")
    snapshot.look()
    snapshot.find(one.number)
    snapshot.find(other.number)
    county.change(one, RangeKind.ACTIVATE, (0, 9))
    snapshot.look()
    assert snapshot.at_hand(one.number) is None
    assert snapshot.at_hand(other.number) is not None
    found = snapshot.find(one.number)
    assert found is not None
    assert found[1].states.at(9).state is CodeState.ACTIVE
    assert found[1].states.at(10).state is CodeState.ISSUED


def test_an_act_on_an_authorization_drops_every_batch_under_it(desk: Desk) -> None:
    runs = [desk.county.run(desk.county.batch(form=replace(BATCH, lot=lot)), key=lot) for lot in ("LOT1", "LOT2")]
    desk.snapshot.look()
    for run in runs:
        desk.snapshot.find(run.number)
    desk.county.stop(ChangeKind.SUSPEND)
    desk.snapshot.look()
    assert [desk.snapshot.at_hand(run.number) for run in runs] == [None, None]


def test_a_package_is_shown_under_its_right_as_it_is_now(desk: Desk) -> None:
    uri = uri_of(desk.county, desk.county.run(desk.county.batch()))

    def announcements() -> list[str | None]:
        package = desk.scan(uri).verdict.package
        assert package is not None
        return [right.announcement for right in package.rights]

    assert announcements() == [None]
    with desk.county.store.acting() as act:
        facts = replace(RIGHT, announcement="示例公告第 1 号").facts
        form = RightAmendment(facts, Evidence("示例", SourceTag.INVENTED), "补登公告号")
        amend_right(act, desk.county.regulator, desk.county.right_ref, form)
        act.commit()
    assert announcements() == ["示例公告第 1 号"]


def test_a_new_run_of_a_batch_is_found_and_the_old_one_read_again(desk: Desk) -> None:
    ref = desk.county.batch()
    first = desk.county.run(ref, count=10)
    desk.snapshot.look()
    desk.snapshot.find(first.number)
    second = desk.county.run(ref, count=10, key="order-2")
    desk.snapshot.look()
    assert desk.snapshot.at_hand(first.number) is None
    found = desk.snapshot.find(second.number)
    assert found is not None
    assert set(found[0].runs) == {first.number, second.number}


def test_what_was_read_before_an_act_is_not_kept_after_it(desk: Desk) -> None:
    """A slow reader must not put back what the watcher has just dropped."""
    run = desk.county.run(desk.county.batch())
    desk.snapshot.look()
    found = desk.snapshot.find(run.number)
    assert found is not None
    size_before = desk.snapshot.size
    desk.county.change(run, RangeKind.VOID, (0, 0), reason="破损")
    desk.snapshot.look()
    desk.snapshot._keep(found[0], size_before)
    assert desk.snapshot.at_hand(run.number) is None


def test_entries_that_begin_something_change_nothing_that_is_held() -> None:
    for kind in ("batch.register", "item.set", "enterprise.set", "right.set"):
        fields = {"type": kind, "item": 3, "enterprise": 2, "rights": [1]}
        assert named_by(fields) == set()
        assert named_by({**fields, "amends": 7}) == {7}


def test_an_entry_of_an_unknown_type_may_change_anything(desk: Desk) -> None:
    assert named_by({"type": "batch.split", "batch": 3}) is None


def test_every_known_type_of_entry_was_thought_of() -> None:
    every = {"authorization", "batch", "enterprise", "entry", "item", "right", "authorizations", "rights", "run"}
    for kind in known_types():
        fields = {"type": kind, "subject": 0, **{name: [9] if name.endswith("s") else 9 for name in every}}
        named = named_by(fields)
        assert named is not None
        assert bool(named) is (kind not in APART and kind not in NEW_THINGS), kind


def test_two_processes_agree_within_a_second(any_desk: Desk) -> None:
    county = any_desk.county
    run = county.run(county.batch())
    other = Snapshot(county.store, poll_s=0.05)
    other.start()
    other.find(run.number)
    gone = threading.Event()

    def watch() -> None:
        while other.at_hand(run.number) is not None:
            gone.wait(0.005)
        gone.set()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    county.change(run, RangeKind.VOID, (0, 0), reason="破损")
    assert gone.wait(1)
    other.close()


class Unplugged:
    """A store whose database can be pulled out."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.is_out = False

    @property
    def engine(self) -> Engine:
        return self.store.engine

    @property
    def clock(self) -> object:
        return self.store.clock

    @contextmanager
    def reading(self) -> Iterator[Session]:
        if self.is_out:
            raise StoreFailedError((Fault("", "断开", "gone", "等", "wait"),))
        with self.store.reading() as session:
            yield session


def test_ten_seconds_without_the_database_and_nothing_is_green(county: County) -> None:
    desk = Desk(county)
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    now = [100.0]
    unplugged = Unplugged(county.store)
    snapshot = Snapshot(unplugged, poll_s=60, monotonic=lambda: now[0])  # type: ignore[arg-type]
    desk.lookups._snapshot = snapshot
    desk.snapshot.close()
    desk.snapshot = snapshot
    uri = uri_of(county, run)
    assert desk.scan(uri).verdict.colour is Colour.GREEN
    unplugged.is_out = True
    with pytest.raises(StoreFailedError):
        snapshot.look()
    now[0] += 9.9
    assert snapshot.is_fresh
    now[0] += 0.2
    assert not snapshot.is_fresh
    desk.snapshot = Snapshot(county.store, poll_s=60)  # what `scan` polls; the stale one is asked
    verdict = desk.scan(uri).verdict
    assert (verdict.colour, verdict.reason, verdict.package) == (Colour.AMBER, Reason.UNAVAILABLE, None)
    forged = desk.scan(uri.replace("YX26A0317", "YX26A0318")).verdict
    assert forged.colour is Colour.RED
    unplugged.is_out = False
    snapshot.look()
    assert desk.scan(uri).verdict.colour is Colour.GREEN
    desk.close()


def test_a_restored_older_database_empties_the_snapshot(desk: Desk) -> None:
    run = desk.county.run(desk.county.batch())
    desk.snapshot.look()
    desk.snapshot.find(run.number)
    desk.snapshot.size += 5
    desk.snapshot.look()
    assert desk.snapshot.at_hand(run.number) is None
    with desk.county.store.reading() as session:
        assert desk.snapshot.size == book.size(session)


def test_no_more_batches_are_held_than_the_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gimark.scans.snapshot.MOST_BATCHES", 2)
    forms = [replace(BATCH, lot=f"LOT{n}", planned_g=2_500) for n in "123"]
    runs = [desk.county.run(desk.county.batch(form=form), 5, form.lot) for form in forms]
    desk.snapshot.look()
    for run in runs:
        assert desk.snapshot.find(run.number) is not None
    assert [desk.snapshot.at_hand(run.number) is not None for run in runs] == [False, True, True]
