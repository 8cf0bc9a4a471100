"""Products, rights and trade items entered at the desk: what is kept, what is refused, and who may do it."""

import re
from dataclasses import replace

import httpx2
import pytest

from gimark import audit
from gimark.accounts.rules import Role
from gimark.registry.items.queries import items
from gimark.registry.rights.evidence import Confirmation, Evidence
from gimark.registry.rights.model import FactName, RightKind, SourceTag
from gimark.registry.rights.queries import RightRecord, product, right, rights
from gimark.store.paging import Wanted
from tests.api.site import Site
from tests.county import FAR_TOWN, TERMS, THIRD_GTIN, TOWN, staff
from tests.web.desk.people import Person, seated

ONCE = re.compile(r'name="once" value="([^"]+)"')
FORM = {
    "kind": "certification_mark",
    "holder": "",
    "trademark": "",
    "area": [TOWN, FAR_TOWN],
    "grades": "一级\r\n\r\n 二级 ",
    "from": "2024-05-01",
    "until": "",
    "source": "商标公告（示例）",
    "source_tag": "statute",
}


@pytest.fixture
def officer(site: Site) -> Person:
    """A regulator."""
    return seated(site, site.county.regulator)


def sent(person: Person, page: str, **fields: object) -> httpx2.Response:
    """The form of a page, sent twice as by a double press; both answers are the same one."""
    shown = person.get(page)
    assert shown.status_code == 200, shown.text
    once = ONCE.search(shown.text)
    assert once is not None, page
    first, second = (person.post(page.partition("?")[0], once=once[1], **fields) for _ in range(2))
    assert (first.status_code, first.headers.get("location")) == (second.status_code, second.headers.get("location"))
    return first


