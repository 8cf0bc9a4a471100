"""Users at the desk: the administrator's all of them, a manager's those of the enterprise."""

import re

import pytest

from gimark.accounts.actions import verify_password
from gimark.accounts.queries import UserFacts, UserFilter, users
from gimark.accounts.rules import Role
from gimark.store.paging import Wanted
from tests.api.site import Site
from tests.county import OTHER_USCC, USCC, staff
from tests.web.account.browser import Browser
from tests.web.account.test_steps import PASSWORD
from tests.web.desk.people import Person, seated


@pytest.fixture
def administrator(site: Site) -> Person:
    """The platform's administrator."""
    return seated(site, staff(site.county.store, Role.ADMINISTRATOR, "admin"))


@pytest.fixture
def manager(site: Site) -> Person:
    """The first enterprise's manager."""
    return seated(site, site.county.producer)


def listed(site: Site, person: Person, chosen: UserFilter | None = None) -> dict[str, UserFacts]:
    with site.county.store.reading() as session:
        return {user.name: user for user in users(session, person.actor, Wanted(), chosen).items}


def made(site: Site, person: Person, once: str = "press-1", **fields: str) -> str:
    """The path of a user just made."""
    answer = person.post("/users/new", once=once, **fields)
    assert answer.status_code == 303, answer.text
    path: str = answer.headers["location"]
    return path


def test_a_user_is_made_and_sets_the_first_password_by_a_link(site: Site, administrator: Person) -> None:
    path = made(site, administrator, name="songwu-01", role="producer_clerk", enterprise=USCC)
    assert made(site, administrator, name="songwu-01", role="producer_clerk", enterprise=USCC) == path
    link = administrator.post(f"{path}/link")
    address = re.search(r"https://[^<\s]+/sign-in/reset/[A-Za-z0-9_-]{43}", link.text)
    assert address is not None
    assert link.headers["cache-control"] == "no-store"
    target = address[0].removeprefix("https://gi.yunxi.example")
    browser = Browser(site)
    assert browser.get(target).headers["referrer-policy"] == "no-referrer"
    page = browser.get(target)
    assert browser.fill(page, password="short", again="short").status_code == 422
    assert browser.fill(page, password=PASSWORD, again=PASSWORD).headers["location"].startswith("/sign-in")
    assert not verify_password(site.county.store, "songwu-01", PASSWORD).must_change_password
    assert browser.get(target).status_code == 404
    assert browser.fill(page, password=PASSWORD, again=PASSWORD).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"name": "Wang", "role": "auditor"}, 422, "登录名只能用"),
        ({"name": "wang", "role": "king"}, 422, "没有这个选项"),
        ({"name": "wang", "role": "auditor", "enterprise": USCC}, 422, "不能属于企业"),
        ({"name": "wang", "role": "producer_clerk"}, 422, "必须属于一家企业"),
        ({"name": "wang", "role": "producer_clerk", "enterprise": "0" * 18}, 422, "没有登记这个信用代码的企业"),
        ({"name": "admin", "role": "auditor"}, 409, "已被使用"),
    ],
)
def test_a_bad_form_says_what_is_wrong_and_keeps_what_was_typed(
    administrator: Person, fields: dict[str, str], status: int, why: str
) -> None:
    refused = administrator.post("/users/new", once="press-1", **fields)
    assert (refused.status_code, why in refused.text) == (status, True)
    assert f'value="{fields["name"]}"' in refused.text


def test_a_role_is_changed_at_once_and_nobody_changes_their_own(
    site: Site, administrator: Person, manager: Person
) -> None:
    ref = listed(site, administrator)[manager.actor.name].ref
    changed = administrator.post(f"/users/{ref}/role", once="a", role="auditor")
    assert changed.status_code == 303
    assert manager.get("/users").status_code == 404
    assert listed(site, administrator)[manager.actor.name].role is Role.AUDITOR
    own = listed(site, administrator)["admin"].ref
    refused = administrator.post(f"/users/{own}/role", once="b", role="auditor")
    assert (refused.status_code, "不能更改自己的角色" in refused.text) == (409, True)


