"""What an enterprise is told of its authorizations: which end soon, which are suspended, and of no other's."""

from datetime import date, timedelta

import pytest

from gimark.clock import local_day
from gimark.registry.authorizations.rules import ChangeKind, Standing
from gimark.registry.authorizations.standings import (
    NOTICE_DAYS,
    StandingAuthorization,
    standing_authorizations,
)
from gimark.store.unit_of_work import Store
from tests.county import TERMS, County, make_county

TODAY = date(2026, 11, 22)


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def own(county: County) -> StandingAuthorization:
    with county.store.reading() as session:
        [found] = standing_authorizations(session, county.producer, local_day(county.store.clock.now()))
    return found


def test_an_authorization_far_from_its_end_asks_for_nothing(county: County) -> None:
    found = own(county)
    assert (found.product_zh, found.number, found.standing) == ("云溪香菇", TERMS.number, Standing.ACTIVE)
    assert (found.ends_on, found.days_left) == (date(2029, 3, 1), (date(2029, 3, 1) - TODAY).days)
    assert not found.needs_attention


@pytest.mark.parametrize(("days", "is_told"), [(NOTICE_DAYS + 1, False), (NOTICE_DAYS, True), (0, True)])
def test_one_that_ends_within_the_notice_is_told_of_to_its_last_day(county: County, days: int, is_told: bool) -> None:
    county.amend(valid_until=TODAY + timedelta(days=days))
    assert (own(county).days_left, own(county).needs_attention) == (days, is_told)


def test_one_that_is_open_never_ends_and_one_that_is_suspended_says_why(county: County) -> None:
    county.amend(valid_until=None)
    assert (own(county).ends_on, own(county).needs_attention) == (None, False)
    county.stop(ChangeKind.SUSPEND)
    assert (own(county).standing, own(county).reason) == (Standing.SUSPENDED, "示例理由")
    assert own(county).needs_attention


def test_a_revocation_to_come_is_its_end(county: County) -> None:
    county.stop(ChangeKind.REVOKE, TODAY + timedelta(days=10))
    assert (own(county).days_left, own(county).needs_attention) == (9, True)


def test_the_office_sees_all_and_each_producer_its_own(county: County) -> None:
    with county.store.reading() as session:
        assert len(standing_authorizations(session, county.regulator, TODAY)) == 2
        mine = {one.ref for one in standing_authorizations(session, county.producer, TODAY)}
        assert mine == {county.authorization_ref}
