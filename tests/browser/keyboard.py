"""People at their desks who use the keyboard alone, and what each page that they meet must be."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from api.web.desk.cookie import SECURE_NAME
from gimark.accounts.rules import Actor
from gimark.store.unit_of_work import Store
from tests.web.desk.people import seated


@contextmanager
def sitting(browser: Browser, site: str, store: Store, actor: Actor, width: int) -> Iterator[Page]:
    """A tab in which `actor` is signed in."""
    person = seated(cast("Any", SimpleNamespace(county=SimpleNamespace(store=store))), actor)
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


def fill(page: Page, field: str, text: str) -> None:
    """Type `text` into the field of that id in the place of what stands there."""
    page.locator(f"#{field}").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
