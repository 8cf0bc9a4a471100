"""The public register: who is on it, how a search narrows it, page by page, and what it hides."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from stdnum.cn import uscc as stdnum_uscc

from gimark.clock import FixedClock, local_day
from gimark.registry.authorizations.actions import ChangeForm, change_authorization, grant_authorization
from gimark.registry.authorizations.rules import ChangeKind, Standing
from gimark.registry.directory.listing import DirectoryPage
from gimark.registry.directory.queries import directory, listed, listed_items, listed_rights
from gimark.registry.directory.rules import MOST_PARTS, Wanted, parts_of
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.actions import TradeItemForm, register_item
from gimark.store.unit_of_work import Store
from tests.county import GTIN, OTHER_USCC, TERMS, THIRD_GTIN, TOWN, USCC, County, make_county, on_both

TRADER_USCC = "92331126MA00TEXT09"
ALL = Wanted()


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """A small county, on SQLite unless a test asks for both."""
    return make_county(Store(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine"), clock))


def today(county: County) -> date:
    return local_day(county.store.clock.now())


def page(county: County, wanted: Wanted = ALL, after: int | None = None, limit: int = 20) -> DirectoryPage:
    with county.store.reading() as session:
        return directory(session, wanted, today(county), after, limit)


def names(county: County, wanted: Wanted = ALL) -> list[str | None]:
    return [found.name_zh for found in page(county, wanted).enterprises]


def enter(county: County, uscc: str, name: str, kind: EnterpriseKind = EnterpriseKind.COMPANY, **more: str) -> str:
    """Another enterprise, authorised from today on; its ref."""
    with county.store.acting() as act:
        form = EnterpriseForm(uscc, name, kind, TOWN, "云溪县松坞镇岭下路 9 号", **more)
        ref = register_enterprise(act, county.regulator, form).ref
        grant_authorization(act, county.regulator, ref, county.right_ref, TERMS)
        act.commit()
    return ref


def uscc(place: int) -> str:
    """A valid USCC for each place."""
    body = f"91331126MA00{place:05}"
    return body + stdnum_uscc.calc_check_digit(body)


@on_both
def test_the_register_lists_the_authorised_with_their_terms(county: County) -> None:
    (first, second) = page(county).enterprises
    assert (first.name_zh, first.uscc) == ("云溪县示例菌业有限公司", USCC)
    assert second.uscc == OTHER_USCC
    (held,) = first.authorizations
    assert (held.standing, held.number, held.valid_from, held.valid_until) == (
        Standing.ACTIVE,
        TERMS.number,
        TERMS.valid_from,
        TERMS.valid_until,
    )
    assert [known.name_zh for known in held.classes] == ["干香菇"]
    assert held.right.gi_zh == "云溪香菇"


def test_who_was_never_authorised_is_not_on_it(county: County) -> None:
    with county.store.acting() as act:
        form = EnterpriseForm(uscc(7), "云溪县未授权公司", EnterpriseKind.COMPANY, TOWN, "岭下路")
        ref = register_enterprise(act, county.regulator, form).ref
        act.commit()
    assert "云溪县未授权公司" not in names(county)
    with county.store.reading() as session:
        assert listed(session, ref, today(county)) is None
        assert listed(session, uscc(7), today(county)) is None


@on_both
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("菌业", ["云溪县示例菌业有限公司"]),
        ("云溪 合作社", ["云溪县另一合作社"]),
        (USCC, ["云溪县示例菌业有限公司"]),
        (USCC[8:16].lower(), ["云溪县示例菌业有限公司"]),
        (USCC.translate({c: c + 0xFEE0 for c in range(0x30, 0x5B)}), ["云溪县示例菌业有限公司"]),
        ("songwu", ["松雾菌业"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("没有的", []),
    ],
)
def test_a_search_takes_parts_of_names_and_codes_as_they_are(county: County, typed: str, found: list[str]) -> None:
    enter(county, uscc(1), "松雾菌业", name_en="Songwu Mushrooms")
    if typed == "菌业":
        found = [*found, "松雾菌业"]
    assert names(county, Wanted(parts_of(typed))) == found


def test_endless_search_words_are_cut() -> None:
    assert len(parts_of("一 " * 500)) == MOST_PARTS
    assert len(parts_of("长" * 500)[0]) == 60


@on_both
def test_pages_follow_each_other_without_gap_or_repeat(county: County) -> None:
    for place in range(7):
        enter(county, uscc(place), f"第{place}家")
    seen: list[str | None] = []
    after: int | None = None
    for expected in (4, 4, 1):
        found = page(county, after=after, limit=4)
        assert len(found.enterprises) == expected
        seen += [enterprise.name_zh for enterprise in found.enterprises]
        after = found.after
    assert after is None
    assert seen == names(county)
    assert len(set(seen)) == 9


@on_both
def test_a_standing_finds_exactly_those_that_the_rule_says_stand_so(county: County, clock: FixedClock) -> None:
    """Whatever the database narrows down to, the answer is that of the rule for every enterprise, page by page."""
    changes = {
        "停": [ChangeForm(ChangeKind.SUSPEND, "理由")],
        "停了又复": [ChangeForm(ChangeKind.SUSPEND, "理由"), ChangeForm(ChangeKind.RESTORE, "理由")],
        "撤": [ChangeForm(ChangeKind.REVOKE, "理由")],
        "将撤": [ChangeForm(ChangeKind.REVOKE, "理由", date(2026, 12, 31))],
        "改短": [ChangeForm(ChangeKind.AMEND, "理由", terms=replace(TERMS, valid_until=date(2026, 11, 21)))],
        "改到以后": [ChangeForm(ChangeKind.AMEND, "理由", terms=replace(TERMS, valid_from=date(2027, 1, 1)))],
        "照旧": [],
    }
    for place, (name, acts) in enumerate(changes.items()):
        ref = enter(county, uscc(place), name)
        with county.store.acting() as act:
            found = listed(act.session, ref, today(county))
            assert found is not None
            for form in acts:
                change_authorization(act, county.regulator, found.authorizations[0].ref, form, county.lead)
            act.commit()
    for ahead in (0, 60, 2_000):
        clock.at += timedelta(days=ahead)
        everybody = page(county, limit=50).enterprises
        assert len(everybody) == 9
        for standing in Standing:
            said = {e.name_zh for e in everybody if e.authorizations[0].standing is standing}
            found: list[str | None] = []
            after: int | None = None
            while True:
                part = page(county, Wanted(standing=standing), after, 2)
                found += [e.name_zh for e in part.enterprises]
                if part.after is None:
                    break
                after = part.after
            assert set(found) == said, (standing, ahead)
            assert len(found) == len(said)


def test_a_suspension_says_since_when_and_why(county: County) -> None:
    county.stop(ChangeKind.SUSPEND, date(2026, 11, 20))
    (found,) = page(county, Wanted(standing=Standing.SUSPENDED)).enterprises
    (held,) = found.authorizations
    assert (held.since, held.reason) == (date(2026, 11, 20), "示例理由")
    assert [change.kind for change in held.history.changes] == [ChangeKind.SUSPEND]


def test_a_right_or_its_product_narrows_and_standing_must_be_of_the_same_authorization(county: County) -> None:
    mark = county.right(TOWN)
    county.grant(mark)
    county.stop(ChangeKind.REVOKE)
    first = "云溪县示例菌业有限公司"
    assert names(county, Wanted(right=mark)) == [first]
    assert first in names(county, Wanted(right=county.product_ref))
    assert names(county, Wanted(right=county.right_ref, standing=Standing.REVOKED)) == [first]
    assert names(county, Wanted(right=mark, standing=Standing.REVOKED)) == []
    assert names(county, Wanted(right="nothing")) == []
    with county.store.reading() as session:
        assert [right.ref for right in listed_rights(session)] == [county.right_ref, mark]


def test_an_enterprise_is_found_by_reference_or_uscc(county: County) -> None:
    with county.store.reading() as session:
        for key in (county.enterprise_ref, USCC):
            found = listed(session, key, today(county))
            assert found is not None
            assert found.ref == county.enterprise_ref
            assert [item.gtin for item in listed_items(session, found)] == [GTIN]
        assert listed(session, "nobody", today(county)) is None


@on_both
def test_a_sole_trader_whose_salt_is_gone_has_no_name_and_is_not_found_by_it(county: County) -> None:
    ref = enter(county, TRADER_USCC, "云溪县王五菇行", EnterpriseKind.SOLE_TRADER)
    with county.store.acting() as act:
        form = TradeItemForm(ref, THIRD_GTIN, "王五香菇", "dried", 500, (county.right_ref,))
        register_item(act, county.regulator, form)
        act.commit()
    assert names(county, Wanted(("王五",))) == ["云溪县王五菇行"]
    with county.store.acting() as act:
        act.session.execute(update(Enterprise).where(Enterprise.ref == ref).values(subject_salt=None))
        act.commit()
    for typed in ("王五", TRADER_USCC):
        assert names(county, Wanted((typed,))) == []
    assert page(county).enterprises[-1].name_zh is None
    with county.store.reading() as session:
        assert listed(session, TRADER_USCC, today(county)) is None
        found = listed(session, ref, today(county))
        assert found is not None
        assert (found.name_zh, found.name_en, found.uscc, found.address) == (None, None, None, None)
        assert listed_items(session, found) == []
        assert found.authorizations[0].number == TERMS.number
        kept = session.scalars(select(Enterprise.name_zh).where(Enterprise.ref == ref)).one()
    assert kept == "云溪县王五菇行"
