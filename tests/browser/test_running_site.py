"""The real application in a real browser: a scanned code, its links, its policy, without a script."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.api.site import BASE
from tests.county import County
from tests.scans.desk import uri_of

pytestmark = pytest.mark.browser


def path_of(county: County, index: int) -> str:
    return uri_of(county, county.example_run, index).removeprefix(BASE)  # type: ignore[attr-defined]


def opened(browser: Browser, address: str, *, script: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=script, locale="zh-CN", ignore_https_errors=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(address)
    assert complaints == []
    return page


def test_verdict_maker_and_lot_stand_on_the_first_screen_without_script(
    browser: Browser, site: str, county: County
) -> None:
    page = opened(browser, site + path_of(county, 0))
    for text in ("标识真实", "云溪县示例菌业有限公司", "YX26A0317"):
        box = page.get_by_text(text).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844, text
    page.context.close()


@pytest.mark.parametrize(("index", "title"), [(10, "已作废"), (20, "尚未激活")])
def test_a_code_that_should_not_be_on_sale_says_so_first(
    browser: Browser, site: str, county: County, index: int, title: str
) -> None:
    page = opened(browser, site + path_of(county, index))
    assert page.locator("h1").inner_text() == title
    page.context.close()


def test_a_forged_code_shows_no_product(browser: Browser, site: str, county: County) -> None:
    page = opened(browser, site + path_of(county, 0)[:-10] + path_of(county, 1)[-10:])
    assert "不是本县" in page.locator("h1").inner_text()
    assert "云溪县示例菌业有限公司" not in page.content()
    page.context.close()


def test_every_link_of_a_verdict_page_leads_somewhere(browser: Browser, site: str, county: County) -> None:
    page = opened(browser, site + path_of(county, 0))
    links = {link.get_attribute("href") or "" for link in page.locator("a[href]").all()}
    inner = {link for link in links if not re.match(r"#|tel:|mailto:", link)}
    assert any(link.startswith("/ledger/entries/") for link in inner)
    assert any(link.startswith("/proof/") for link in inner)
    for link in inner:
        answer = page.context.request.get(
            site + path_of(county, 0).partition("?")[0] + link if link[0] == "?" else site + link
        )
        assert answer.status == 200, link
    page.context.close()


def test_a_typed_code_is_looked_up_by_the_form_alone(browser: Browser, site: str, county: County) -> None:
    page = opened(browser, f"{site}/check")
    serial = path_of(county, 0).partition("/21/")[2][:13]
    page.locator("input[name=code]").fill(f"{serial[:4]}-{serial[4:8]}-{serial[8:]}".lower())
    page.locator("form button").click()
    assert "已登记" in page.locator("h1").inner_text()
    page.context.close()


def test_nothing_is_wider_than_a_small_phone(browser: Browser, site: str, county: County) -> None:
    for path in (path_of(county, 0), path_of(county, 10), "/", "/check", "/ledger/entries/0"):
        page = opened(browser, site + path, script=True)
        page.set_viewport_size({"width": 320, "height": 568})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.context.close()
