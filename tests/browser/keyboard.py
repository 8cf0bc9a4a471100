"""People at their desks who use the keyboard alone, and what each page that they meet must be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from api.web.desk.cookie import SECURE_NAME
from gimark.accounts.rules import Actor
from gimark.store.unit_of_work import Store
from tests.web.desk.people import seated

MOST_STOPS = 60
# A loaded machine is no bug.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def sitting(browser: Browser, site: str, store: Store, actor: Actor, width: int) -> Iterator[Page]:
    """A tab in which `actor` is signed in."""
    person = seated(cast("Any", SimpleNamespace(county=SimpleNamespace(store=store))), actor)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    # Set as over TLS: by its name the cookie is bound to a secure host, as which a browser takes the loopback too.
    context.add_cookies([{"name": SECURE_NAME, "value": person.token, "url": site.replace("http:", "https:")}])
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def looked_at(page: Page) -> None:
    """The page stands within its window, and axe finds nothing wrong with it."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, (page.url, found.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert page.locator("h1").count() == 1, page.url


def tab_to(page: Page, text: str, *, whole: bool = False) -> None:
    """Go to the button or link that says `text`, or nothing but that, by the Tab key."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        said = focused.inner_text().strip() if focused.count() else ""
        if said == text if whole else text in said:
            return
    raise AssertionError(f"no way by keyboard to {text}")


def tab_to_field(page: Page, selector: str) -> None:
    """Go to a field by the Tab key, unless the focus is there already."""
    for _ in range(MOST_STOPS):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {selector}")


def enter(page: Page) -> None:
    """Press Enter and be on the next page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def go(page: Page, text: str, *, whole: bool = False) -> None:
    """Follow the link, or press the button, that says `text`, and look at the next page."""
    tab_to(page, text, whole=whole)
    enter(page)
    looked_at(page)


def fill(page: Page, field: str, text: str) -> None:
    """Type `text` into the field of that id in the place of what stands there."""
    tab_to_field(page, f"#{field}")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def downloaded(page: Page, text: str) -> bytes:
    """The file behind the link that says `text`."""
    tab_to(page, text)
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    return Path(given.value.path()).read_bytes()


def choose(page: Page, field: str, file: Path) -> None:
    """Open a file field by Enter and choose `file` in the window of the system that comes up."""
    with page.expect_file_chooser() as asked:  # begun long before the key: what is asked of a browser takes its time
        tab_to_field(page, f"#{field}")
        page.keyboard.press("Enter")
    asked.value.set_files(file)
