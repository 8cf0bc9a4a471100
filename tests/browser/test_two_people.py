"""A regulator recalls a lot by keyboard alone, a colleague approves, and the consumer's page is red at once."""

import pytest
from playwright.sync_api import Browser

from gimark import audit
from tests.api.site import BASE
from tests.browser.keyboard import enter, looked_at, sitting, tab_to
from tests.county import BATCH, County
from tests.scans.desk import uri_of

pytestmark = pytest.mark.browser

REASON = "监督抽检二氧化硫超过限值"


def verdict(browser: Browser, site: str, county: County) -> str:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(site + uri_of(county, county.example_run, 0).removeprefix(BASE))  # type: ignore[attr-defined]
    said = page.locator("h1").inner_text()
    context.close()
    return said


def test_a_lot_is_recalled_by_two_people_and_red_at_once(browser: Browser, site: str, county: County) -> None:
    assert verdict(browser, site, county) == "标识真实"
    with sitting(browser, site, county.store, county.regulator, 1440) as officer:
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
    with sitting(browser, site, county.store, county.lead, 390) as lead:
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
