"""The public pages in Chromium: what is on the first screen, that nothing overflows, axe, print, and no script."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page
from pypdf import PdfReader

from tests.browser.pictures import SIZES, take_pictures
from tests.web.gallery import gallery
from tests.web.samples import PACKAGE, TOKEN_QUERY, VARIANTS

pytestmark = pytest.mark.browser

PHONE = (390, 844)
SMALL = (320, 568)
DESK = (1440, 900)
NAMES = sorted(gallery())
WITH_PACKAGE = [name for name in NAMES if re.search(rb'class="verdict.*class="facts pad"', gallery()[name], re.DOTALL)]
# Variants add facts, not kinds of element: axe has nothing new to say of them.
STATES = [name for name in NAMES if name.partition("/")[2] not in VARIANTS]


@dataclass
class Reader:
    """One tab that opens pages at any size, and fails the test when the browser complains of one."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, name: str, size: tuple[int, int]) -> Page:
        """The sample page `name` at `size` CSS pixels."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.goto(f"{self.address}/{name}")
        return self.page


@contextmanager
def _reading(browser: Browser, address: str, *, has_script: bool) -> Iterator[Reader]:
    context = browser.new_context(java_script_enabled=has_script)
    reader = Reader(context.new_page(), address)
    reader.page.on("console", lambda message: reader.complaints.append(message.text))
    yield reader
    context.close()


@pytest.fixture(scope="module")
def with_script(browser: Browser, address: str) -> Iterator[Reader]:
    with _reading(browser, address, has_script=True) as reader:
        yield reader


@pytest.fixture(scope="module")
def without_script(browser: Browser, address: str) -> Iterator[Reader]:
    with _reading(browser, address, has_script=False) as reader:
        yield reader


@pytest.fixture
def reader(with_script: Reader) -> Iterator[Reader]:
    """The tab with scripts allowed; the pages have none, the tests do."""
    with_script.complaints.clear()
    yield with_script
    assert with_script.complaints == []


@pytest.fixture
def plain_reader(without_script: Reader) -> Iterator[Reader]:
    """The tab with scripts off."""
    without_script.complaints.clear()
    yield without_script
    assert without_script.complaints == []


def bottom(element: Locator) -> float:
    """Where `element` ends, in CSS pixels from the top of the first screen."""
    box = element.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("name", WITH_PACKAGE)
def test_verdict_maker_and_lot_are_on_a_phone_s_first_screen(plain_reader: Reader, name: str) -> None:
    page = plain_reader.open(name, PHONE)
    assert bottom(page.locator("h1")) < PHONE[1] / 3
    assert bottom(page.locator(".facts.pad > .w2 dd")) < PHONE[1]
    assert bottom(page.locator(".facts.pad dd", has_text=PACKAGE.lot)) < PHONE[1]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", ["authentic", "authentic-later", "key_revoked_confirmed", "typed"])
def test_the_checks_are_on_the_first_screen_where_nothing_is_wrong(reader: Reader, language: str, state: str) -> None:
    assert bottom(reader.open(f"{language}/{state}", PHONE).locator(".checks")) < PHONE[1]


def test_even_a_small_phone_shows_the_checks_at_once(reader: Reader) -> None:
    assert bottom(reader.open("zh/authentic", SMALL).locator(".checks")) < SMALL[1]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows_on_small_phone_phone_or_desk(reader: Reader, name: str) -> None:
    page = reader.open(name, SMALL)
    for size in (SMALL, PHONE, DESK):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(BEYOND_THE_EDGE) == []


# Hidden words and the drawing behind the verdict are clipped on purpose.
BEYOND_THE_EDGE = """() => [...document.querySelectorAll('main *, header *, footer *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 && !e.closest('.vh, .art'))
    .map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(reader: Reader, name: str) -> None:
    results = Axe().run(reader.open(name, PHONE))
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_script_the_other_language_is_one_tap_away(plain_reader: Reader, language: str) -> None:
    other, name = ("en", "English") if language == "zh" else ("zh", "中文")
    page = plain_reader.open(f"{language}/authentic", PHONE)
    page.get_by_role("link", name=name).click()
    assert page.url == f"{plain_reader.address}/{language}/authentic?{TOKEN_QUERY}&lang={other}"


def test_a_typed_code_goes_to_the_address_by_enter_alone(plain_reader: Reader) -> None:
    page = plain_reader.open("zh/check", PHONE)
    page.wait_for_function("document.activeElement.name === 'code'")
    page.keyboard.type("38gp-ernq-bqtsa")
    with page.expect_request("**/check?*") as request:
        page.keyboard.press("Enter")
    assert request.value.url == f"{plain_reader.address}/check?lang=zh&code=38gp-ernq-bqtsa"


def test_the_first_view_is_one_request_below_30_kilobytes(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    response = page.goto(f"{address}/zh/copied")
    assert response is not None
    assert len(response.body()) < 30_000
    context.close()
    assert [url for url in requests if not url.startswith("data:")] == [f"{address}/zh/copied"]


@pytest.mark.parametrize(
    "state", ["authentic-two-rights", "recalled", "bad_signature", "register", "enterprise", "entry", "item", "batch"]
)
def test_a_page_prints_on_two_sheets_at_most(reader: Reader, state: str) -> None:
    printed = reader.open(f"zh/{state}", DESK).pdf(prefer_css_page_size=True)
    assert 1 <= len(PdfReader(io.BytesIO(printed)).pages) <= 2


def test_pictures_are_taken_of_each_page_at_each_size(browser: Browser, address: str, tmp_path: Path) -> None:
    taken = take_pictures(browser, address, ["zh/authentic", "en/check"], tmp_path)
    assert len(taken) == 2 * (len(SIZES) + 1)
    for file in taken:
        with Image.open(file) as picture:
            assert picture.width == int(file.stem.split("-")[2]) * 3 // 2
