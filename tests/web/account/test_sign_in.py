"""Signing in and out by the form."""

import httpx2
import pytest

from gimark.accounts import actions, queries
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.rules import Role
from tests.api.site import BASE, Site
from tests.county import staff
from tests.web.desk.people import seated

PASSWORD = "松坞 香菇 好雨 时节 晴"


@pytest.fixture
def password(site: Site) -> str:
    """The password of a user `songwu` of the first enterprise."""
    store = site.county.store
    administrator = staff(store, Role.ADMINISTRATOR)
    with store.acting() as act:
        form = UserForm("songwu", Role.PRODUCER_MANAGER, site.county.producer.enterprise_id)
        made = create_user(act, administrator, form)
        act.commit()
    with store.reading() as session:
        songwu = queries.actor_for(session, made.name)
    actions.replace_one_time_password(store, songwu, PASSWORD)
    return PASSWORD


def post(site: Site, **fields: str) -> httpx2.Response:
    return site.client.post("/sign-in", data=fields, headers={"origin": BASE}, follow_redirects=False)


def test_whoever_signs_in_comes_back_to_where_they_were_going(site: Site, password: str) -> None:
    asked = site.client.get("/sign-out", follow_redirects=False)
    assert asked.status_code == 405
    came = post(site, name="songwu", password=password, next="/producer/batches?state=open")
    assert (came.status_code, came.headers["location"]) == (303, "/producer/batches?state=open")
    cookie = came.headers["set-cookie"]
    assert cookie.startswith("__Host-gimark=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(site: Site, password: str) -> None:
    answers = {name: post(site, name=name, password="wrong") for name in ("songwu", "nobody")}
    for name, refused in answers.items():
        assert (refused.status_code, f'value="{name}"' in refused.text) == (422, True)
        assert "登录名或密码不对" in refused.text
        assert "set-cookie" not in refused.headers
    assert len({refused.text.replace(name, "") for name, refused in answers.items()}) == 1


def test_nobody_is_led_to_another_site(site: Site, password: str) -> None:
    place = "//elsewhere.example"
    assert post(site, name="songwu", password=password, next=place).headers["location"] == "/producer"
    assert 'name="next" value=""' in site.client.get("/sign-in", params={"next": place}).text


def test_signing_out_ends_the_session_at_once(site: Site) -> None:
    person = seated(site, site.county.producer)
    assert person.get("/sign-out").status_code == 405
    out = person.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert person.post("/sign-out").headers["location"].startswith("/sign-in")


def test_a_form_without_the_session_s_own_word_is_refused(site: Site) -> None:
    person, other = seated(site, site.county.producer), seated(site, site.county.producer)
    for fields in ({}, {"csrf": ""}, {"csrf": "字"}, {"csrf": "0" * 64}):
        assert person.send("/sign-out", fields).status_code == 403
    assert person.post("/sign-out", csrf=other.token).status_code == 403
    assert person.post("/sign-out").status_code == 303


def test_a_form_from_another_site_is_refused(site: Site) -> None:
    person = seated(site, site.county.producer)
    assert person.send("/sign-out", {}, origin="https://elsewhere.example").status_code == 403


def test_a_session_of_somebody_who_was_switched_off_is_none(site: Site) -> None:
    gone = site.county.producer
    person = seated(site, gone)
    administrator = staff(site.county.store, Role.ADMINISTRATOR)
    with site.county.store.acting() as act:
        ref = queries.ref_of(act.session, administrator, gone.name)
        actions.set_active(act, administrator, ref, is_active=False)
        act.commit()
    assert person.post("/sign-out").headers["location"].startswith("/sign-in")
