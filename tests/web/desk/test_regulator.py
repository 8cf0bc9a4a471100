"""The regulator's pages: what they show, what they do, and to whom they are not there."""

import re

import httpx2
import pytest

from gimark.accounts.rules import Actor, Role
from gimark.clock import local_day
from gimark.registry.authorizations.rules import Standing
from gimark.registry.rolls.authorizations import AuthorizationFilter, AuthorizationRow, authorization_rows
from gimark.store.paging import Wanted
from tests.api.site import Site
from tests.county import TERMS, USCC, staff
from tests.registry.test_directory import uscc
from tests.web.desk.people import Person, seated

LISTS = ("", "/authorizations", "/enterprises", "/rights", "/items", "/checks")
ONCE = re.compile(r'name="once" value="([^"]+)"')


@pytest.fixture
def regulator(site: Site) -> Person:
    """A regulator at the desk."""
    return seated(site, site.county.regulator)


def details(site: Site) -> tuple[str, ...]:
    county = site.county
    return (
        f"/enterprises/{county.enterprise_ref}",
        f"/enterprises/{county.enterprise_ref}/authorizations/new",
        f"/enterprises/{county.enterprise_ref}/authorizations/new?right={county.right_ref}",
        f"/authorizations/{county.authorization_ref}",
        *(f"/authorizations/{county.authorization_ref}/{act}" for act in ("amend", "suspend", "restore", "revoke")),
        f"/rights/{county.right_ref}",
        f"/items/{county.item_ref}",
        "/enterprises/new",
    )


def held(site: Site, actor: Actor) -> tuple[AuthorizationRow, ...]:
    with site.county.store.reading() as session:
        today = local_day(site.county.store.clock.now())
        return authorization_rows(session, actor, Wanted(), AuthorizationFilter(), today).items


def sent(person: Person, page: str, **fields: str | list[str]) -> httpx2.Response:
    """The form of a page, filled in and sent."""
    found = ONCE.search(person.get(page).text)
    assert found is not None, page
    return person.post(page.partition("?")[0], once=found[1], **fields)


def test_every_page_is_there_in_both_languages_small_and_kept_by_nobody(site: Site, regulator: Person) -> None:
    site.county.run(site.county.batch(), 600)
    for page in (*LISTS, *details(site)):
        for language in ("zh", "en"):
            answer = regulator.get(f"/regulator{page}{'&' if '?' in page else '?'}lang={language}")
            assert answer.status_code == 200, page
            assert answer.headers["cache-control"] == "no-store"
            assert "style-src 'self'" in answer.headers["content-security-policy"]
            assert len(answer.content) < 60_000
            assert answer.text.count("<h1") == 1
            assert " style=" not in answer.text


def test_a_producer_has_no_such_pages_and_nobody_is_led_to_sign_in(site: Site) -> None:
    producer = seated(site, site.county.producer)
    for page in (*LISTS, *details(site)):
        assert producer.get(f"/regulator{page}").status_code == 404
        asked = site.client.get(f"/regulator{page}", follow_redirects=False)
        assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/sign-in")


def test_an_auditor_reads_and_is_offered_nothing_to_do(site: Site) -> None:
    auditor = seated(site, staff(site.county.store, Role.AUDITOR))
    for page in LISTS:
        assert auditor.get(f"/regulator{page}").status_code == 200
    shown = auditor.get(f"/regulator/authorizations/{site.county.authorization_ref}").text
    assert "/suspend" not in shown
    assert auditor.get("/regulator/enterprises/new").status_code == 403
    refused = auditor.post(f"/regulator/authorizations/{site.county.authorization_ref}/suspend", once="x", reason="因")
    assert refused.status_code == 403


