"""Granting and changing authorizations: what is refused, by field, before anything is written."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gimark import audit
from gimark.errors import ConflictError, GimarkError, InvalidInputError
from gimark.ledger import book
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.rules import ChangeKind, Terms
from gimark.store.unit_of_work import Store
from tests.county import TERMS, TOWN, County, make_county

TODAY = date(2026, 11, 22)


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def any_county(any_store: Store) -> County:
    return make_county(any_store)


def change(county: County, form: ChangeForm) -> None:
    with county.store.acting() as act:
        change_authorization(act, county.regulator, county.authorization_ref, form)
        act.commit()


def ledger_size(county: County) -> int:
    with county.store.reading() as session:
        return book.size(session)


def test_an_amendment_for_another_day_is_refused_and_not_stored(county: County) -> None:
    for day in (TODAY, TODAY - timedelta(days=90), TODAY + timedelta(days=90)):
        with pytest.raises(InvalidInputError) as caught:
            change(county, ChangeForm(ChangeKind.AMEND, "示例理由", day, TERMS))
        assert {fault.field for fault in caught.value.faults} == {"from"}
    with county.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuthorizationChange)) == 0


def test_no_act_takes_effect_before_the_one_that_it_follows(county: County) -> None:
    suspended_on = TODAY - timedelta(days=5)
    before = ledger_size(county)
    for kind in (ChangeKind.SUSPEND, ChangeKind.REVOKE):
        with pytest.raises(InvalidInputError) as caught:
            change(county, ChangeForm(kind, "示例理由", TERMS.valid_from - timedelta(days=1)))
        assert {fault.field for fault in caught.value.faults} == {"from"}
    change(county, ChangeForm(ChangeKind.SUSPEND, "示例理由", suspended_on))
    for kind in (ChangeKind.RESTORE, ChangeKind.REVOKE):
        with pytest.raises(InvalidInputError) as caught:
            change(county, ChangeForm(kind, "示例理由", suspended_on - timedelta(days=1)))
        assert {fault.field for fault in caught.value.faults} == {"from"}
    assert ledger_size(county) == before + 1
    change(county, ChangeForm(ChangeKind.RESTORE, "示例理由", suspended_on))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (ChangeForm(ChangeKind.AMEND, "示例理由"), "terms"),
        (ChangeForm(ChangeKind.SUSPEND, "示例理由", terms=TERMS), "terms"),
        (ChangeForm(ChangeKind.REVOKE, ""), "reason"),
        (ChangeForm(ChangeKind.REVOKE, "两\n行"), "reason"),
    ],
)
def test_an_act_that_is_not_whole_is_refused_by_field(county: County, form: ChangeForm, field: str) -> None:
    before = ledger_size(county)
    with pytest.raises(InvalidInputError) as caught:
        change(county, form)
    assert {fault.field for fault in caught.value.faults} == {field}
    assert ledger_size(county) == before


def test_an_amendment_is_in_force_from_the_day_of_its_entry_when_the_clock_went_back(county: County) -> None:
    county.store.clock.at -= timedelta(days=3)  # type: ignore[attr-defined]
    county.amend(number="示例-2026-0008")
    with county.store.reading() as session:
        assert session.scalars(select(AuthorizationChange.effective_on)).all() == [TODAY]
        assert list(audit.differences(session)) == []


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"labels_per_year": 0}, "labels_per_year"),
        ({"labels_per_year": -5}, "labels_per_year"),
        ({"labels_per_year": 2**63}, "labels_per_year"),
        ({"classes": ("dried", "dried")}, "classes"),
        ({"classes": ()}, "classes"),
        ({"classes": ("canned",)}, "classes"),
        ({"number": ""}, "number"),
        ({"number": "第\n号"}, "number"),
        ({"valid_until": date(2026, 3, 1)}, "until"),
        ({"valid_from": date(2019, 12, 31)}, "from"),
    ],
)
def test_terms_that_no_entry_could_hold_are_refused_by_field(
    county: County, terms: dict[str, object], field: str
) -> None:
    before = ledger_size(county)
    wanted = replace(TERMS, **terms)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError) as granting:
        county.grant(county.right(TOWN), wanted)
    with pytest.raises(InvalidInputError) as amending:
        change(county, ChangeForm(ChangeKind.AMEND, "示例理由", terms=wanted))
    for caught in (granting, amending):
        assert {fault.field for fault in caught.value.faults} == {field}
    assert ledger_size(county) == before + 1  # the second right


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [
        (TERMS.valid_from, TERMS.valid_until),
        (date(2029, 3, 1), None),
        (date(2020, 1, 1), TERMS.valid_from),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2020, 1, 1), None),
    ],
)
def test_a_second_authorization_for_the_same_days_is_refused(
    county: County, valid_from: date, valid_until: date | None
) -> None:
    with pytest.raises(ConflictError, match="已有授权 示例-2026-0007") as caught:
        county.grant(county.right_ref, Terms(("fresh",), "示例-2027-0001", valid_from, valid_until))
    assert [fault.field for fault in caught.value.faults] == ["from"]


def test_a_suspended_authorization_still_stands_in_the_way(county: County) -> None:
    county.stop(ChangeKind.SUSPEND)
    with pytest.raises(ConflictError):
        county.grant(county.right_ref)


def test_an_authorization_that_follows_on_the_last_one_is_granted(county: County) -> None:
    county.grant(county.right_ref, replace(TERMS, valid_from=date(2029, 3, 2), valid_until=None))
    with pytest.raises(ConflictError, match="已有授权"):
        county.amend(valid_until=date(2029, 3, 2))


def test_a_revoked_authorization_can_be_granted_anew(county: County) -> None:
    county.stop(ChangeKind.REVOKE)
    county.grant(county.right_ref)


def test_until_a_later_revocation_takes_effect_nothing_is_granted_over_it(county: County) -> None:
    last = TODAY + timedelta(days=10)
    county.stop(ChangeKind.REVOKE, last)
    with pytest.raises(ConflictError):
        county.grant(county.right_ref, replace(TERMS, valid_from=last - timedelta(days=1)))
    county.grant(county.right_ref, replace(TERMS, valid_from=last))


def test_an_expired_authorization_can_be_granted_anew(county: County) -> None:
    county.store.clock.at += timedelta(days=3 * 365)  # type: ignore[attr-defined]
    county.grant(county.right_ref, replace(TERMS, valid_until=None))


def test_another_right_or_another_enterprise_stands_in_nobodys_way(county: County) -> None:
    county.grant(county.right(TOWN))


def test_of_two_hands_granting_the_same_right_one_is_refused(any_county: County) -> None:
    right = any_county.right(TOWN)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def press() -> None:
        together.wait()
        try:
            any_county.grant(right)
            outcomes.append("granted")
        except GimarkError as error:
            outcomes.append(error.code)

    hands = [threading.Thread(target=press) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(outcomes) == ["conflict", "granted"]
    with any_county.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Authorization)) == 3
        assert list(audit.differences(session)) == []
