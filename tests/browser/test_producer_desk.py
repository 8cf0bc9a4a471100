"""From a batch to labels on packages by keyboard alone: a clerk orders, prints and activates, a manager returns 300."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from gimark import audit
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.model import User
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor, Role
from tests.api.jobs.printshop import work
from tests.browser.keyboard import enter, fill, looked_at, sitting, tab_to
from tests.browser.stage import running
from tests.founded import Workshop

pytestmark = pytest.mark.browser

CODES = 400


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own."""
    copy = workshop.copy(tmp_path)
    yield copy
    copy.here.store.engine.dispose()


def clerk_of(shop: Workshop) -> Actor:
    """A clerk of the enterprise, who has a password of her own, as everybody in the shop has."""
    with shop.here.store.acting() as act:
        form = UserForm("clerk", Role.PRODUCER_CLERK, shop.producer.enterprise_id)
        create_user(act, actor_for(act.session, "admin"), form)
        act.session.execute(update(User).values(must_change_password=False))
        actor = actor_for(act.session, "clerk")
        act.commit()
    return actor


def registered(page: Page, site: str) -> str:
    """A batch for the codes, registered and confirmed; its address."""
    page.goto(f"{site}/producer")
    looked_at(page)
    tab_to(page, "登记批次")
    enter(page)
    looked_at(page)
    fill(page, "planned_g", f"{CODES // 4}")
    tab_to(page, "登记批次")
    enter(page)
    looked_at(page)
    address = page.url
    tab_to(page, "确认包装")
    enter(page)
    looked_at(page)
    tab_to(page, "确认包装")
    enter(page)
    expect(page.locator("main")).to_contain_text("包装已确认")
    return address


def ordered(page: Page) -> None:
    """From the batch's page to the order's."""
    tab_to(page, "订购标识")
    enter(page)
    looked_at(page)
    assert page.locator("#preview img, #preview image").count() == 1
    fill(page, "count", str(CODES))
    page.locator("input[name=template]:checked").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview")).to_contain_text("这样印不了")  # not all that the law wants fits on 50 × 30
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview")).to_contain_text("70 × 40 mm")
    looked_at(page)
    tab_to(page, "订购标识")
    enter(page)
    looked_at(page)


def printed_codes(page: Page, shop: Workshop) -> list[str]:
    """What the labels of the order say, from the file that the browser is given once the worker has made it.

    The page was open all the time: it says by itself that the files are there.
    """
    expect(page.locator("[data-said]")).to_contain_text("正在制作标签")
    work(shop.here)
    expect(page.get_by_role("link", name="codes.csv")).to_be_visible(timeout=20_000)
    looked_at(page)
    tab_to(page, "codes.csv")
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    text = Path(given.value.path()).read_bytes().decode("utf-8-sig")
    return [row["url"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def scanned(page: Page, *labels: str) -> None:
    """Each label, as a USB scanner types it: its text and Enter, into whatever has the focus."""
    for label in labels:
        page.keyboard.insert_text(label)
        enter(page)


def test_a_clerk_orders_prints_and_activates_and_a_manager_returns_300(browser: Browser, shop: Workshop) -> None:
    here = shop.here
    with running(here) as site:
        with sitting(browser, site, here.store, clerk_of(shop), 1440) as clerk:
            batch = registered(clerk, site)
            ordered(clerk)
            codes = printed_codes(clerk, shop)
            assert len(codes) == CODES
            clerk.goto(f"{site}/producer/scan")
            looked_at(clerk)
            scanned(clerk, codes[0], codes[99])
            looked_at(clerk)
            expect(clerk.locator("h1")).to_have_text("激活 100 枚")
            tab_to(clerk, "激活 100 枚")
            enter(clerk)
            expect(clerk.locator("main")).to_contain_text("已激活 100 枚")
        with sitting(browser, site, here.store, shop.producer, 390) as manager:
            manager.goto(batch)
            looked_at(manager)
            expect(manager.locator(".big b").first).to_have_text("8")
            manager.goto(f"{site}/producer/scan?act=return")
            scanned(manager, codes[100], codes[399])
            looked_at(manager)
            expect(manager.locator("h1")).to_have_text("退标 300 枚")
            fill(manager, "reason", "客户减少订货，标签没有用")
            tab_to(manager, "退标 300 枚")
            enter(manager)
            expect(manager.locator("main")).to_contain_text("用量已加回")
            manager.goto(batch)
            expect(manager.locator(".big b").first).to_have_text("308")
    with here.store.reading() as session:
        assert list(audit.differences(session)) == []
