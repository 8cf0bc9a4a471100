"""The studio by keyboard alone on a small phone: a mark, a template and a printer of one's own, and what comes of them.

What leaves is opened by others: poppler, Chromium, printers of our own, and ZXing reads it.
"""

import csv
import hashlib
import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from gimark.accounts.model import User
from gimark.clock import local_day
from gimark.issuance.printers.actions import PrinterForm, add_printer
from gimark.issuance.rules import PrintFormat
from gimark.production.actions import confirm_batch, register_batch
from gimark.production.registering import BatchForm
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Store
from labels.carrier import advise
from tests.api.jobs.printshop import work
from tests.browser.keyboard import enter, looked_at, sitting, tab_to
from tests.browser.stage import running
from tests.founded import GTIN, TOWN, Workshop
from tests.labels.artwork.marks import SVG, pdf
from tests.labels.specimens import URI_LENGTH
from tests.labels.specimens import template as shipped
from tests.labels.thermal.test_thermal import decoded, tsc, zebra

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # a busy machine is no bug

PHONE = 320
CODES = 3
MARK_MM = (63.2, 6.5)
MOVED_UM = (500, -250)
RED, BLUE = (204, 51, 25), (0, 0, 128)


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own, where everybody has chosen a password, with a batch that has room."""
    copy = workshop.copy(tmp_path)
    with copy.here.store.acting() as act:
        act.session.execute(update(User).values(must_change_password=False))
        act.commit()
    yield copy
    copy.here.store.engine.dispose()


def batch_of(store: Store, shop: Workshop) -> str:
    """A confirmed batch with room for the codes of all orders."""
    today = local_day(store.clock.now())
    with store.acting() as act:
        item = act.session.scalars(select(TradeItem).where(TradeItem.gtin == GTIN)).one()
        harvest = (today - timedelta(days=30), today - timedelta(days=10))
        grams = len(PrintFormat) * CODES * item.net_g
        ref = register_batch(act, shop.producer, BatchForm(item.ref, "YX-2", TOWN, *harvest, grams)).ref
        confirm_batch(act, shop.producer, ref, grams, today)
        act.commit()
    return ref


def printer_for(store: Store, shop: Workshop, kind: PrintFormat) -> str:
    """A printer of the enterprise for files of that kind; those for designers are moved nowhere."""
    is_single = kind in (PrintFormat.SVG, PrintFormat.PNG)
    with store.acting() as act:
        ref = add_printer(
            act, shop.producer, PrinterForm(f"机 {kind}", 300, kind, (0, 0) if is_single else MOVED_UM)
        ).ref
        act.commit()
    return ref


def put(page: Page, field: str, text: str) -> None:
    """Type into the input of that name in the place of what stands there."""
    page.locator(f'[id="{field}"]').focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, text: str) -> None:
    tab_to(page, text)
    enter(page)
    looked_at(page)


def upload(page: Page, site: str, name: str, content: bytes) -> None:
    """Another mark; its page tells the file's hash and that it is a drawing."""
    page.goto(f"{site}/studio/mark")
    page.locator("#mark").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    press(page, "上传")
    expect(page.locator("main")).to_contain_text(hashlib.sha256(content).hexdigest())
    expect(page.locator("dd", has_text="矢量图")).to_be_visible()


def designed(page: Page, site: str) -> str:
    """A template of one's own with the mark somewhere else; the name that orders know it by."""
    page.goto(f"{site}/studio")
    looked_at(page)
    press(page, "复制“卷装标签 70×40 mm”")
    tab_to(page, "二维码、专用标志、号码")
    page.keyboard.press("Enter")
    for axis, place in zip("xy", MARK_MM, strict=True):
        put(page, f"mark/{axis}_mm", f"{place:g}")
    expect(page.locator("#trial")).to_contain_text("可以印")
    tab_to_from_start(page, "保存为新的一版")
    enter(page)
    looked_at(page)
    expect(page.locator("main")).to_contain_text("第 2 版")
    return f"{page.url.rpartition('/')[2].partition('?')[0]}.2"


