"""A season by keyboard alone: a clerk's workbook, 5,000 labels, a manager who returns 300, a recall by two regulators.

Every page that anybody meets on the way is looked at by axe.
"""

import csv
import io
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from gimark import audit
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.model import User
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor, Role
from gimark.clock import local_day
from gimark.exchange.batch_columns import SHEET_NAME
from tests.api.jobs.printshop import work
from tests.browser.keyboard import choose, downloaded, enter, fill, go, looked_at, sitting, tab_to, tab_to_field
from tests.browser.stage import running
from tests.founded import GTIN, HOST, TOWN, Workshop

pytestmark = pytest.mark.browser

LOT = "YX26B0101"
CODES, ACTIVE, RETURNED = 5_000, 100, 300
KILOGRAMS = CODES // 4  # 250 g a package
LEFT = KILOGRAMS * 4 * 2 // 100  # the 2 % that a batch's mass may be exceeded by
REASON = "监督抽检二氧化硫超过限值"


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own."""
    copy = workshop.copy(tmp_path)
    yield copy
    copy.here.store.engine.dispose()


def hired(shop: Workshop, name: str, role: Role, enterprise_id: int | None = None) -> Actor:
    """Somebody with a password of their own, as everybody has."""
    with shop.here.store.acting() as act:
        create_user(act, actor_for(act.session, "admin"), UserForm(name, role, enterprise_id))
        act.session.execute(update(User).values(must_change_password=False))
        actor = actor_for(act.session, name)
        act.commit()
    return actor


def filled(template: bytes, shop: Workshop, file: Path) -> Path:
    """The downloaded workbook with a row in it, as it is kept by Excel."""
    today = local_day(shop.here.store.clock.now())
    book = load_workbook(io.BytesIO(template))
    days = (today - timedelta(days=30), today - timedelta(days=10))
    for column, cell in enumerate((GTIN, LOT, "26-112", TOWN, *days, KILOGRAMS), 1):
        book[SHEET_NAME].cell(2, column).value = cell
    book.save(file)
    return file


def registered(page: Page, shop: Workshop, folder: Path) -> str:
    """A batch for the codes, from a workbook, and confirmed; its address."""
    go(page, "批次", whole=True)
    go(page, "上传 Excel")
    choose(page, "file", filled(downloaded(page, "下载模板"), shop, folder / "十月.xlsx"))
    go(page, "上传并登记")
    expect(page.locator("main")).to_contain_text("全部登记，已写入公示账本")
    go(page, LOT)
    address = page.url
    go(page, "确认包装")
    go(page, "确认包装")
    expect(page.locator("main")).to_contain_text("包装已确认")
    return address


def ordered(page: Page) -> None:
    """From the batch's page to the order's."""
    go(page, "订购标识")
    assert page.locator("#preview img, #preview image").count() == 1
    fill(page, "count", str(CODES))
    tab_to_field(page, "input[name=template]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview")).to_contain_text("这样印不了")  # not all that the law wants fits on 50 × 30
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview")).to_contain_text("70 × 40 mm")
    looked_at(page)
    go(page, "订购标识")


def printed(page: Page, shop: Workshop) -> list[str]:
    """What the labels of the order say, from the files that the browser is given once the worker has made them.

    The page was open all the time: it says by itself that the files are there.
    """
    expect(page.locator("[data-said]")).to_contain_text("正在制作标签")
    work(shop.here)
    expect(page.get_by_role("link", name="codes.csv")).to_be_visible()
    looked_at(page)
    text = downloaded(page, "codes.csv").decode("utf-8-sig")
    codes = [row["url"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert first_label(downloaded(page, "labels-0001.pdf")) == codes[0]
    return codes


def first_label(pdf: bytes) -> str:
    """What a reader makes of the first page as poppler draws it."""
    drawn = subprocess.run(
        ["pdftoppm", "-f", "1", "-l", "1", "-r", "300", "-gray", "-"], input=pdf, capture_output=True, check=True
    )
    with Image.open(io.BytesIO(drawn.stdout)) as picture:
        [symbol] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return symbol.text


def scanned(page: Page, *labels: str) -> None:
    """Each label, as a USB scanner types it: its text and Enter, into whatever has the focus."""
    for label in labels:
        page.keyboard.insert_text(label)
        enter(page)
        looked_at(page)


def activated(page: Page, codes: list[str]) -> None:
    """The first labels, which are on their packages."""
    go(page, "激活与退标")
    scanned(page, codes[0], codes[ACTIVE - 1])
    expect(page.locator("h1")).to_have_text(f"激活 {ACTIVE} 枚")
    go(page, f"激活 {ACTIVE} 枚")
    expect(page.locator("main")).to_contain_text(f"已激活 {ACTIVE} 枚")


def returned(page: Page, batch: str, codes: list[str]) -> None:
    """Labels that nobody needs; the batch may have as many again."""
    page.goto(batch)
    looked_at(page)
    expect(page.locator(".big b").first).to_have_text(f"{LEFT}")
    go(page, "激活与退标")
    go(page, "退标", whole=True)
    scanned(page, codes[ACTIVE], codes[ACTIVE + RETURNED - 1])
    expect(page.locator("h1")).to_have_text(f"退标 {RETURNED} 枚")
    fill(page, "reason", "客户减少订货，标签没有用")
    go(page, f"退标 {RETURNED} 枚")
    expect(page.locator("main")).to_contain_text("用量已加回")
    go(page, "批次", whole=True)
    go(page, LOT)
    expect(page.locator(".big b").first).to_have_text(f"{LEFT + RETURNED}")


def recall_asked(page: Page, site: str, code: str) -> None:
    """A regulator finds a label's code, and asks for the recall of its lot."""
    page.goto(f"{site}/regulator")
    looked_at(page)
    tab_to_field(page, "input[name=q]")
    page.keyboard.insert_text(code)
    enter(page)
    looked_at(page)
    expect(page.locator("main")).to_contain_text("消费者现在扫到的结论")
    go(page, LOT)
    go(page, "召回…")
    expect(page.locator("main")).to_contain_text(f"{CODES:,} 枚")
    fill(page, "reason", REASON)
    go(page, "申请召回")
    expect(page.locator("main")).to_contain_text("自己不能批准")


