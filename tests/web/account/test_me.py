"""One's own account: what is changed there asks for the password, and devices are one's own."""

import re
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gimark.accounts import actions
from gimark.accounts.factors.queries import second_factor
from gimark.accounts.rules import Role
from gimark.clock import FixedClock
from tests.api.site import Site
from tests.authenticator import code_of
from tests.web.account.test_steps import PASSWORD, newcomer, shown_secret
from tests.web.desk.people import Person, seated

NEW = "竹溪 笋干 清明 前后 雨"


@pytest.fixture
def person(site: Site) -> Person:
    """An auditor with a password."""
    one_time = newcomer(site, Role.AUDITOR)
    actor = actions.change_password(site.county.store, "wang", one_time, PASSWORD)
    return seated(site, actor)


def test_another_password_needs_the_present_one_and_signs_out_every_other_device(site: Site, person: Person) -> None:
    other = seated(site, person.actor)
    for fields, why in (
        ({"current": "wrong", "password": NEW, "again": NEW}, "现在的密码不对"),
        ({"current": PASSWORD, "password": NEW, "again": "other"}, "两次输入的密码不一样"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "12 至 128"),
        ({"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "与原密码相同"),
    ):
        refused = person.post("/me/password", **fields)
        assert (refused.status_code, why in refused.text) == (422, True)
        assert PASSWORD not in refused.text
    done = person.post("/me/password", current=PASSWORD, password=NEW, again=NEW)
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    assert person.get("/me").status_code == 200
    assert other.get("/me").headers["location"].startswith("/sign-in")
    actions.verify_password(site.county.store, "wang", NEW)


def test_the_second_press_that_changes_a_password_is_answered_as_the_first(site: Site, person: Person) -> None:
    with capture_logs() as logs:
        twice = [person.post("/me/password", current=PASSWORD, password=NEW, again=NEW) for _ in range(2)]
    assert [entry["event"] for entry in logs].count("a password was changed") == 1
    assert [(done.status_code, done.headers["location"]) for done in twice] == [(303, "/me")] * 2
    actions.verify_password(site.county.store, "wang", NEW)
    other = person.post("/me/password", current=PASSWORD, password=f"{NEW}雪", again=f"{NEW}雪")
    assert (other.status_code, "现在的密码不对" in other.text) == (422, True)


def test_the_password_is_guessed_at_a_few_times_only(person: Person) -> None:
    answers = [person.post("/me/password", current="wrong", password=NEW, again="other") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_a_guess_typed_as_the_new_password_counts_as_well(person: Person) -> None:
    answers = [person.post("/me/password", current="wrong", password=NEW, again=NEW) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422] * 3 + [429]


def test_whoever_need_not_have_an_authenticator_may_set_one_up_renew_codes_and_give_it_up(
    site: Site, person: Person, clock: FixedClock
) -> None:
    page = person.get("/me/authenticator")
    secret = shown_secret(page.text)
    assert person.post("/me/authenticator", current="wrong", code=code_of(secret, clock)).status_code == 422
    assert person.post("/me/authenticator", current=PASSWORD, code="000000").status_code == 422
    first, codes = (person.post("/me/authenticator", current=PASSWORD, code=code_of(secret, clock)) for _ in range(2))
    assert len(re.findall(r"<li>[0-9a-z-]{19}</li>", first.text)) == 10
    shown = re.findall(r"<li>([0-9a-z-]{19})</li>", codes.text)
    assert len(shown) == 10
    assert person.get("/me").status_code == 200
    clock.at += timedelta(minutes=1)
    renewed = person.post("/me/recovery-codes", current=PASSWORD)
    assert not set(shown) & set(re.findall(r"<li>([0-9a-z-]{19})</li>", renewed.text))
    assert person.post("/me/authenticator/end", current=PASSWORD).status_code == 303
    with site.county.store.reading() as session:
        assert second_factor(session, person.actor) is None


def test_whoever_needs_an_authenticator_cannot_give_it_up(site: Site) -> None:
    one_time = newcomer(site, Role.REGULATOR_LEAD)
    person = seated(site, actions.change_password(site.county.store, "wang", one_time, PASSWORD))
    assert "/me/authenticator/end" not in person.get("/me").text
    assert "您的角色必须使用验证器" in person.post("/me/authenticator/end", current=PASSWORD).text


def test_one_s_devices_are_listed_and_ended_and_nobody_else_s(site: Site) -> None:
    person, phone = seated(site, site.county.producer), seated(site, site.county.producer, "wechat/Android")
    stranger = seated(site, site.county.other_producer)
    listed = person.get("/me").text
    assert "Chrome · Windows" in listed
    assert "微信 · Android" in listed
    refs = re.findall(r"/me/devices/([0-9a-z]{16})/end", listed)
    assert len(refs) == 1
    assert stranger.post(f"/me/devices/{refs[0]}/end").status_code == 404
    assert phone.get("/me").status_code == 200
    assert person.post(f"/me/devices/{refs[0]}/end").status_code == 303
    assert phone.get("/me").headers["location"].startswith("/sign-in")
    seated(site, site.county.producer)
    assert person.post("/me/devices/end-others").status_code == 303
    assert re.findall(r"/me/devices/([0-9a-z]{16})/end", person.get("/me").text) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_there_in_both_languages(site: Site, language: str) -> None:
    person = seated(site, site.county.producer)
    for page in ("", "/password", "/authenticator", "/authenticator/end", "/recovery-codes"):
        shown = person.get(f"/me{page}?lang={language}")
        assert shown.status_code == 200
        assert (re.search(r"<h1>[^<]*[\u4e00-\u9fff]", shown.text) is not None) is (language == "zh")