def tab_to_from_start(page: Page, text: str) -> None:
    """Backwards, where the way on is longer than a person goes."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(":focus")
        if focused.count() and text in focused.inner_text():
            return
    raise AssertionError(f"no way by keyboard to {text}")


class Printed(NamedTuple):
    """What an order became: its file for the printer, and the codes that it should hold."""

    file: bytes
    codes: list[str]


def ordered(page: Page, site: str, shop: Workshop, batch: str, template: str, kind: PrintFormat) -> Printed:
    """Codes with labels for a printer, from the form to the files that the browser is given."""
    printer = printer_for(shop.here.store, shop, kind)
    page.goto(f"{site}/producer/orders/new?batch={batch}&template={template}&printer={printer}&count={CODES}")
    expect(page.locator("#preview")).to_contain_text("70 × 40 mm")
    page.locator("button", has_text="订购标识").press("Enter")
    expect(page.locator("h1")).to_contain_text("号订单")
    work(shop.here)
    page.reload()
    links = {link.inner_text(): link.get_attribute("href") or "" for link in page.locator("a[download]").all()}
    files = {name: page.request.get(f"{site}{target}").body() for name, target in links.items()}
    rows = csv.DictReader(io.StringIO(files.pop("codes.csv").decode("utf-8-sig"), newline=""))
    [file] = files.values()
    codes = [row["url"] for row in rows]
    assert len(codes) == CODES
    return Printed(file, codes)


def read(picture: Image.Image) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def pages_of(file: bytes, folder: Path, *more: str) -> list[Image.Image]:
    """What poppler paints, 300 dots an inch."""
    (folder / "x.pdf").write_bytes(file)
    subprocess.run(["pdftoppm", "-r", "300", *more, folder / "x.pdf", folder / "x"], check=True)
    return [Image.open(path) for path in sorted(folder.glob("x-*.ppm"))]


def centre_mm(picture: Image.Image, colour: tuple[int, int, int]) -> tuple[float, float]:
    """The middle of what has that colour."""
    near = np.abs(np.asarray(picture.convert("RGB")).astype(int) - colour).max(axis=2) < 24
    assert near.sum() > 2_000
    rows, columns = np.nonzero(near)
    return tuple(float(span.min() + span.max() + 1) / 2 / 300 * 25.4 for span in (columns, rows))  # type: ignore[return-value]


def images_in(file: bytes, folder: Path) -> set[str]:
    """The kinds of pictures in a PDF, as poppler lists them."""
    (folder / "i.pdf").write_bytes(file)
    told = subprocess.run(["pdfimages", "-list", folder / "i.pdf"], check=True, capture_output=True, text=True).stdout
    return {line.split()[2] for line in told.splitlines()[2:]}


@pytest.mark.long
def test_a_mark_a_template_and_a_printer_of_one_s_own_are_what_every_kind_of_file_is_made_with(
    browser: Browser, shop: Workshop, tmp_path: Path
) -> None:
    here, batch = shop.here, batch_of(shop.here.store, shop)
    with running(here) as site, sitting(browser, site, here.store, shop.producer, PHONE) as page:
        upload(page, site, "mark.pdf", pdf())
        template = designed(page, site)
        paper = ordered(page, site, shop, batch, template, PrintFormat.PDF)
        expect(page.locator("main")).to_contain_text(hashlib.sha256(pdf()).hexdigest())
        upload(page, site, "mark.svg", SVG.encode())
        made = {
            kind: ordered(page, site, shop, batch, template, kind)
            for kind in PrintFormat
            if kind is not PrintFormat.PDF
        }
        expect(page.locator("main")).to_contain_text(hashlib.sha256(SVG.encode()).hexdigest())
        drawn = [painted(browser, content) for content in unzipped(made[PrintFormat.SVG].file)]

    painted_pages = pages_of(paper.file, tmp_path)
    assert [text for picture in painted_pages for text in read(picture)] == paper.codes
    assert images_in(paper.file, tmp_path) == {"stencil"}  # the symbols alone: the mark is still a drawing
    for centre, place, moved in zip(centre_mm(painted_pages[0], RED), MARK_MM, MOVED_UM, strict=True):
        assert centre == pytest.approx(place + moved / 1_000, abs=0.15)

    for kind, run in ((PrintFormat.ZPL, zebra), (PrintFormat.TSPL, lambda file: tsc(file, 300))):
        found = [decoded(label) for label in run(made[kind].file)]
        assert found == [[code.encode()] for code in made[kind].codes], kind

    pictures = [Image.open(io.BytesIO(content)) for content in unzipped(made[PrintFormat.PNG].file)]
    assert [read(picture) for picture in pictures] == [[code] for code in made[PrintFormat.PNG].codes]

    assert [read(picture) for picture in drawn] == [[code] for code in made[PrintFormat.SVG].codes]
    assert all(b"<image" not in content for content in unzipped(made[PrintFormat.SVG].file))
    for centre, place in zip(centre_mm(drawn[0], RED), MARK_MM, strict=True):
        assert centre == pytest.approx(place, abs=0.4)


def unzipped(file: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def painted(browser: Browser, svg: bytes) -> Image.Image:
    """What Chromium shows of it, 300 dots an inch."""
    page = browser.new_page(viewport={"width": 300, "height": 200}, device_scale_factor=300 / 96)
    page.set_content(f"<style>body{{margin:0}}</style>{svg.decode()}")
    taken = page.locator("svg").screenshot()
    page.close()
    return Image.open(io.BytesIO(taken))


def test_a_preview_is_as_large_on_paper_as_the_label(browser: Browser, shop: Workshop, tmp_path: Path) -> None:
    carrier = advise(URI_LENGTH, shipped("roll-70x40").qr.box_mm, 300)
    with running(shop.here) as site, sitting(browser, site, shop.here.store, shop.producer, PHONE) as page:
        page.goto(f"{site}/studio")
        page.locator("button", has_text="复制“卷装标签 70×40 mm”").press("Enter")
        page.wait_for_url(re.compile("/studio/templates/"))
        alone = page.locator("a", has_text="按实际大小看").get_attribute("href")
        for target in (
            page.url,
            f"{site}{alone}",
            f"{site}/producer/orders/new?batch={shop.batch_ref}&template=roll-70x40",
        ):
            page.goto(target)
            symbols = symbols_on(page.pdf(prefer_css_page_size=True), tmp_path)
            assert len(symbols) == 1, target
            assert symbols[0] == pytest.approx(carrier.modules * carrier.module_mm, rel=0.01), target


def symbols_on(file: bytes, folder: Path) -> list[float]:
    """How many millimetres the symbols on a print are wide."""
    found = []
    for picture in pages_of(file, folder):
        for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode):
            left, right = one.position.top_left, one.position.top_right
            found.append((right.x - left.x) / 300 * 25.4)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_studio_fits_a_small_phone_and_axe_finds_nothing(
    browser: Browser, shop: Workshop, language: str
) -> None:
    printer = printer_for(shop.here.store, shop, PrintFormat.TSPL)
    with running(shop.here) as site, sitting(browser, site, shop.here.store, shop.producer, PHONE) as page:
        for target in (
            "/studio/templates/import",
            "/studio/printers",
            f"/studio/printers/{printer}",
            "/studio/advisor",
        ):
            page.goto(f"{site}{target}?lang={language}")
            looked_at(page)
