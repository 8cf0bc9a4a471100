"""A regulator recalls a lot by keyboard alone, a colleague approves, and the consumer's page is red at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from api.web.desk.cookie import SECURE_NAME
from gimark import audit
from gimark.accounts.rules import Actor
from tests.api.site import BASE
from tests.county import BATCH, County
from tests.scans.desk import uri_of
from tests.web.desk.people import seated

pytestmark = pytest.mark.browser

REASON = "监督抽检二氧化硫超过限值"


@contextmanager
def sitting(browser: Browser, site: str, county: County, actor: Actor, width: int) -> Iterator[Page]:
    """A tab in which `actor` is signed in."""
    person = seated(cast("Any", SimpleNamespace(county=county)), actor)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    # Set as over TLS: by its name the cookie is bound to a secure host, as which a browser takes the loopback too.
    context.add_cookies([{"name": SECURE_NAME, "value": person.token, "url": site.replace("http:", "https:")}])
    yield context.new_page()
    context.close()


def looked_at(page: Page) -> None:
    """The page stands within its window, and axe finds nothing wrong with it."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").count() == 1


def tab_to(page: Page, text: str) -> None:
    """Go to the button or link that says `text` by the Tab key."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and text in focused.inner_text():
            return
    raise AssertionError(f"no way by keyboard to {text}")


def enter(page: Page) -> None:
    """Press Enter and be on the next page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def verdict(browser: Browser, site: str, county: County) -> str:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(site + uri_of(county, county.example_run, 0).removeprefix(BASE))  # type: ignore[attr-defined]
    said = page.locator("h1").inner_text()
    context.close()
    return said


def test_a_lot_is_recalled_by_two_people_and_red_at_once(browser: Browser, site: str, county: County) -> None:
    assert verdict(browser, site, county) == "标识真实"
    with sitting(browser, site, county, county.regulator, 1440) as officer:
        officer.goto(f"{site}/regulator/recalls/new")
        officer.locator("#lot").focus()
        officer.keyboard.type(BATCH.lot)
        enter(officer)
        tab_to(officer, BATCH.lot)
        enter(officer)
        looked_at(officer)
        assert "100 枚" in officer.content()
        officer.locator("#reason").focus()
        officer.keyboard.type(REASON)
        tab_to(officer, "申请召回")
        enter(officer)
        looked_at(officer)
        place = officer.url.removeprefix(site)
        assert place.startswith("/regulator/approvals/")
    assert verdict(browser, site, county) == "标识真实"
    with sitting(browser, site, county, county.lead, 390) as lead:
        lead.goto(f"{site}/regulator/approvals")
        looked_at(lead)
        tab_to(lead, "召回一批商品")  # to ask for one
        tab_to(lead, "召回一批商品")  # the one that waits
        enter(lead)
        looked_at(lead)
        assert REASON in lead.content()
        tab_to(lead, "批准并办理")
        enter(lead)
        assert "已批准" in lead.content()
    assert "召回" in verdict(browser, site, county)
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []
