"""Every page that links lead to at the desks, and every component: nothing beyond 320 px, and axe finds nothing."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from gimark.accounts.rules import Role
from scripts.cli.touring import STREAMS, walk
from tests.api.site import installation
from tests.api.site import running as in_process
from tests.browser.keyboard import looked_at, sitting
from tests.browser.stage import running
from tests.county import County, staff
from tests.web.desk.belongings import belongings
from tests.web.desk.people import seated

pytestmark = pytest.mark.browser

SMALL = (320, 640)


def led_to(page: Page, site: str, home: str) -> list[str]:
    """The addresses of the pages that links lead to from `home`."""

    @cache
    def read(address: str) -> str | None:
        answer = page.context.request.get(site + address)
        return answer.text() if answer.headers.get("content-type", "").startswith("text/html") else None

    return [address for route, address in walk(read, home).items() if route not in STREAMS and read(address)]


def test_the_regulator_s_pages_fit_a_small_phone_and_axe_finds_nothing(
    browser: Browser, site: str, county: County
) -> None:
    with sitting(browser, site, county.store, county.lead, SMALL[0]) as page:
        pages = [address for address in led_to(page, site, "/regulator") if address.startswith("/regulator")]
        assert len(pages) >= 15
        for address in pages:
            page.goto(site + address)
            looked_at(page)


@pytest.fixture
def furnished(county: County, tmp_path: Path) -> Iterator[str]:
    """The address of the application over a county in which the first enterprise has one of everything."""
    with in_process(county, tmp_path / "furnished") as made:
        belongings(made, seated(made, county.producer))
    with running(installation(county, tmp_path / "furnished")) as where:
        yield where


@pytest.mark.long
def test_axe_finds_nothing_at_any_desk_where_there_is_one_of_everything(
    browser: Browser, furnished: str, county: County
) -> None:
    administrator = staff(county.store, Role.ADMINISTRATOR)
    seen: set[str] = set()
    for actor, home in ((county.lead, "/regulator"), (county.producer, "/producer"), (administrator, "/users")):
        with sitting(browser, furnished, county.store, actor, SMALL[0]) as page:
            new = set(led_to(page, furnished, home)) - seen
            seen |= new
            for address in sorted(new):
                page.goto(furnished + address)
                looked_at(page)
    paths = {urlsplit(address).path for address in seen}
    expected = {"/me", "/me/password", "/users", "/users/new", "/studio", "/producer/uploads", "/regulator/batches"}
    assert expected <= paths
    assert len(seen) >= 70


def test_the_other_desks_fit_a_small_phone_in_the_longer_language(browser: Browser, site: str, county: County) -> None:
    seen: set[str] = set()
    for actor, home in ((county.producer, "/producer"), (staff(county.store, Role.ADMINISTRATOR), "/users")):
        with sitting(browser, site, county.store, actor, SMALL[0]) as page:
            new = set(led_to(page, site, home)) - seen
            seen |= new
            for address in sorted(new):
                page.goto(f"{site}{address}{'&' if '?' in address else '?'}lang=en")
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert len(seen) >= 25


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_component_fits_a_small_phone_and_axe_finds_nothing(
    browser: Browser, county: County, tmp_path: Path, language: str
) -> None:
    here = installation(county, tmp_path / "here", public_base="http://127.0.0.1:8000")
    with running(here) as address:
        page = browser.new_page(viewport={"width": SMALL[0], "height": SMALL[1]})
        answer = page.goto(f"{address}/style?lang={language}")
        assert answer is not None
        assert answer.status == 200
        looked_at(page)
        page.close()
