"""From a password to the desk: each step in its order, the form in hand kept, and guessing put off."""

import base64
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from gimark.accounts import actions, queries
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.rules import Actor, Role
from gimark.accounts.sessions.model import WebSession
from gimark.clock import FixedClock
from gimark.store.unit_of_work import Store
from tests.api.site import Site
from tests.authenticator import code_of
from tests.county import staff
from tests.web.account.browser import Browser
from tests.web.desk.people import seated

PASSWORD = "松坞 香菇 好雨 时节 晴"


def shown_secret(page: str) -> bytes:
    """The secret that a page shows for typing."""
    typed = re.search(r'<span class="mono">([A-Z2-7 ]+)</span>', page)
    assert typed is not None
    return base64.b32decode(typed[1].replace(" ", ""))


def newcomer(site: Site, role: Role, name: str = "wang") -> str:
    """Somebody new; their one-time password."""
    store = site.county.store
    administrator = staff(store, Role.ADMINISTRATOR)
    with store.acting() as act:
        made = create_user(act, administrator, UserForm(name, role))
        act.commit()
    return made.one_time_password


@pytest.fixture
def auditor(site: Site) -> Actor:
    """An auditor with a password of their own, who needs no second factor."""
    one_time = newcomer(site, Role.AUDITOR)
    with site.county.store.reading() as session:
        actor = queries.actor_for(session, "wang")
    actions.change_password(site.county.store, "wang", one_time, PASSWORD)
    return actor


def test_a_new_regulator_is_led_to_a_password_an_authenticator_and_the_desk(site: Site, clock: FixedClock) -> None:
    one_time, browser = newcomer(site, Role.REGULATOR_LEAD), Browser(site)
    page = browser.followed(browser.get("/me?lang=zh"))
    page = browser.followed(browser.fill(page, name="wang", password=one_time))
    assert "设置自己的密码" in page.text
    assert browser.get("/me").headers["location"].startswith("/sign-in/password")
    assert browser.fill(page, password=PASSWORD, again="other").status_code == 422
    assert browser.fill(page, password=one_time, again=one_time).status_code == 422
    page = browser.followed(browser.fill(page, password=PASSWORD, again=PASSWORD))
    secret = shown_secret(page.text)
    assert browser.fill(page, code="000 00").status_code == 422
    codes = browser.fill(page, code=code_of(secret, clock))
    assert len(re.findall(r"<li>[0-9a-z]{4}(?:-[0-9a-z]{4}){3}</li>", codes.text)) == 10
    assert codes.headers["cache-control"] == "no-store"
    went = browser.fill(codes)
    assert (went.status_code, went.headers["location"]) == (303, "/me?lang=zh")
    assert browser.get("/me").status_code == 200

    clock.at += timedelta(seconds=30)
    again = Browser(site)
    page = again.followed(again.fill(again.get("/sign-in"), name="wang", password=PASSWORD))
    used = code_of(secret, clock)
    assert again.fill(page, code="000000").status_code == 422
    assert again.fill(page, code=used).headers["location"] == "/regulator?lang=zh"
    thief = Browser(site)
    page = thief.followed(thief.fill(thief.get("/sign-in"), name="wang", password=PASSWORD))
    replayed = thief.fill(page, code=used)
    assert replayed.status_code == 422
    assert "已经用过" in replayed.text
    assert thief.get("/me").headers["location"].startswith("/sign-in/code")
    recovery = re.findall(r"<li>([0-9a-z-]{19})</li>", codes.text)[0]
    assert thief.fill(page, code=recovery).status_code == 303
    last = Browser(site)
    page = last.followed(last.fill(last.get("/sign-in"), name="wang", password=PASSWORD))
    assert last.fill(page, code=recovery).status_code == 422