def test_an_enterprise_is_registered_once_however_often_the_button_is_pressed(site: Site, regulator: Person) -> None:
    page = "/regulator/enterprises/new"
    once = ONCE.search(regulator.get(page).text)
    assert once is not None
    fields = {
        "uscc": uscc(4), "name": "云溪县新来菌业有限公司", "kind": "company", "town": "999001001",
        "address": "岭下路 4 号",
    }  # fmt: skip
    first, second = (regulator.post(page, once=once[1], **fields) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    told = regulator.get(first.headers["location"], cookie=f"__Host-gimark={regulator.token}")
    assert "云溪县新来菌业有限公司" in told.text
    other = regulator.post(page, once=once[1], **{**fields, "name": "换了名字"})
    assert (other.status_code, "换了名字" in other.text) == (422, True)


def test_a_refused_form_keeps_what_was_typed_and_says_beside_each_field_what_to_do(
    site: Site, regulator: Person
) -> None:
    answer = sent(
        regulator, "/regulator/enterprises/new", uscc="123", name="<b>松雾</b>", kind="company", town="", address=" "
    )
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;松雾&lt;/b&gt;"' in answer.text
    assert "<b>松雾" not in answer.text
    for field in ("uscc", "town", "address"):
        assert f'id="{field}-e"' in answer.text
    assert "有误：" in answer.text
    again = sent(regulator, "/regulator/enterprises/new", uscc=USCC, name="甲", kind="company", town="999001001")
    assert "这个信用代码已经登记" in again.text


def test_an_authorization_is_granted_suspended_restored_and_amended(site: Site, regulator: Person) -> None:
    county = site.county
    right = county.right("999001001")
    page = f"/regulator/enterprises/{county.enterprise_ref}/authorizations/new?right={right}"
    granted = sent(
        regulator, page, right=right, number="示例-2026-0042", classes=["dried", "fresh"], **{"from": "2026-11-22"}
    )
    assert granted.status_code == 303, granted.text
    path = granted.headers["location"].partition("?")[0]
    assert "示例-2026-0042" in regulator.get(path).text

    def standing() -> Standing:
        return next(row for row in held(site, county.regulator) if path.endswith(row.ref)).standing

    for act, after in (("suspend", Standing.SUSPENDED), ("restore", Standing.ACTIVE)):
        done = sent(regulator, f"{path}/{act}", reason="示例：整改", **{"from": "2026-11-22"})
        assert done.status_code == 303, done.text
        assert standing() is after
    sent(regulator, f"{path}/amend", reason="续期", number="示例-2026-0043", classes="dried", **{"from": "2026-11-22"})
    shown = regulator.get(path).text
    for word in ("示例-2026-0043", "续期", "暂停使用", "恢复使用", "账本第"):
        assert word in shown


def test_nobody_revokes_alone(site: Site, regulator: Person) -> None:
    page = f"/regulator/authorizations/{site.county.authorization_ref}/revoke"
    asked = sent(regulator, page, reason="示例：冒用", **{"from": "2026-11-22"})
    assert asked.status_code == 303, asked.text
    assert held(site, site.county.regulator)[0].standing is Standing.ACTIVE
    assert "项申请等您批准" not in regulator.get("/regulator").text
    assert "1 项申请等您批准" in seated(site, site.county.lead).get("/regulator").text


@pytest.mark.parametrize("act", ["delete", "grant", "../x"])
def test_an_act_that_there_is_not_is_refused(site: Site, regulator: Person, act: str) -> None:
    answer = regulator.get(f"/regulator/authorizations/{site.county.authorization_ref}/{act}")
    assert answer.status_code in (404, 422)


def test_lists_are_filtered_and_an_unknown_ref_is_not_found(site: Site, regulator: Person) -> None:
    assert "云溪县另一合作社" not in regulator.get("/regulator/enterprises?q=示例菌业").text
    assert "没有符合条件的企业" in regulator.get("/regulator/enterprises?q=没有这家").text
    assert "没有符合条件的授权" in regulator.get("/regulator/authorizations?standing=revoked").text
    assert TERMS.number in regulator.get("/regulator/authorizations?standing=active&ends=").text
    assert regulator.get("/regulator/enterprises?sort=password").status_code == 422
    for page in ("enterprises", "authorizations", "rights", "items"):
        assert regulator.get(f"/regulator/{page}/0000000000000000").status_code == 404