def place(answer: httpx2.Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def record(site: Site, ref: str) -> RightRecord:
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []
        return right(session, site.county.regulator, ref)


def test_a_product_is_entered_with_its_classes_and_its_first_right_makes_it_public(site: Site, officer: Person) -> None:
    fields = {
        "name": "云溪黑木耳", "name_en": "", "classes/0/name": "干木耳", "classes/0/key": "dried",
        "classes/0/traits": ["food", "licence"], "classes/1/name": "鲜木耳", "classes/1/key": "fresh",
    }  # fmt: skip
    at = place(sent(officer, "/regulator/products/new", **fields))
    with site.county.store.reading() as session:
        entered = product(session, site.county.regulator, at.rpartition("/")[2])
    dried, fresh = entered.classes
    assert (dried.is_prepackaged_food, dried.needs_licence, fresh.is_prepackaged_food) == (True, True, False)
    listed = officer.get("/regulator/rights").text
    assert all(path in listed for path in (at, "/regulator/products/new", "/regulator/rights/new"))
    made = place(sent(officer, f"/regulator/rights/new?product={entered.ref}", product=entered.ref, **FORM))
    kept = record(site, made.rpartition("/")[2])
    assert (kept.kind, kept.towns, kept.defined_grades) == (
        RightKind.CERTIFICATION_MARK,
        (TOWN, FAR_TOWN),
        ("一级", "二级"),
    )
    assert (kept.holder, kept.trademark, kept.valid_until) == ("", None, None)
    assert "待填" in officer.get(made).text
    shown = officer.get(at).text
    assert f"/regulator/rights/{kept.ref}" in shown
    assert f"/ledger/entries/{kept.ledger_index}" in shown


def test_what_was_typed_stays_beside_what_is_wrong_with_it(site: Site, officer: Person) -> None:
    fields = {"name": "云溪香菇", "classes/1/name": "<b>鲜</b>", "classes/1/key": "fresh"}
    answer = sent(officer, "/regulator/products/new", **fields)
    assert answer.status_code == 422
    for id_ in ("name-e", "classes/0/key-e", "classes/0/name-e"):
        assert f'id="{id_}"' in answer.text, id_
    assert 'value="&lt;b&gt;鲜&lt;/b&gt;"' in answer.text
    ref = site.county.product_ref
    wrong = {**FORM, "kind": "", "area": [], "grades": "一" * 41, "until": "2020-01-01", "source_tag": ""}
    first = sent(officer, f"/regulator/rights/new?product={ref}", product=ref, **wrong)
    assert 'id="kind-e"' in first.text
    assert 'id="source_tag-e"' in first.text
    again = {**wrong, "kind": "agi", "source_tag": "memory"}
    second = sent(officer, f"/regulator/rights/new?product={ref}", product=ref, **again)
    for id_ in ("area-e", "grades-e", "until-e", "source_tag-e"):
        assert f'id="{id_}"' in second.text, id_
    assert "一" * 41 in second.text
    with site.county.store.reading() as session:
        assert len(rights(session, site.county.regulator, Wanted()).items) == 1


def test_a_right_is_amended_and_only_what_changed_has_the_new_source(site: Site, officer: Person) -> None:
    ref = site.county.right_ref
    page = f"/regulator/rights/{ref}/amendment"
    before = record(site, ref)
    facts = {
        "holder": before.holder, "standard": before.standard, "area": list(before.towns), "grades": "一级",
        "from": before.valid_from.isoformat(), "source": "示例公告", "source_tag": "publication",
    }  # fmt: skip
    same = sent(officer, page, **facts, reason="没有变")
    assert (same.status_code, "没有任何变更" in same.text) == (422, True)
    half = sent(officer, page, **facts, announcement="示例第 1 号", reason="补登", **{"confirmed/by": "李某"})
    assert (half.status_code, 'id="confirmed/on-e"' in half.text) == (422, True)
    early = sent(officer, page, **facts, until="2027-01-01", reason="到期")
    assert (early.status_code, TERMS.number in early.text, 'id="until-e"' in early.text) == (409, True, True)
    whole = {**facts, "announcement": "示例第 1 号", "confirmed/by": "李某", "confirmed/on": "2026-11-20"}
    assert place(sent(officer, page, **whole, reason="补登公告号")) == f"/regulator/rights/{ref}"
    after = record(site, ref)
    assert after == replace(before, announcement="示例第 1 号", changes=after.changes, evidence=after.evidence)
    [known] = after.evidence.items()
    assert known == (
        FactName.ANNOUNCEMENT,
        Evidence("示例公告", SourceTag.PUBLICATION, Confirmation("李某", known[1].confirmed.on)),  # type: ignore[union-attr]
    )
    shown = officer.get(f"/regulator/rights/{ref}").text
    assert "补登公告号" in shown
    assert f"/regulator/rights/{ref}/evidence/standard" in shown


def test_one_fact_s_source_is_said_anew_without_an_entry_and_doubt_needs_somebody_s_word(
    site: Site, officer: Person
) -> None:
    ref = site.county.right_ref
    page = f"/regulator/rights/{ref}/evidence/standard"
    doubtful = {"source": "老同志口述", "tag": "memory"}
    refused = sent(officer, page, **doubtful)
    assert (refused.status_code, "请县里核实" in refused.text, "老同志口述" in refused.text) == (422, True, True)
    place(sent(officer, page, **doubtful, **{"confirmed/by": "李某", "confirmed/on": "2026-11-20"}))
    assert place(sent(officer, page.replace("standard", "whole"), source="县志（示例）", tag="statute"))
    kept = record(site, ref)
    assert kept.evidence[FactName.STANDARD].certainty is SourceTag.CONFIRMED
    assert (kept.source, kept.source_tag, kept.changes) == ("县志（示例）", SourceTag.STATUTE, ())
    assert officer.get(page.replace("standard", "colour")).status_code == 404


def test_an_item_is_registered_for_an_enterprise_among_one_product_s_rights_classes_and_grades(
    site: Site, officer: Person
) -> None:
    county = site.county
    page = f"/regulator/enterprises/{county.enterprise_ref}/items/new?product={county.product_ref}"
    assert "从企业登记商品" in officer.get("/regulator/items").text
    form = officer.get(page).text
    assert all(said in form for said in ("干香菇", "一级", county.right_ref))
    fields = {
        "product": county.product_ref, "gtin": THIRD_GTIN, "name": "云溪香菇 500 g", "class": "dried",
        "grade": "一级", "rights": [county.right_ref],
    }  # fmt: skip
    wrong = sent(officer, page, **fields, net_g="半斤")
    assert (wrong.status_code, 'id="net_g-e"' in wrong.text, THIRD_GTIN in wrong.text) == (422, True, True)
    at = place(sent(officer, page, **fields, net_g="500"))
    with county.store.reading() as session:
        made = items(session, county.regulator, Wanted(), county.enterprise_ref).items[-1]
    assert (at, made.gtin, made.net_g, made.grade) == (f"/regulator/items/{made.ref}", THIRD_GTIN, 500, "一级")
    assert f"/ledger/entries/{made.ledger_index}" in officer.get(at).text
    again = sent(officer, page, **fields, net_g="500")
    assert (again.status_code, "这个商品条码已经登记" in again.text) == (422, True)


def test_whoever_only_reads_is_offered_no_form_and_refused_each_and_another_desk_has_none(site: Site) -> None:
    county = site.county
    forms = (
        "products/new",
        f"rights/new?product={county.product_ref}",
        f"rights/{county.right_ref}/amendment",
        f"rights/{county.right_ref}/evidence/holder",
        f"enterprises/{county.enterprise_ref}/items/new",
    )
    shown = (
        "rights",
        f"rights/{county.right_ref}",
        f"products/{county.product_ref}",
        f"enterprises/{county.enterprise_ref}",
        "items",
    )
    reader, producer = seated(site, staff(county.store, Role.INSPECTOR)), seated(site, county.producer)
    for page in shown:
        text = reader.get(f"/regulator/{page}").text
        assert not re.search("/(new|amendment|evidence/)", text), page
    for page in forms:
        assert reader.get(f"/regulator/{page}").status_code == 403, page
        assert reader.post(f"/regulator/{page.partition('?')[0]}", once="x" * 8, **FORM).status_code == 403, page
        assert producer.get(f"/regulator/{page}").status_code == 404, page


def test_a_thing_that_there_is_not_is_not_found(site: Site, officer: Person) -> None:
    none = "0000000000000000"
    for page in (
        f"products/{none}",
        f"rights/new?product={none}",
        f"rights/{none}/amendment",
        f"rights/{none}/evidence/holder",
        f"enterprises/{none}/items/new",
    ):
        assert officer.get(f"/regulator/{page}").status_code == 404, page
