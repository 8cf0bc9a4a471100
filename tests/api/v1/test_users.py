"""Users through the API: one-time passwords told once, and owners who are switched off."""

from gimark.accounts.actions import verify_password
from tests.api.v1.programs import Program


def test_a_user_is_made_with_a_password_that_is_told_once(administrator: Program) -> None:
    body = {"name": "shenji-02", "role": "auditor"}
    made = administrator.make("/users", body, key="first")
    assert made.status_code == 201
    password = made.json()["one_time_password"]
    assert verify_password(administrator.site.county.store, "shenji-02", password).must_change_password
    again = administrator.make("/users", body, key="first").json()
    assert again == {**made.json(), "one_time_password": None}
    assert password not in administrator.get(made.headers["location"].removeprefix("/v1")).text


def test_a_producer_s_user_belongs_to_an_enterprise_by_its_reference(administrator: Program) -> None:
    enterprise = administrator.get("/enterprises").json()["items"][0]["ref"]
    body = {"name": "songwu-09", "role": "producer_manager", "enterprise": enterprise}
    assert administrator.make("/users", body).json()["enterprise"] == enterprise
    for wrong, status in (({**body, "enterprise": "0" * 16}, 404), ({**body, "enterprise": None}, 422)):
        refused = administrator.make("/users", {**wrong, "name": "songwu-10"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, "#/enterprise")
    taken = administrator.make("/users", body)
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "#/name")


def test_whoever_is_switched_off_has_no_key_that_works(administrator: Program, producer: Program) -> None:
    listed = {user["name"]: user["ref"] for user in administrator.get("/users").json()["items"]}
    path = f"/users/{listed[producer.actor.name]}"
    off = administrator.change("PATCH", path, {"is_active": False}, administrator.tag(path))
    assert (off.status_code, off.json()["is_active"]) == (200, False)
    assert producer.get("/me").status_code == 401
    assert administrator.change("PATCH", path, {"is_active": True}, off.headers["etag"]).status_code == 200
    assert producer.get("/me").status_code == 200
    own = f"/users/{listed['administrator']}"
    assert administrator.change("PATCH", own, {"is_active": False}, administrator.tag(own)).status_code == 409


def test_a_role_is_changed_at_once_for_keys_too_and_never_one_s_own(administrator: Program, producer: Program) -> None:
    listed = {user["name"]: user for user in administrator.get("/users").json()["items"]}
    path, enterprise = f"/users/{listed[producer.actor.name]['ref']}", listed[producer.actor.name]["enterprise"]
    body = {"role": "producer_clerk", "enterprise": enterprise}
    changed = administrator.change("PATCH", path, body, administrator.tag(path))
    assert (changed.status_code, changed.json()["role"], changed.json()["is_active"]) == (200, "producer_clerk", True)
    assert "void_codes" not in producer.get("/me").json()["scopes"]
    tag = changed.headers["etag"]
    for wrong, status in (({"role": "producer_clerk"}, 422), ({"role": "auditor", "enterprise": enterprise}, 422)):
        assert administrator.change("PATCH", path, wrong, tag).status_code == status
    own = f"/users/{listed['administrator']['ref']}"
    assert administrator.change("PATCH", own, {"role": "auditor"}, administrator.tag(own)).status_code == 409


def test_a_forgotten_password_is_replaced_by_one_that_is_told_once(administrator: Program, auditor: Program) -> None:
    listed = {user["name"]: user["ref"] for user in administrator.get("/users").json()["items"]}
    path = f"/users/{listed['auditor']}/one-time-password"
    password = administrator.make(path, key="reset").json()["one_time_password"]
    assert administrator.make(path, key="reset").json()["one_time_password"] is None
    assert verify_password(administrator.site.county.store, "auditor", password).must_change_password
    assert auditor.get("/me").status_code == 401


def test_a_reset_link_is_told_once_and_sets_the_password_at_its_page(administrator: Program, auditor: Program) -> None:
    listed = {user["name"]: user["ref"] for user in administrator.get("/users").json()["items"]}
    path = f"/users/{listed[auditor.actor.name]}/reset-link"
    made = administrator.make(path, key="link").json()
    assert administrator.make(path, key="link").json() == {**made, "address": None}
    page = administrator.site.get(made["address"])
    assert (page.status_code, auditor.actor.name in page.text) == (200, True)
    newer = administrator.make(path).json()["address"]
    assert administrator.site.get(made["address"]).status_code == 404
    assert administrator.site.get(newer).status_code == 200
    assert administrator.make(f"/users/{'0' * 16}/reset-link").status_code == 404
    user = f"/users/{listed[auditor.actor.name]}"
    assert administrator.change("PATCH", user, {"is_active": False}, administrator.tag(user)).status_code == 200
    refused = administrator.make(path)
    assert (refused.status_code, refused.json()["errors"][0]["remedy"]) == (409, "Switch the user on first")


def test_users_are_the_administrator_s(regulator: Program, producer: Program, auditor: Program) -> None:
    for program in (regulator, producer, auditor):
        assert program.get("/users").status_code == 403
        assert program.get(f"/users/{'0' * 16}").status_code == 403
        assert program.make("/users", {"name": "x1", "role": "administrator"}).status_code == 403
        assert program.make(f"/users/{'0' * 16}/one-time-password").status_code == 403
        assert program.make(f"/users/{'0' * 16}/reset-link").status_code == 403
