"""The registers as a desk lists them: names, filters, both orders, portions, and nobody sees another's."""

from datetime import timedelta

import pytest

from gimark.clock import local_day
from gimark.errors import NotFoundError
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.rules import ChangeKind, Standing
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rolls.authorizations import AuthorizationFilter, authorization_row, authorization_rows
from gimark.registry.rolls.enterprises import EnterpriseFilter, enterprise_rows
from gimark.registry.rolls.items import ItemFilter, item_rows
from gimark.registry.rolls.standings import standings
from gimark.store.paging import Wanted
from tests.county import GTIN, OTHER_USCC, TERMS, TOWN, USCC, County, on_both
from tests.registry.test_directory import uscc

ALL = Wanted()


def authorizations(county: County, chosen: AuthorizationFilter, wanted: Wanted = ALL) -> list[str]:
    with county.store.reading() as session:
        today = local_day(county.store.clock.now())
        return [row.ref for row in authorization_rows(session, county.regulator, wanted, chosen, today).items]


def enterprises(county: County, chosen: EnterpriseFilter, wanted: Wanted = ALL, order: str = "registered") -> list[str]:
    with county.store.reading() as session:
        today = local_day(county.store.clock.now())
        return [row.uscc for row in enterprise_rows(session, county.regulator, wanted, chosen, today, order).items]


def suspend(county: County, ref: str) -> None:
    with county.store.acting() as act:
        change_authorization(act, county.regulator, ref, ChangeForm(ChangeKind.SUSPEND, "待整改"))
        act.commit()


@on_both
def test_a_row_has_the_names_that_people_know(county: County) -> None:
    with county.store.reading() as session:
        today = local_day(county.store.clock.now())
        (first, _) = authorization_rows(session, county.regulator, ALL, AuthorizationFilter(), today).items
        (enterprise, _) = enterprise_rows(session, county.regulator, ALL, EnterpriseFilter(), today).items
        item = item_rows(session, county.regulator, ALL, ItemFilter(parts=(GTIN,))).items[0]
    assert (first.enterprise.name_zh, first.uscc) == ("云溪县示例菌业有限公司", USCC)
    assert (first.right.product.name_zh, first.terms, first.standing) == ("云溪香菇", TERMS, Standing.ACTIVE)
    assert [known.name_zh for known in first.classes] == ["干香菇"]
    assert (enterprise.town.name_zh, enterprise.standings) == ("松坞镇", ((Standing.ACTIVE, 1),))
    assert enterprise.items >= 1
    assert (item.enterprise.name_zh, item.product.name_zh) == ("云溪县示例菌业有限公司", "云溪香菇")


@on_both
def test_a_standing_is_judged_by_the_rule_and_not_by_the_rows(county: County) -> None:
    first, second = authorizations(county, AuthorizationFilter())
    suspend(county, first)
    assert authorizations(county, AuthorizationFilter(standing=Standing.SUSPENDED)) == [first]
    assert authorizations(county, AuthorizationFilter(standing=Standing.ACTIVE)) == [second]
    assert enterprises(county, EnterpriseFilter(standing=Standing.SUSPENDED)) == [USCC]
    assert enterprises(county, EnterpriseFilter(standing=Standing.REVOKED)) == []


def test_what_ends_soon_is_found_by_its_last_day(county: County) -> None:
    everything = authorizations(county, AuthorizationFilter())
    assert TERMS.valid_until is not None
    assert authorizations(county, AuthorizationFilter(ends_by=TERMS.valid_until - timedelta(days=1))) == []
    assert authorizations(county, AuthorizationFilter(ends_by=TERMS.valid_until)) == everything


@on_both
def test_parts_of_a_name_and_of_a_code_narrow_down(county: County) -> None:
    assert enterprises(county, EnterpriseFilter(parts=("示例", "菌业"))) == [USCC]
    assert enterprises(county, EnterpriseFilter(parts=(OTHER_USCC[:8].lower(),))) == [OTHER_USCC]
    assert enterprises(county, EnterpriseFilter(parts=("%",))) == []
    assert len(authorizations(county, AuthorizationFilter(parts=(TERMS.number,)))) == 2
    assert len(authorizations(county, AuthorizationFilter(parts=("菌业",)))) == 1


@on_both
def test_portions_of_a_sifted_list_leave_nothing_out_in_either_order(county: County) -> None:
    with county.store.acting() as act:
        for place in range(7):
            form = EnterpriseForm(uscc(place), f"云溪县第{place}公司", EnterpriseKind.COMPANY, TOWN, "岭下路")
            register_enterprise(act, county.regulator, form)
        act.commit()
    companies = EnterpriseFilter(parts=("公司",))
    for newest_first, order in ((False, "registered"), (True, "registered"), (False, "uscc"), (True, "uscc")):
        whole = enterprises(county, companies, Wanted(50, None, newest_first), order)
        found, after = [], None
        with county.store.reading() as session:
            today = local_day(county.store.clock.now())
            while True:
                wanted = Wanted(3, after, newest_first)
                part = enterprise_rows(session, county.regulator, wanted, companies, today, order)
                found += [row.uscc for row in part.items]
                after = part.next
                if after is None:
                    break
        assert found == whole
        assert len(whole) >= 8
    assert enterprises(county, companies, order="uscc") == sorted(whole)


def test_a_producer_sees_its_own_and_anothers_is_not_found(county: County) -> None:
    today = local_day(county.store.clock.now())
    first, second = authorizations(county, AuthorizationFilter())
    with county.store.reading() as session:
        (own,) = authorization_rows(session, county.producer, ALL, AuthorizationFilter(), today).items
        assert own.ref == first
        assert [
            row.uscc for row in enterprise_rows(session, county.producer, ALL, EnterpriseFilter(), today).items
        ] == [USCC]
        with pytest.raises(NotFoundError):
            authorization_row(session, county.producer, second, today)


@on_both
def test_standings_count_enterprises_once_and_what_waits(county: County) -> None:
    first, _ = authorizations(county, AuthorizationFilter())
    today = local_day(county.store.clock.now())
    with county.store.reading() as session:
        before = standings(session, county.regulator, today)
        later = standings(session, county.regulator, TERMS.valid_until or today)
    suspend(county, first)
    with county.store.reading() as session:
        after = standings(session, county.regulator, today)
    assert (before.enterprises, before.suspended, before.ending) == (2, 0, 0)
    assert [(product.name_zh, count) for product, count in before.by_product] == [("云溪香菇", 2)]
    assert later.ending == 2
    assert (after.enterprises, after.suspended) == (1, 1)
