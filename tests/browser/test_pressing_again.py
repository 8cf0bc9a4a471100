"""A button that is clicked twice, and the back button after it: what was done is done once."""

import pytest
from playwright.sync_api import Browser, Page, expect

from gimark.production.lists import BatchFilter, batches
from gimark.store.paging import Wanted
from tests.browser.keyboard import sitting
from tests.county import TOWN, County

pytestmark = pytest.mark.browser

FIELDS = {"lot": "YX-77", "harvested_from": "2026-10-01", "harvested_until": "2026-10-21", "planned_g": "12.5"}


def lots(county: County) -> list[str]:
    with county.store.reading() as session:
        return [batch.lot for batch in batches(session, county.producer, Wanted(), BatchFilter()).items]


def typed(page: Page) -> None:
    page.locator("#item").select_option(index=1)
    page.locator("#town").select_option(TOWN)
    for field, text in FIELDS.items():
        page.locator(f"#{field}").fill(text)


def test_a_batch_is_registered_once_by_two_clicks_and_by_going_back(
    browser: Browser, site: str, county: County
) -> None:
    before = lots(county)
    with sitting(browser, site, county.store, county.producer, 1440) as page:
        page.goto(f"{site}/producer/batches/new")
        typed(page)
        page.locator("main form button").first.dblclick(no_wait_after=True)
        expect(page.locator("h1")).to_contain_text("YX-77")
        assert sorted(lots(county)) == sorted([*before, "YX-77"])
        page.go_back()
        typed(page)
        page.locator("main form button").first.click()
        expect(page.locator("main")).to_contain_text("这种商品已有批次 YX-77")
        expect(page.locator("#planned_g")).to_have_value("12.5")
    assert sorted(lots(county)) == sorted([*before, "YX-77"])
