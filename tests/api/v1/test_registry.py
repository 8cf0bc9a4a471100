"""The register through the API: entered, read back, scoped by who reads, and changed by one at a time."""

from typing import Any

import pytest

from gimark import audit
from gimark.accounts.rules import Permission
from gimark.registry.county.actions import CountyForm
from tests.api.site import Site
from tests.api.v1.programs import Program, program
from tests.county import FAR_TOWN, THIRD_GTIN, TOWN

ENTERPRISE = {
    "uscc": "92331126MA00GEMX2P",
    "name": "云溪县岭上菌业经营部",
    "kind": "sole_trader",
    "town": TOWN,
    "address": "云溪县松坞镇岭上 3 号",
}
RIGHT = {
    "kind": "certification_mark",
    "holder": "云溪县示例协会",
    "area": [TOWN],
    "trademark": "示例 123",
    "from": "2021-01-01",
    "source": "示例",
    "source_tag": "invented",
}
TERMS = {"classes": ["dried"], "number": "示例-2026-0009", "from": "2026-05-01", "until": "2028-04-30"}


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_regulator_enters_all_that_an_authorization_needs(site: Site, regulator: Program) -> None:
    made(regulator.make("/towns", {"code": "999001077", "name": "岭上乡"}))
    product = made(regulator.make("/products", {"name": "云溪笋干", "classes": [{"key": "dried", "name": "笋干"}]}))
    right = made(regulator.make("/rights", {**RIGHT, "product": product["ref"], "area": ["999001077", TOWN]}))
    assert (right["from"], right["until"], right["area"]) == ("2021-01-01", None, [TOWN, "999001077"])
    enterprise = made(regulator.make("/enterprises", ENTERPRISE))
    item = made(
        regulator.make(
            "/items",
            {
                "enterprise": enterprise["ref"],
                "gtin": THIRD_GTIN,
                "name": "笋干 500 g",
                "class": "dried",
                "net_g": 500,
                "rights": [right["ref"]],
            },
        )
    )
    assert (item["class"], item["product"]) == ("dried", product["ref"])
    granted = regulator.make("/authorizations", {"enterprise": enterprise["ref"], "right": right["ref"], **TERMS})
    assert made(granted)["standing"] == "active"
    for kind, thing in (("products", product), ("rights", right), ("enterprises", enterprise), ("items", item)):
        assert regulator.get(f"/{kind}/{thing['ref']}").json() == thing
    assert regulator.get(granted.headers["location"].removeprefix("/v1")).headers["etag"] == granted.headers["etag"]
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []


@pytest.mark.parametrize("kind", ["enterprises", "items", "authorizations"])
def test_a_producer_sees_its_own_and_another_s_is_not_found(
    kind: str, regulator: Program, auditor: Program, producer: Program, other_producer: Program
) -> None:
    def refs(program: Program) -> list[str]:
        return [item["ref"] for item in program.get(f"/{kind}").json()["items"]]

    mine, others, all_ = refs(producer), refs(other_producer), refs(regulator)
    assert len(mine) == len(others) == 1
    assert sorted(mine + others) == sorted(all_) == sorted(refs(auditor))
    assert producer.get(f"/{kind}/{mine[0]}").status_code == 200
    refused = producer.get(f"/{kind}/{others[0]}")
    unknown = producer.get(f"/{kind}/{'0' * 16}")
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["errors"] == unknown.json()["errors"]
    assert refused.json()["errors"][0]["parameter"] == kind.removesuffix("s")
    assert producer.get(f"/{kind}?after={others[0]}").status_code == 422


def test_lists_are_narrowed_by_what_they_are_asked_for(site: Site, regulator: Program, producer: Program) -> None:
    first, second = regulator.get("/enterprises").json()["items"]
    assert regulator.get(f"/enterprises?uscc={second['uscc']}").json()["items"] == [second]
    items = regulator.get(f"/items?enterprise={first['ref']}").json()["items"]
    assert [item["enterprise"] for item in items] == [first["ref"]]
    assert producer.get(f"/items?enterprise={second['ref']}").json()["items"] == []
    held = regulator.get(f"/authorizations?enterprise={second['ref']}&right={site.county.right_ref}").json()["items"]
    assert [one["enterprise"] for one in held] == [second["ref"]]
    assert regulator.get(f"/rights?product={site.county.product_ref}").json()["items"] != []
    assert regulator.get(f"/rights?product={'0' * 16}").json()["items"] == []


