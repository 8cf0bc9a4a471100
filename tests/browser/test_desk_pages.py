"""Every page that the regulator's links lead to, and every component: axe finds nothing, nothing beyond 320 px."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts.cli.touring import walk
from tests.api.site import installation
from tests.browser.keyboard import looked_at, sitting
from tests.browser.stage import running
from tests.county import County

pytestmark = pytest.mark.browser

SMALL = (320, 640)


def test_the_regulator_s_pages_fit_a_small_phone_and_axe_finds_nothing(
    browser: Browser, site: str, county: County
) -> None:
    with sitting(browser, site, county.store, county.lead, SMALL[0]) as page:

        def read(address: str) -> str | None:
            answer = page.context.request.get(site + address)
            return answer.text() if answer.headers.get("content-type", "").startswith("text/html") else None

        found = walk(read, "/regulator").items()
        pages = [address for route, address in found if route.startswith("/regulator") and read(address)]
        assert len(pages) >= 15
        for address in pages:
            page.goto(site + address)
            looked_at(page)


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
