"""`gimark screenshots`: every page of a running demonstration, in two sizes and two languages, to be looked at.

The public pages are those that the demonstration's record leads to; a desk's are all that its links lead to
(scripts.cli.touring), so that a new page has its picture by being there.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import track

from gimark.errors import Fault, StoreFailedError
from scripts.cli.office import console
from scripts.cli.seating import new_passwords, sign_in
from scripts.cli.touring import STREAMS, walk

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

SIZES = {"390x844": (390, 844), "1440x900": (1440, 900)}
LANGUAGES = ("zh", "en")
# The narrowest window in which a page must stand whole (WCAG 2.2, 1.4.10 Reflow), in CSS pixels.
SMALLEST = 320
# The one without a window starts and draws in half the time of the whole browser.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# A closed network answers the browser's own errands with refusals, so it is told to run none.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def take(out: Path, server: str, verdicts: Path) -> None:
    """Write a picture of every page to `out`; `verdicts` is the file that the demonstration left."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise _missing("playwright", "scripts/setup dev") from error
    if not verdicts.is_file():
        raise _no_demonstration(verdicts)
    out.mkdir(parents=True, exist_ok=True)
    people = new_passwords(verdicts.parent)
    wide: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=list(FLAGS))
        context = browser.new_context()
        pages = {**dict(_pages(verdicts)), **dict(_register(context, server))}
        _shoot(context, out, server, pages, wide)
        for name, password in people.items():
            context = browser.new_context()
            home = sign_in(context.new_page(), server, name, password)
            desk = _desk(context, server, home)
            # What every desk has is looked at once.
            new = {page: path for page, path in desk.items() if page not in pages}
            _shoot(context, out, server, new, wide)
            pages |= new
        browser.close()
    console.print(f"{len(pages) * len(SIZES) * len(LANGUAGES)} 张 / pictures  {out}")
    for page in wide:
        console.print(f"比 {SMALLEST} 像素宽 / wider than {SMALLEST} px  {page}")


def _shoot(context: "BrowserContext", out: Path, server: str, pages: Mapping[str, str], wide: list[str]) -> None:
    """Take the pictures of pages by their names; what does not fit the smallest phone is added to `wide`.

    A page is asked for once in each language, and its window then made as wide as each picture.
    """
    page = context.new_page()
    asked = [(name, path, language) for name, path in pages.items() for language in LANGUAGES]
    for name, path, language in track(asked, "截图 / pictures", console=console, transient=True):
        page.goto(f"{server}{path}{'&' if '?' in path else '?'}lang={language}")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=out / f"{name}-{size}-{language}.png", full_page=True)
        page.set_viewport_size({"width": SMALLEST, "height": 568})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(f"{name}-{language}  {path}")
    context.close()


def _register(context: "BrowserContext", server: str) -> Iterator[tuple[str, str]]:
    """(name, path) of an enterprise and of a right on the register."""
    first = context.request.get(f"{server}/register.json").json()["enterprises"][0]
    yield "enterprise", f"/register/{first['ref']}"
    yield "right", f"/register/rights/{first['authorizations'][0]['right']['ref']}"


def _desk(context: "BrowserContext", server: str, home: str) -> dict[str, str]:
    """The path and query, by its name, of every page that links lead to from a desk's first one."""
    read: dict[str, str | None] = {}

    def once(address: str) -> str | None:
        if address not in read:
            answer = context.request.get(f"{server}{address}", max_redirects=0)
            is_page = answer.ok and answer.headers.get("content-type", "").startswith("text/html")
            read[address] = answer.text() if is_page else None
        return read[address]

    found = walk(once, home).items()
    return {_name(route): address for route, address in found if route not in STREAMS and once(address) is not None}


def _name(route: str) -> str:
    return re.sub(r"[{}]", "", route).strip("/").replace("/", "-")


def _pages(verdicts: Path) -> Iterator[tuple[str, str]]:
    """(name, path and query) of every page, the codes being those that the demonstration looked up."""
    yield from (("home", "/"), ("check", "/check"), ("check-refused", "/check?code=38GP-ERNQ-BQTSB"))
    for look in json.loads(verdicts.read_text(encoding="utf-8")):
        path = "/" + look["url"].split("/", 3)[3]
        yield f"code-{look['reason'].replace('_', '-')}", path
        if look["reason"] == "authentic":
            item, _, rest = path.partition("/10/")
            yield "code-unsigned", path.partition("?")[0]
            yield "item", item
            yield "batch", f"{item}/10/{rest.partition('/')[0]}"
    yield from (("register", "/register"), ("register-nothing", "/register?q=没有的企业"), ("about", "/about"))
    yield from (("notices", "/notices"), ("reference", "/v1/"), ("sign-in", "/sign-in"))
    yield from (("ledger", "/ledger"), ("ledger-runs", "/ledger?type=run.issue"), ("entry", "/ledger/entries/0"))
    yield from (("not-found", "/nowhere"), ("not-found-code", "/c/38GP-ERNQ-BQTSA"))


def _browser() -> str:
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise _missing("chromium", "apt-get install chromium-headless-shell fonts-noto-cjk")


def _no_demonstration(verdicts: Path) -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "verdicts",
                f"没有演示留下的记录 {verdicts}",
                f"there is no record of a demonstration at {verdicts}",
                "请先运行 gimark demo，再用 --verdicts 指出记录",
                "Run gimark demo first, and name its record with --verdicts",
            ),
        )
    )


def _missing(what: str, command: str) -> StoreFailedError:
    return StoreFailedError(
        (Fault(what, f"没有安装 {what}", f"{what} is not installed", f"请运行 {command}", f"Run {command}"),)
    )