def test_whoever_is_switched_off_is_out_at_once_and_comes_back(
    site: Site, administrator: Person, manager: Person
) -> None:
    ref = listed(site, administrator)[manager.actor.name].ref
    assert administrator.post(f"/users/{ref}/off", once="a").status_code == 303
    assert manager.get("/me").headers["location"].startswith("/sign-in")
    assert administrator.post(f"/users/{ref}/link").status_code == 409
    assert administrator.post(f"/users/{ref}/on", once="b").status_code == 303
    assert manager.get("/me").headers["location"].startswith("/sign-in")
    again = seated(site, manager.actor)
    assert administrator.post(f"/users/{ref}/sign-out", once="c").status_code == 303
    assert again.get("/me").headers["location"].startswith("/sign-in")
    own = listed(site, administrator)["admin"].ref
    assert administrator.post(f"/users/{own}/off", once="d").status_code == 409
    assert administrator.post(f"/users/{own}/authenticator", once="e").status_code == 409


def test_a_lost_authenticator_is_taken_away_and_set_up_again(site: Site, administrator: Person) -> None:
    lead = seated(site, staff(site.county.store, Role.REGULATOR_LEAD))
    ref = listed(site, administrator)[lead.actor.name].ref
    assert administrator.post(f"/users/{ref}/authenticator", once="a").status_code == 303
    assert lead.get("/me").headers["location"].startswith("/sign-in/authenticator")


def test_a_manager_sees_and_makes_the_enterprise_s_own_users_alone(
    site: Site, administrator: Person, manager: Person
) -> None:
    other = listed(site, administrator)[site.county.other_producer.name].ref
    clerk = made(site, manager, name="songwu-02", role="producer_clerk")
    assert set(listed(site, manager)) == {manager.actor.name, "songwu-02"}
    assert site.county.other_producer.name not in manager.get("/users").text
    sneaked = made(site, manager, "press-2", name="songwu-03", role="producer_manager", enterprise=OTHER_USCC)
    assert listed(site, manager)["songwu-03"].enterprise_ref == listed(site, manager)["songwu-02"].enterprise_ref
    assert sneaked != clerk
    refused = manager.post("/users/new", once="press-3", name="songwu-04", role="regulator_lead")
    assert (refused.status_code, "不能属于企业" in refused.text) == (422, True)
    assert manager.post(f"{clerk}/role", once="press-4", role="administrator").status_code == 422
    for what in ("", "/role"):
        assert manager.get(f"/users/{other}{what}").status_code == 404
    for what in ("off", "on", "sign-out", "authenticator", "link", "role"):
        assert manager.post(f"/users/{other}/{what}", once=what, role="producer_clerk").status_code == 404
    assert manager.post(f"{clerk}/off", once="press-5").status_code == 303


def test_nobody_else_has_such_pages(site: Site) -> None:
    store, enterprise_id = site.county.store, site.county.producer.enterprise_id
    for role in (Role.REGULATOR_LEAD, Role.AUDITOR, Role.PRODUCER_CLERK):
        own = enterprise_id if role is Role.PRODUCER_CLERK else None
        person = seated(site, staff(store, role, enterprise_id=own))
        assert person.get("/users").status_code == 404
        assert person.get("/users/new").status_code == 404
        assert person.post("/users/new", once="a", name="x1", role="administrator").status_code == 404


def test_the_list_is_filtered_and_shown_in_english_too(site: Site, administrator: Person, manager: Person) -> None:
    assert set(listed(site, administrator, UserFilter(role=Role.ADMINISTRATOR))) == {"admin"}
    assert set(listed(site, administrator, UserFilter(text="producer", is_active=True))) == {
        manager.actor.name,
        site.county.other_producer.name,
    }
    assert listed(site, administrator, UserFilter(is_active=False)) == {}
    assert listed(site, administrator, UserFilter(text="%")) == {}
    shown = administrator.get("/users?q=admin&role=administrator&state=on&lang=en")
    assert "Administrator" in shown.text
    assert manager.actor.name not in shown.text
    ref = listed(site, administrator)[manager.actor.name].ref
    for page in ("/users/new", f"/users/{ref}", f"/users/{ref}/role"):
        assert re.search(r"<h1>[^<]*[\u4e00-\u9fff]", administrator.get(f"{page}?lang=en").text) is None
