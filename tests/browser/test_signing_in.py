"""A new regulator's first sign-in by keyboard alone, on a narrow screen, and a form that outlives its session."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gimark.clock import SystemClock
from tests.authenticator import code_of
from tests.browser.keyboard import enter, fill, looked_at, tab_to
from tests.browser.stage import running
from tests.founded import Founding

pytestmark = pytest.mark.browser

PASSWORD = "松坞 香菇 好雨 时节 晴"


def test_a_newcomer_s_way_to_the_account_page(browser: Browser, founding: Founding, tmp_path: Path) -> None:
    here = founding.copy(tmp_path)
    with running(here) as site:
        page = browser.new_page(viewport={"width": 320, "height": 700}, locale="zh-CN")
        page.goto(f"{site}/me")
        looked_at(page)
        page.keyboard.type("regulator")
        fill(page, "password", "wrong")
        enter(page)
        expect(page.locator("#password-e")).to_contain_text("登录名或密码不对")
        looked_at(page)
        expect(page.locator("#password")).to_be_focused()
        page.keyboard.type(founding.told.passwords["regulator"])
        enter(page)
        looked_at(page)
        fill(page, "password", PASSWORD)
        fill(page, "again", PASSWORD)
        enter(page)
        looked_at(page)
        secret = base64.b32decode(page.inner_text("figcaption .mono").replace(" ", ""))
        fill(page, "code", code_of(secret, SystemClock()))
        enter(page)
        looked_at(page)
        tab_to(page, "继续")
        enter(page)
        expect(page.locator("h1")).to_have_text("我的账户")
        looked_at(page)
        page.context.close()
    here.store.engine.dispose()
