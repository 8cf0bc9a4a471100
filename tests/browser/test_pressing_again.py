"""A button that is clicked twice, and the back button after it: what was done is done once."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from gimark.issuance.orders import order_rows
from gimark.production.lists import BatchFilter, batches
from gimark.store.paging import Wanted
from tests.browser.keyboard import sitting
from tests.county import BATCH, TOWN, County

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


def test_codes_are_ordered_once_by_two_clicks_and_who_goes_back_is_told_of_that_order(
    browser: Browser, site: str, county: County
) -> None:
    batch = county.batch(form=replace(BATCH, lot="YX-78"))

    def ordered() -> list[int]:
        with county.store.reading() as session:
            return [row.count for row in order_rows(session, county.producer, Wanted(), batch).items]

    with sitting(browser, site, county.store, county.producer, 1440) as page:
        page.goto(f"{site}/producer/orders/new?batch={batch}&on_pack=storage")
        expect(page.locator(".said.warn")).to_have_count(0)
        page.locator("#count").fill("12")
        page.locator("main form button").first.dblclick(no_wait_after=True)
        expect(page.locator("h1")).to_contain_text("号订单")
        assert ordered() == [12]
        page.go_back()
        expect(page.locator(".said.warn")).to_contain_text("已为这批订过 12 枚")
        page.locator(".said.warn a").click()
        expect(page.locator("h1")).to_contain_text("号订单")
    assert ordered() == [12]