def test_acts_are_the_regulator_s(site: Site, producer: Program, administrator: Program, auditor: Program) -> None:
    path = f"/authorizations/{site.county.authorization_ref}"
    for program_ in (producer, administrator, auditor):
        tag = program_.tag(path)
        for answer in (
            program_.make("/enterprises", ENTERPRISE),
            program_.make("/towns", {"code": "999001077", "name": "岭上乡"}),
            program_.change("POST", f"{path}/revocation", {"reason": "示例理由"}, tag),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


def test_an_authorization_is_suspended_restored_amended_and_revoked(
    site: Site, regulator: Program, lead: Program
) -> None:
    path = f"/authorizations/{site.county.authorization_ref}"
    tag = regulator.tag(path)
    for act, body, standing in (
        ("suspension", {"reason": "抽检不合格"}, "suspended"),
        ("restoration", {"reason": "整改完成"}, "active"),
        ("amendment", {**TERMS, "reason": "延期", "labels_per_year": 5000}, "active"),
    ):
        done = regulator.change("POST", f"{path}/{act}", body, tag)
        assert done.status_code == 200, done.text
        assert done.json()["standing"] == standing
        tag = done.headers["etag"]
        assert regulator.tag(path) == tag
    asked = regulator.change("POST", f"{path}/revocation", {"reason": "自愿退出", "from": "2026-11-22"}, tag)
    assert asked.status_code == 202
    proposal = asked.headers["location"].removeprefix("/v1")
    assert regulator.get(path).json()["standing"] == "active"
    assert lead.change("POST", f"{proposal}/approval", None, lead.tag(proposal)).json()["state"] == "approved"
    found = regulator.get(path).json()
    assert found["standing"] == "revoked"
    tag = regulator.tag(path)
    assert [change["kind"] for change in found["changes"]] == ["suspend", "restore", "amend", "revoke"]
    assert found["terms"]["labels_per_year"] == 5000
    assert found["granted"]["labels_per_year"] is None
    again = regulator.change("POST", f"{path}/restoration", {"reason": "示例理由"}, tag)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_change_says_what_it_was_decided_on(site: Site, regulator: Program) -> None:
    path = f"/authorizations/{site.county.authorization_ref}"
    old = regulator.tag(path)
    body = {"reason": "抽检不合格"}
    missing = regulator.ask("POST", f"{path}/suspension", json=body)
    assert (missing.status_code, missing.json()["errors"][0]["header"]) == (428, "If-Match")
    for tag in ('"x"', f"W/{old}", "x", ""):
        assert regulator.change("POST", f"{path}/suspension", body, tag).status_code == 412
    assert regulator.change("POST", f"{path}/suspension", body, f'"x", {old}').status_code == 200
    stale = regulator.change("POST", f"{path}/revocation", body, old)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert regulator.get(path).json()["standing"] == "suspended"


def test_a_fault_points_into_the_body_by_the_body_s_own_names(site: Site, regulator: Program) -> None:
    refused = regulator.make(
        "/authorizations",
        {
            "enterprise": site.county.enterprise_ref,
            "right": site.county.right_ref,
            "classes": ["canned"],
            "number": "",
            "from": "2026-05-01",
            "until": "2026-01-01",
            "labels_per_year": 0,
        },
    )
    assert refused.status_code == 422
    pointers = [fault["pointer"] for fault in refused.json()["errors"]]
    assert pointers == ["#/classes", "#/number", "#/labels_per_year", "#/until"]
    nobody = regulator.make("/authorizations", {"enterprise": "0" * 16, "right": site.county.right_ref, **TERMS})
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (404, "#/enterprise")


def test_the_county_s_words_are_corrected_but_not_what_is_printed_in_codes(site: Site, regulator: Program) -> None:
    before = regulator.get("/county").json()
    words = {name: value for name, value in before.items() if name not in ("code", "host")}
    tag = regulator.tag("/county")
    done = regulator.change("PUT", "/county", {**words, "regulator_phone": "12315"}, tag)
    assert done.json() == {**before, "regulator_phone": "12315"}
    tag = done.headers["etag"]
    assert regulator.change("PUT", "/county", before, tag).status_code == 422
    long = regulator.change("PUT", "/county", {**words, "icp_number": "号" * 61}, tag)
    assert (long.status_code, long.json()["errors"][0]["pointer"]) == (422, "#/icp_number")
    assert set(CountyForm.__dataclass_fields__) == set(before)


def test_a_town_is_entered_once_and_its_names_are_corrected(regulator: Program, producer: Program) -> None:
    assert [town["code"] for town in producer.get("/towns").json()["items"]] == [TOWN, FAR_TOWN]
    assert producer.get(f"/towns?after={TOWN}").json()["items"][0]["code"] == FAR_TOWN
    taken = regulator.make("/towns", {"code": TOWN, "name": "别名"})
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "#/code")
    path = f"/towns/{TOWN}"
    done = regulator.change("PUT", path, {"name": "松坞镇", "name_en": "Songwu"}, regulator.tag(path))
    assert done.json() == {"code": TOWN, "name": "松坞镇", "name_en": "Songwu"}
    assert regulator.get("/towns/999001099").status_code == 404
    assert regulator.get("/towns/abc").status_code == 422


