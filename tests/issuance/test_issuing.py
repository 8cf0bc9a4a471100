"""Issuing: volume, authorization, idempotency, and what a killed process leaves."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from gimark import audit
from gimark.accounts.rules import Actor, Role
from gimark.errors import (
    GimarkError,
    IdempotencyKeyReusedError,
    InvalidInputError,
    NotAllowedError,
    NotAuthorisedError,
    NotFoundError,
    VolumeExceededError,
)
from gimark.issuance import issuing
from gimark.issuance.issuing import IssueForm, issue_codes, issue_order, order_codes
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from gimark.production.model import VolumeReservation
from gimark.registry.authorizations.rules import ChangeKind
from tests.county import BATCH, County, days, on_both


def differences(county: County) -> list[audit.Difference]:
    with county.store.reading() as session:
        return list(audit.differences(session))


@on_both
def test_a_run_is_one_row_and_one_entry_that_commits_to_its_codes(county: County) -> None:
    run = county.run(county.batch())
    with county.store.reading() as session:
        row = session.execute(select(IssueRun.codes_root, IssueRun.level8)).one()
        entry = dict(audit._logged(session))[run.ledger_index]
    assert (entry["type"], entry["count"], entry["run"], entry["lot"]) == ("run.issue", 1_000, run.number, BATCH.lot)
    assert (len(row.codes_root), len(row.level8)) == (32, 4 * 32)
    assert differences(county) == []


@on_both
def test_codes_up_to_the_planned_mass_and_two_percent_are_issued_and_no_more(county: County) -> None:
    batch = county.batch()
    county.run(batch, 1_000, "a")
    county.run(batch, 20, "b")
    with pytest.raises(VolumeExceededError) as caught:
        county.run(batch, 1, "c")
    assert caught.value.extras == {"wanted": 1, "left": 0}
    assert differences(county) == []


@on_both
def test_returned_and_voided_codes_give_their_volume_back(county: County) -> None:
    batch = county.batch()
    run = county.run(batch, 1_020, "a")
    county.change(run, RangeKind.RETURN, (0, 299), reason="未用退回")
    county.change(run, RangeKind.VOID, (300, 309), reason="印坏")
    county.run(batch, 310, "b")
    with pytest.raises(VolumeExceededError):
        county.run(batch, 1, "c")
    assert differences(county) == []


@on_both
def test_activation_stops_at_the_confirmed_mass(county: County) -> None:
    run = county.run(county.batch(packed_g=200_000))
    county.change(run, RangeKind.ACTIVATE, (0, 815))
    with pytest.raises(VolumeExceededError, match="确认的包装量"):
        county.change(run, RangeKind.ACTIVATE, (816, 816))
    assert differences(county) == []


def test_nothing_is_activated_before_confirmation(county: County) -> None:
    run = county.run(county.batch(confirmed=False))
    with pytest.raises(GimarkError, match="尚未确认包装"):
        county.change(run, RangeKind.ACTIVATE, (0, 0))


@pytest.mark.parametrize("count", [0, -1, 2**24 + 1])
def test_an_impossible_count_is_refused(county: County, count: int) -> None:
    with pytest.raises(InvalidInputError, match="count"):
        county.run(county.batch(), count)


@pytest.mark.parametrize("key", ["", "k" * 81, "a\nb"])
def test_a_bad_idempotency_key_is_refused(county: County, key: str) -> None:
    with pytest.raises(InvalidInputError, match="idempotency_key"):
        county.run(county.batch(), 1, key)


@on_both
def test_the_same_request_again_is_answered_the_same(county: County) -> None:
    batch = county.batch()
    assert county.run(batch, 5, "again") == county.run(batch, 5, "again")
    with county.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(IssueRun)) == 1


@on_both
def test_the_same_key_with_another_body_is_refused(county: County) -> None:
    batch = county.batch()
    county.run(batch, 5, "again")
    with pytest.raises(IdempotencyKeyReusedError):
        county.run(batch, 6, "again")


@pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.REVOKE])
def test_no_order_is_taken_under_a_stopped_authorization(county: County, kind: ChangeKind) -> None:
    batch = county.batch()
    county.stop(kind)
    with pytest.raises(NotAuthorisedError):
        county.run(batch)


def test_no_order_is_taken_after_the_authorization_expired(county: County) -> None:
    batch = county.batch()
    county.store.clock.at += days(365 * 3)  # type: ignore[attr-defined]
    with pytest.raises(NotAuthorisedError, match="已到期"):
        county.run(batch)


def test_an_authorization_that_ends_between_order_and_issue_stops_the_run(county: County) -> None:
    order = order_codes(county.store, county.producer, IssueForm(county.batch(), 10, "late"))
    county.stop(ChangeKind.SUSPEND)
    with pytest.raises(NotAuthorisedError, match="已暂停"):
        issue_order(county.store, county.keyring, county.producer, order)
    with county.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(IssueRun)) == 0


def test_another_enterprises_batch_is_not_found(county: County) -> None:
    batch = county.batch()
    with pytest.raises(NotFoundError):
        issue_codes(county.store, county.keyring, county.other_producer, IssueForm(batch, 1, "x"))


@pytest.mark.parametrize("role", [Role.REGULATOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_a_producer_orders_codes(county: County, role: Role) -> None:
    with pytest.raises(NotAllowedError):
        issue_codes(county.store, county.keyring, Actor(1, "x", role), IssueForm(county.batch(), 1, "x"))


@on_both
def test_a_killed_order_goes_on_under_its_own_number(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = county.batch()
    form = IssueForm(batch, 1_020, "killed")

    class KilledError(BaseException):
        pass

    def die(*_: object) -> None:
        raise KilledError

    monkeypatch.setattr(issuing, "_make_official", die)
    with pytest.raises(KilledError):
        issue_codes(county.store, county.keyring, county.producer, form)
    monkeypatch.undo()
    with county.store.reading() as session:
        number = session.scalars(select(IssueOrder.number)).one()
        size = book.size(session)
    with pytest.raises(VolumeExceededError):
        county.run(batch, 1, "meanwhile")
    run = issue_codes(county.store, county.keyring, county.producer, form)
    assert (run.number, run.ledger_index) == (number, size)
    with county.store.reading() as session:
        assert session.scalars(select(VolumeReservation)).all() == []
    assert differences(county) == []


@on_both
def test_a_held_order_lapses_and_its_number_is_never_used_again(county: County) -> None:
    batch = county.batch()
    order_codes(county.store, county.producer, IssueForm(batch, 1_020, "forgotten"))
    county.store.clock.at += issuing.RESERVATION_LIFE  # type: ignore[attr-defined]
    run = county.run(batch, 1_020, "next")
    with county.store.reading() as session:
        numbers = session.scalars(select(IssueOrder.number).order_by(IssueOrder.number)).all()
    assert numbers == [1, 2]
    assert run.number == 2


@on_both
def test_an_order_whose_held_volume_went_to_another_meanwhile_is_not_issued(county: County) -> None:
    batch = county.batch()
    slow = order_codes(county.store, county.producer, IssueForm(batch, 1_020, "slow"))
    county.store.clock.at += issuing.RESERVATION_LIFE  # type: ignore[attr-defined]
    county.run(batch, 1, "quick")
    with county.store.reading() as session:
        size = book.size(session)
    with pytest.raises(VolumeExceededError):
        issue_order(county.store, county.keyring, county.producer, slow)
    with county.store.reading() as session:
        assert book.size(session) == size
        assert session.scalars(select(IssueRun.count)).all() == [1]
    assert differences(county) == []


@on_both
def test_many_hands_on_the_last_codes_never_issue_more_than_there_are(county: County) -> None:
    batch = county.batch()
    county.run(batch, 1_010, "most")
    outcomes: list[bool] = []

    def press(place: int) -> None:
        try:
            county.run(batch, 3, f"hand-{place}")
            outcomes.append(True)
        except VolumeExceededError:
            outcomes.append(False)

    hands = [threading.Thread(target=press, args=(place,)) for place in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(outcomes) == [False] * 5 + [True] * 3
    assert differences(county) == []


def test_a_lot_is_registered_once_per_item(county: County) -> None:
    county.batch()
    with pytest.raises(GimarkError, match="已有批次"):
        county.batch()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lot": "A" * 21}, "lot"),
        ({"lot": "."}, "lot"),
        ({"lot": ".."}, "lot"),
        ({"lot": "-A"}, "lot"),
        ({"lot": "a1"}, "lot"),
        ({"lot": "A/1"}, "lot"),
        ({"lot": "A%1"}, "lot"),
        ({"lot": "A&1"}, "lot"),
        ({"lot": "A<1"}, "lot"),
        ({"lot": "A>1"}, "lot"),
        ({"lot": "A?1"}, "lot"),
        ({"town_code": "999001099"}, "town"),
        ({"town_code": "999001002"}, "town"),
        ({"planned_g": 0}, "planned_g"),
        ({"harvested_until": date(2026, 9, 1)}, "harvested_until"),
    ],
)
def test_a_bad_batch_is_refused_by_field_and_nothing_is_logged(
    county: County, change: dict[str, object], field: str
) -> None:
    with county.store.reading() as session:
        before = book.size(session)
    with pytest.raises(InvalidInputError) as caught:
        county.batch(form=replace(BATCH, **change))  # type: ignore[arg-type]
    assert {fault.field for fault in caught.value.faults} == {field}
    with county.store.reading() as session:
        assert book.size(session) == before


@on_both
def test_a_yearly_limit_of_labels_is_kept_and_begins_anew_in_january(county: County) -> None:
    county.amend(labels_per_year=30)
    batch = county.batch()
    county.run(batch, 25, "a")
    with pytest.raises(VolumeExceededError) as caught:
        county.run(batch, 6, "b")
    assert caught.value.extras == {"wanted": 6, "left": 5}
    county.store.clock.at += days(60)  # type: ignore[attr-defined]
    county.run(batch, 30, "c")