def recall_approved(page: Page, site: str) -> None:
    """A colleague's second approval."""
    page.goto(f"{site}/regulator")
    go(page, "双人审批")
    tab_to(page, "召回一批商品")  # to ask for one
    go(page, "召回一批商品")  # the one that waits
    expect(page.locator("main")).to_contain_text(REASON)
    go(page, "批准并办理")
    expect(page.locator("main")).to_contain_text("已批准")


def verdict(browser: Browser, site: str, code: str) -> str:
    """What a phone without a script is told first."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(site + code.removeprefix(f"https://{HOST}"))
    said = page.locator("h1").inner_text()
    context.close()
    return said


def test_from_a_clerk_s_workbook_to_a_recall_by_two_regulators(
    browser: Browser, shop: Workshop, tmp_path: Path
) -> None:
    here, store = shop.here, shop.here.store
    clerk = hired(shop, "clerk", Role.PRODUCER_CLERK, shop.producer.enterprise_id)
    officer = hired(shop, "officer", Role.REGULATOR)
    with store.reading() as session:
        lead = actor_for(session, "regulator")
    with running(here) as site:
        with sitting(browser, site, store, clerk, 1440) as page:
            page.goto(f"{site}/producer")
            looked_at(page)
            batch = registered(page, shop, tmp_path)
            ordered(page)
            codes = printed(page, shop)
            assert len(codes) == CODES
            activated(page, codes)
        with sitting(browser, site, store, shop.producer, 390) as page:
            returned(page, batch, codes)
        assert verdict(browser, site, codes[0]) == "标识真实"
        with sitting(browser, site, store, officer, 1440) as page:
            recall_asked(page, site, codes[0])
        assert verdict(browser, site, codes[0]) == "标识真实"
        with sitting(browser, site, store, lead, 390) as page:
            recall_approved(page, site)
        assert "召回" in verdict(browser, site, codes[0])
    with store.reading() as session:
        assert list(audit.differences(session)) == []
