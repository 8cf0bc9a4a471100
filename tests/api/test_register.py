"""The register over HTTP: pages and feed, what they say, hide and refuse."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest
from sqlalchemy import update
from stdnum.cn import uscc as stdnum_uscc

from gimark.registry.authorizations.actions import grant_authorization
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Evidence
from gimark.registry.rights.facts import facts_of
from gimark.registry.rights.model import SourceTag
from gimark.registry.rights.queries import visible_right
from tests.api.site import BASE, Site
from tests.county import FAR_TOWN, GTIN, TERMS, TOWN, USCC

HOSTILE = "<script>alert('1')</script>\"&香菇"
TRADER = "92331126MA00TEXT09"


def enter(site: Site, uscc: str, name: str, kind: EnterpriseKind = EnterpriseKind.COMPANY) -> str:
    """One more enterprise on the register; its ref."""
    county = site.county
    with county.store.acting() as act:
        ref = register_enterprise(act, county.regulator, EnterpriseForm(uscc, name, kind, TOWN, f"{name}的地址")).ref
        grant_authorization(act, county.regulator, ref, county.right_ref, TERMS)
        act.commit()
    return ref


def test_the_register_is_a_page_and_the_same_as_json(site: Site) -> None:
    page = site.get("/register")
    assert page.status_code == 200
    for text in ("云溪县示例菌业有限公司", USCC, TERMS.number, "有效", "干香菇", "共 2 家"):
        assert text in page.text
    for feed in (site.json("/register.json"), site.json("/register")):
        assert feed["as_of"] == "2026-11-22"
        assert (feed["total"], feed["next"]) == (2, None)
        assert feed["enterprises"][0]["uscc"] == USCC
        (held,) = feed["enterprises"][0]["authorizations"]
        assert held["standing"] == "active"
        assert (held["number"], held["valid_until"]) == (TERMS.number, "2029-03-01")
        assert "contact" not in feed["enterprises"][0]
        assert "id" not in held


def test_a_search_and_a_standing_narrow_page_and_feed_alike(site: Site) -> None:
    site.county.stop(ChangeKind.SUSPEND, date(2026, 11, 20))
    for query, found in (
        ("q=示例", 1),
        ("q=云溪+合作", 1),
        ("status=suspended", 1),
        ("status=active", 1),
        ("q=zzz", 0),
    ):
        target = quote(query, safe="=+&")
        assert len(site.json(f"/register.json?{target}")["enterprises"]) == found, query
        assert site.get(f"/register?{target}").text.count('scope="row"') == found, query
    page = site.get(f"/register?{quote('q=示例&status=suspended', safe='=&')}").text
    assert "暂停使用" in page
    assert "自 2026年11月20日起" in page
    assert '<option value="suspended" selected>' in page


def test_pages_follow_by_next_to_the_end(site: Site) -> None:
    for place in range(21):
        stem = f"91331126MA00{place:05}"
        enter(site, stem + stdnum_uscc.calc_check_digit(stem), f"第{place}家")
    seen: list[str] = []
    target: str | None = "/register.json"
    while target is not None:
        feed = site.json(target)
        seen += [found["ref"] for found in feed["enterprises"]]
        target = feed["next"] and feed["next"].removeprefix(BASE)
    assert len(seen) == len(set(seen)) == 23
    page = site.get("/register").text
    (further,) = re.findall(r'href="(/register\?after=[^"]+)" rel="next"', page)
    assert "第20家" in site.get(further.replace("&amp;", "&")).text


@pytest.mark.parametrize(
    "query", ["status=dancing", "after=-1", "after=x", f"after={2**60}", "q=" + "x" * 300, "right=" + "x" * 300]
)
def test_what_cannot_be_asked_is_refused_with_a_remedy(site: Site, query: str) -> None:
    answer = site.get(f"/register?{query}")
    assert answer.status_code == 422
    assert site.json(f"/register.json?{query}")["errors"][0]["remedy"]


def test_what_was_searched_comes_back_as_text_and_stays_in_links(site: Site) -> None:
    page = site.get(f"/register?q={quote(HOSTILE)}&status=active&lang=zh").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "没有符合条件的企业" in page


def test_a_hostile_name_is_text_everywhere(site: Site) -> None:
    ref = enter(site, TRADER, HOSTILE)
    for path in ("/register", f"/register/{ref}", "/ledger", f"/ledger?about={TRADER}"):
        page = site.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;" in page, path
    assert site.json(f"/register/{ref}")["name_zh"] == HOSTILE


def test_an_enterprise_has_a_page_by_reference_and_by_uscc_with_its_history(site: Site) -> None:
    site.county.stop(ChangeKind.SUSPEND, date(2026, 11, 20))
    site.county.stop(ChangeKind.RESTORE, date(2026, 11, 21))
    page = site.get(f"/register/{USCC}").text
    assert page == site.get(f"/register/{site.county.enterprise_ref}").text
    for text in ("暂停使用", "恢复使用", "示例理由", GTIN, "2026年11月20日"):
        assert text in page
    told = site.json(f"/register/{USCC}.json")
    (held,) = told["authorizations"]
    assert [change["kind"] for change in held["history"]] == ["suspend", "restore"]
    links = set(re.findall(r"/ledger/entries/(\d+)", page))
    assert {str(change["ledger_index"]) for change in held["history"]} <= links
    for link in links:
        assert site.get(f"/ledger/entries/{link}").status_code == 200


def test_a_right_has_a_page_that_follows_its_amendments(site: Site) -> None:
    path = f"/register/rights/{site.county.right_ref}"
    assert path in site.get(f"/register/{USCC}").text
    assert "不详" in site.get(path).text
    with site.county.store.acting() as act:
        row = visible_right(act.session, site.county.regulator, site.county.right_ref)
        facts = replace(facts_of(row, (FAR_TOWN,)), announcement="示例公告第 1 号")
        known = Evidence("示例公告", SourceTag.PUBLICATION)
        index = amend_right(act, site.county.regulator, row.ref, RightAmendment(facts, known, HOSTILE)).ledger_index
        act.commit()
    page = site.get(path).text
    for text in ("批准公告 不详 → 示例公告第 1 号", "增加 竹溪乡", "减少 松坞镇", f"/ledger/entries/{index}"):
        assert text in page
    assert "<script>alert" not in page
    for told in (site.json(f"{path}.json"), site.json(path)):
        assert told["area"] == [FAR_TOWN]
        (change,) = told["history"]
        assert change["facts"]["announcement"] == {"before": None, "after": "示例公告第 1 号"}
    assert site.json("/register.json")["enterprises"][0]["authorizations"][0]["right"]["announcement"] is not None
    nowhere = site.get("/register/rights/0000000000000000")
    assert nowhere.status_code == 404
    assert "没有登记这项权利" in nowhere.text


@pytest.mark.parametrize("key", ["nobody", "91331126MA00TEXT0X", "%3Cscript%3E", "x" * 500])
def test_who_is_not_on_the_register_is_not_found(site: Site, key: str) -> None:
    page = site.get(f"/register/{key}")
    assert page.status_code == 404
    assert "名录里没有这家企业" in page.text
    assert "<script>" not in page.text
    assert site.get(f"/register/{key}.json", accept="application/json").json()["code"] == "not-found"


def test_a_sole_trader_whose_salt_is_gone_is_shown_without_name_anywhere(site: Site) -> None:
    ref = enter(site, TRADER, "王五菇行", EnterpriseKind.SOLE_TRADER)
    assert "王五菇行" in site.get("/register").text
    with site.county.store.acting() as act:
        act.session.execute(update(Enterprise).where(Enterprise.ref == ref).values(subject_salt=None))
        act.commit()
    for path in ("/register", f"/register/{ref}", "/register.json", f"/register/{ref}.json", f"/ledger?about={TRADER}"):
        answer = site.get(path)
        assert answer.status_code == 200
        assert "王五" not in answer.text, path
        assert TRADER not in answer.text.replace(f'value="{TRADER}"', "").replace(f"about={TRADER}", ""), path
    assert "名称已撤下" in site.get("/register").text
    assert site.get(f"/register/{TRADER}").status_code == 404
    assert site.json(f"/register.json?q={quote('王五')}")["enterprises"] == []


def test_an_unchanged_answer_is_not_sent_twice(site: Site) -> None:
    for path in ("/register", "/register.json", f"/register/{USCC}", "/about", "/ledger"):
        first = site.get(path)
        again = site.get(path, **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]
    site.county.stop(ChangeKind.SUSPEND)
    etag = first.headers["etag"]
    assert site.get("/ledger", **{"if-none-match": etag}).status_code == 200


def test_the_feed_may_be_read_from_any_page_and_names_this_site(site: Site) -> None:
    answer = site.get("/register.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    assert site.client.head("/register.json").status_code == 200