def test_a_second_press_at_any_step_leads_on_and_recovery_codes_are_seen(site: Site, clock: FixedClock) -> None:
    one_time, browser = newcomer(site, Role.REGULATOR), Browser(site)
    page = browser.followed(browser.fill(browser.get("/sign-in"), name="wang", password=one_time))
    pressed = [browser.fill(page, password=PASSWORD, again=PASSWORD) for _ in range(2)]
    assert [answer.status_code for answer in pressed] == [303, 303]
    page = browser.followed(pressed[1])
    code = code_of(shown_secret(page.text), clock)
    secret = shown_secret(page.text)
    first, second = (browser.fill(page, code=code) for _ in range(2))
    shown = [re.findall(r"<li>([0-9a-z-]{19})</li>", answer.text) for answer in (first, second)]
    assert (len(shown[1]), set(shown[0]) & set(shown[1])) == (10, set())
    clock.at += timedelta(seconds=30)
    assert browser.fill(page, code=code).headers["location"] == "/regulator?lang=zh"

    again = Browser(site)
    page = again.followed(again.fill(again.get("/sign-in"), name="wang", password=PASSWORD))
    pressed = [again.fill(page, code=code_of(secret, clock)) for _ in range(2)]
    assert [(answer.status_code, answer.headers["location"]) for answer in pressed] == [(303, "/regulator?lang=zh")] * 2
    other = Browser(site)
    page = other.followed(other.fill(other.get("/sign-in"), name="wang", password=PASSWORD))
    assert other.fill(page, code=shown[0][0]).status_code == 422
    assert other.fill(page, code=shown[1][0]).status_code == 303