def test_a_right_s_evidence_is_replaced_and_doubt_refused(site: Site, regulator: Program) -> None:
    path = f"/rights/{site.county.right_ref}"
    whole = {"source": "示例公告", "source_tag": "publication"}
    confirmed = {"source": "问答", "tag": "memory", "confirmed": {"by": "李某", "on": "2026-11-20"}}
    done = regulator.change("PUT", f"{path}/evidence", {**whole, "from": confirmed}, regulator.tag(path))
    assert done.status_code == 200, done.text
    assert (done.json()["source_tag"], done.json()["evidence"]) == ("publication", {"from": confirmed})
    doubtful = {**whole, "holder": {"source": "问答", "tag": "memory"}}
    refused = regulator.change("PUT", f"{path}/evidence", doubtful, done.headers["etag"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/holder")


def test_a_right_is_amended_by_what_is_sent_and_the_rest_stays(site: Site, regulator: Program) -> None:
    path = f"/rights/{site.county.right_ref}"
    before, tag = regulator.get(path).json(), regulator.tag(path)
    known = {"source": "示例公告", "source_tag": "publication", "confirmed": {"by": "李某", "on": "2026-11-20"}}
    body = {"announcement": "示例公告第 1 号", "standard": None, "area": [FAR_TOWN, TOWN], "reason": "补登", **known}
    assert regulator.ask("POST", f"{path}/amendment", json=body).status_code == 428
    done = regulator.change("POST", f"{path}/amendment", body, tag)
    assert done.status_code == 200, done.text
    after = done.json()
    evidence = {"source": "示例公告", "tag": "publication", "confirmed": known["confirmed"]}
    (change,) = after["changes"]
    assert after == {
        **before,
        "announcement": "示例公告第 1 号",
        "standard": None,
        "area": [TOWN, FAR_TOWN],
        "evidence": {"announcement": evidence, "area": evidence},
        "changes": [change],
    }
    assert change["reason"] == "补登"
    assert change["facts"]["area"] == {"before": [TOWN], "after": [TOWN, FAR_TOWN]}
    assert regulator.change("POST", f"{path}/amendment", body, tag).json()["code"] == "stale"
    tag = done.headers["etag"]
    for wrong, pointer in (({"until": "2019-01-01"}, "#/until"), ({"grades": ["特级", ""]}, "#/grades/1")):
        refused = regulator.change("POST", f"{path}/amendment", {**wrong, "reason": "示例", **known}, tag)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    same = regulator.change("POST", f"{path}/amendment", {"reason": "示例", **known}, tag)
    assert (same.status_code, same.json()["errors"][0]["detail"]) == (422, "nothing would change")
    late = regulator.change("POST", f"{path}/amendment", {"until": "2027-01-01", "reason": "示例", **known}, tag)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (409, "#/until")
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_producer_registers_its_own_item_and_nobody_else_s(site: Site, producer: Program) -> None:
    mine, other = (producer.get("/enterprises").json()["items"][0]["ref"], site.county.other_item_ref)
    body = {
        "enterprise": mine,
        "gtin": THIRD_GTIN,
        "name": "云溪香菇 500 g",
        "class": "dried",
        "net_g": 500,
        "rights": [site.county.right_ref],
    }
    assert producer.make("/items", {**body, "enterprise": other}).status_code == 404
    assert producer.make("/items", body).status_code == 201
    narrow = program(site, producer.actor, Permission.READ)
    assert narrow.make("/items", {**body, "gtin": "09521234500049"}).json()["code"] == "scope-missing"
