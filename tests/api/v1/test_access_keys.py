"""Keys made, listed and revoked through the API; what a repeat is told; how far one key can reach for another."""

import pytest

from gimark.accounts.rules import Permission
from tests.api.site import Site
from tests.api.v1.programs import Program, program

BODY = {"name": "ERP 2", "scopes": ["read"], "expires_on": "2027-06-30"}


def test_a_key_made_through_the_api_works_and_its_token_is_told_once(producer: Program) -> None:
    made = producer.make("/access-keys", BODY, key="first")
    assert made.status_code == 201
    token = made.json()["token"]
    assert token.startswith(f"gimark_{made.json()['prefix']}_")
    headers = {"authorization": f"Bearer {token}"}
    assert producer.site.client.get("/v1/me", headers=headers).json()["scopes"] == ["read"]

    where = made.headers["location"].removeprefix("/v1")
    shown = producer.get(where)
    assert "token" not in shown.json()
    assert shown.json()["name"] == "ERP 2"

    again = producer.make("/access-keys", dict(reversed(BODY.items())), key="first")
    assert (again.status_code, again.json()["ref"], again.json()["token"]) == (201, made.json()["ref"], None)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in made.headers
    assert len(producer.get("/access-keys").json()["items"]) == 2


def test_the_same_idempotency_key_with_another_body_is_refused(producer: Program) -> None:
    producer.make("/access-keys", BODY, key="first")
    other = producer.make("/access-keys", {**BODY, "name": "other"}, key="first")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_two_users_may_use_the_same_idempotency_key(producer: Program, regulator: Program) -> None:
    assert producer.make("/access-keys", BODY, key="first").status_code == 201
    made = regulator.make("/access-keys", BODY, key="first")
    assert (made.status_code, made.json()["owner"]) == (201, "regulator")


def test_what_was_refused_may_be_tried_again_under_the_same_key(producer: Program) -> None:
    assert producer.make("/access-keys", {**BODY, "scopes": []}, key="first").status_code == 422
    assert producer.make("/access-keys", BODY, key="first").status_code == 201


def test_a_key_cannot_make_a_wider_one(site: Site, producer: Program) -> None:
    narrow = program(site, producer.actor, Permission.MANAGE_ACCESS, Permission.READ)
    wider = narrow.make("/access-keys", {**BODY, "scopes": ["read", "issue_codes"]})
    assert wider.status_code == 422
    assert [(fault["pointer"], fault["detail"]) for fault in wider.json()["errors"]] == [
        ("#/scopes", "you have no “issue_codes” to give")
    ]


@pytest.mark.parametrize("day", ["2026-11-21", "2027-11-24"])
def test_a_key_ends_within_a_year(producer: Program, day: str) -> None:
    refused = producer.make("/access-keys", {**BODY, "expires_on": day})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/expires_on"


def test_a_scope_that_is_missing_is_named(site: Site, producer: Program) -> None:
    narrow = program(site, producer.actor, Permission.READ)
    for answer in (narrow.get("/access-keys"), narrow.make("/access-keys", BODY)):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
        assert answer.json()["permission"] == "manage_access"
        challenge = 'Bearer realm="gimark", error="insufficient_scope", scope="manage_access"'
        assert answer.headers["www-authenticate"] == challenge


def test_anothers_keys_are_not_found_but_for_whoever_manages_users(
    producer: Program, regulator: Program, administrator: Program
) -> None:
    path = f"/access-keys/{producer.key.facts.ref}"
    assert regulator.get(path).status_code == 404
    assert regulator.ask("DELETE", path).status_code == 404
    assert administrator.get(path).json()["owner"] == producer.actor.name
    assert len(administrator.get("/access-keys").json()["items"]) == 3
    assert administrator.ask("DELETE", path).status_code == 200
    assert producer.get("/me").status_code == 401


def test_a_revoked_key_stays_revoked_since_then(producer: Program, administrator: Program) -> None:
    path = f"/access-keys/{producer.key.facts.ref}"
    first = administrator.ask("DELETE", path).json()["revoked_at"]
    assert first == "2026-11-22T01:41:00Z"
    assert administrator.ask("DELETE", path).json()["revoked_at"] == first


def test_there_is_an_end_to_how_many_keys_live(producer: Program) -> None:
    for number in range(19):
        assert producer.make("/access-keys", {**BODY, "name": f"key {number}"}).status_code == 201
    assert producer.make("/access-keys", BODY).status_code == 409
    ref = producer.get("/access-keys?limit=2").json()["items"][1]["ref"]
    producer.ask("DELETE", f"/access-keys/{ref}")
    assert producer.make("/access-keys", BODY).status_code == 201


def test_a_list_comes_in_pages_that_follow_each_other(producer: Program, regulator: Program) -> None:
    for number in range(4):
        producer.make("/access-keys", {**BODY, "name": f"key {number}"})
    names: list[str] = []
    path = "/v1/access-keys?limit=2"
    while path:
        answer = producer.get(path.removeprefix("/v1"))
        names += [item["name"] for item in answer.json()["items"]]
        link = answer.headers.get("link", "")
        path = link.partition("<")[2].partition(">")[0]
        assert (answer.json()["next"] is None) == (path == "")
    assert names == ["ERP", "key 0", "key 1", "key 2", "key 3"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=", "limit"),
        ("limit=NaN", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("after=", "after"),
        ("after=0000000000000000", "after"),
        ("after=%00", "after"),
        ("after=%ff", "after"),
        ("after=" + "a" * 50, "after"),
        ("page=2", "page"),
    ],
)
def test_a_bad_place_in_a_list_is_refused_by_name(producer: Program, query: str, parameter: str) -> None:
    refused = producer.get(f"/access-keys?{query}")
    assert refused.status_code == 422
    assert {fault.get("parameter") for fault in refused.json()["errors"]} == {parameter}


def test_a_place_in_anothers_list_is_none_in_mine(producer: Program, regulator: Program) -> None:
    refused = producer.get(f"/access-keys?after={regulator.key.facts.ref}")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "after")


@pytest.mark.parametrize("key", [None, "", "with blank", "ü", "x" * 81])
def test_making_asks_for_an_idempotency_key_of_the_right_form(producer: Program, key: str | None) -> None:
    headers = {} if key is None else {b"idempotency-key": key.encode("latin-1")}
    refused = producer.ask("POST", "/access-keys", json=BODY, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["header"] == "Idempotency-Key"