def test_of_two_presses_at_the_same_moment_both_show_recovery_codes(
    site: Site, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_time, browser = newcomer(site, Role.REGULATOR), Browser(site)
    page = browser.followed(browser.fill(browser.get("/sign-in"), name="wang", password=one_time))
    page = browser.followed(browser.fill(page, password=PASSWORD, again=PASSWORD))
    code, both_have_looked = code_of(shown_secret(page.text), clock), threading.Barrier(2, timeout=60)

    def acting_together(store: Store) -> Any:
        both_have_looked.wait()
        monkeypatch.setattr(Store, "acting", acting)
        return acting(store)

    acting = Store.acting
    monkeypatch.setattr(Store, "acting", acting_together)
    with ThreadPoolExecutor(2) as pool:
        pressed = [pool.submit(Browser(site, dict(browser.cookies)).fill, page, code=code) for _ in range(2)]
        answers = [one.result() for one in pressed]
    shown = [re.findall(r"<li>([0-9a-z-]{19})</li>", answer.text) for answer in answers]
    assert [len(codes) for codes in shown] == [10, 10]


def test_a_password_of_one_s_own_ends_the_sessions_of_the_one_time_one(site: Site) -> None:
    one_time = newcomer(site, Role.AUDITOR)
    first, second = Browser(site), Browser(site)
    pages = [b.followed(b.fill(b.get("/sign-in"), name="wang", password=one_time)) for b in (first, second)]
    assert first.fill(pages[0], password=PASSWORD, again=PASSWORD).headers["location"] == "/regulator?lang=zh"
    assert second.fill(pages[1], password=PASSWORD, again=PASSWORD).headers["location"] == "/sign-in?lang=zh"


def test_nobody_passes_a_step_without_the_session_s_own_word(site: Site) -> None:
    browser, one_time = Browser(site), newcomer(site, Role.AUDITOR)
    browser.fill(browser.get("/sign-in"), name="wang", password=one_time)
    for step in ("password", "code", "authenticator", "onward"):
        assert browser.post(f"/sign-in/{step}", {"password": PASSWORD, "again": PASSWORD}).status_code == 403


def test_guessing_is_put_off_for_a_known_name_and_an_unknown_one_alike(
    site: Site, auditor: Actor, clock: FixedClock
) -> None:
    browser = Browser(site)
    page = browser.get("/sign-in")
    with capture_logs() as logged:
        for name in (auditor.name, "no-such"):
            answers = [browser.fill(page, name=name, password="guess-and-guess") for _ in range(6)]
            assert [answer.status_code for answer in answers] == [422] * 5 + [429]
            assert answers[-1].headers["retry-after"] == "15"
        right = browser.fill(page, name=auditor.name, password=PASSWORD)
        assert right.status_code == 429
        clock.at += timedelta(seconds=15)
        assert browser.fill(page, name=auditor.name, password=PASSWORD).status_code == 303
    told = str(logged)
    assert "sign-in is put off" in told
    assert auditor.name in told
    for secret in ("guess-and-guess", PASSWORD, "no-such", "testclient"):
        assert secret not in told


def test_codes_are_guessed_at_a_few_times_only(site: Site, clock: FixedClock) -> None:
    browser, one_time = Browser(site), newcomer(site, Role.INSPECTOR)
    page = browser.followed(browser.fill(browser.get("/sign-in"), name="wang", password=one_time))
    page = browser.followed(browser.fill(page, password=PASSWORD, again=PASSWORD))
    secret = shown_secret(page.text)
    browser.fill(page, code=code_of(secret, clock))
    clock.at += timedelta(seconds=30)
    other = Browser(site)
    page = other.followed(other.fill(other.get("/sign-in"), name="wang", password=PASSWORD))
    wrong = str((int(code_of(secret, clock)) + 1) % 10**6).zfill(6)
    answers = [other.fill(page, code=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert other.fill(page, code=code_of(secret, clock)).status_code == 429


def test_a_form_that_outlived_its_session_is_there_after_signing_in_and_sent_by_a_press_alone(
    site: Site, auditor: Actor
) -> None:
    person, browser = seated(site, auditor), Browser(site)
    person.post("/sign-out")
    typed = {"csrf": "of the ended session", "lot": "26-112 <b>", "current": "no-such-secret", "more": "a&b=c"}
    page = browser.post("/me/password?lang=zh", typed)
    assert (page.status_code, page.headers["cache-control"]) == (401, "no-store")
    assert "已为您留着" in page.text
    wrong = browser.fill(page, name=auditor.name, password="wrong")
    assert wrong.status_code == 422
    kept = browser.fill(wrong, name=auditor.name, password=PASSWORD)
    assert kept.status_code == 200
    assert 'action="/me/password?lang=zh"' in kept.text
    assert "26-112 &lt;b&gt;" in kept.text
    assert "of the ended session" not in kept.text
    assert "no-such-secret" not in page.text + kept.text
    sent = browser.fill(kept)
    assert sent.status_code == 422  # with its own session's word it came through, and the page judged it
    assert "现在的密码不对" in sent.text
    assert browser.post("/me/password", typed).status_code == 403


def test_a_form_is_kept_through_every_step(site: Site, clock: FixedClock) -> None:
    one_time, browser = newcomer(site, Role.REGULATOR), Browser(site)
    page = browser.post("/me/password", {"name_zh": "云溪县新企业"})
    page = browser.fill(page, name="wang", password=one_time)
    page = browser.fill(page, password="short", again="short")
    assert page.status_code == 422
    page = browser.fill(page, password=PASSWORD, again=PASSWORD)
    page = browser.fill(page, code=code_of(shown_secret(page.text), clock))
    page = browser.fill(page)
    assert 'action="/me/password"' in page.text
    assert "云溪县新企业" in page.text


def test_a_kept_form_goes_nowhere_but_to_our_own_pages(site: Site, auditor: Actor) -> None:
    browser = Browser(site)
    for place in ("https://elsewhere.example/", "//elsewhere.example", "/sign-out", ""):
        fields = {"name": auditor.name, "password": PASSWORD, "kept": urlencode([("", place), ("a", "b")])}
        answer = browser.post("/sign-in", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/regulator")


def test_a_program_without_a_session_is_told_so(site: Site) -> None:
    browser = Browser(site)
    asked = browser.get("/me", accept="application/json")
    assert (asked.status_code, asked.json()["code"]) == (401, "sign-in-needed")
    large = browser.post("/me/password", {"note": "x" * 300_000})
    assert (large.status_code, large.headers["location"]) == (303, "/sign-in")


def test_a_session_is_noted_with_its_device_and_no_address(site: Site, auditor: Actor) -> None:
    browser = Browser(site)
    browser.fill(browser.get("/sign-in"), name=auditor.name, password=PASSWORD)
    with site.county.store.reading() as session:
        assert session.scalars(select(WebSession.device)).all() == ["chrome/Android"]
