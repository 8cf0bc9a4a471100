"""`gimark screenshots`: every page of a running demonstration, in two sizes and two languages, to be looked at.

The public pages are those that the demonstration's record leads to; a desk's are all that its links lead to
(scripts.cli.touring), so that a new page has its picture by being there.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
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
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
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
    with sync_playwright() as playwright:
        register = playwright.request.new_context(base_url=server).get("/register.json").json()
        first = register["enterprises"][0]["ref"]
        pages = [*_pages(verdicts), ("enterprise", f"/register/{first}")]
        browser = playwright.chromium.launch(executable_path=_browser(), args=list(FLAGS))
        taken = _shoot(browser.new_context(), out, server, pages)
        for name, password in people.items():
            context = browser.new_context()
            home = sign_in(context.new_page(), server, name, password)
            taken += _shoot(context, out, server, _desk(context, server, home))
        browser.close()
    console.print(f"{taken} 张 / pictures  {out}")


def _shoot(context: "BrowserContext", out: Path, server: str, pages: Sequence[tuple[str, str]]) -> int:
    """Take every page's pictures, and give how many."""
    shots = [(page, size, language) for page in pages for size in SIZES for language in LANGUAGES]
    page = context.new_page()
    for (name, path), size, language in track(shots, "截图 / pictures", console=console, transient=True):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{server}{path}{'&' if '?' in path else '?'}lang={language}")
        page.screenshot(path=out / f"{name}-{size}-{language}.png", full_page=True)
    context.close()
    return len(shots)


def _desk(context: "BrowserContext", server: str, home: str) -> list[tuple[str, str]]:
    """(name, path and query) of every page that links lead to from a desk's first one."""
    pages: list[tuple[str, str]] = []

    def read(address: str) -> str | None:
        answer = context.request.get(f"{server}{address}", max_redirects=0)
        is_page = answer.ok and answer.headers.get("content-type", "").startswith("text/html")
        return answer.text() if is_page else None

    for route, address in walk(read, home).items():
        if route not in STREAMS and read(address) is not None:
            pages.append((re.sub(r"[{}]", "", route).strip("/").replace("/", "-"), address))
    return pages


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
    yield from (("ledger", "/ledger"), ("ledger-runs", "/ledger?type=run.issue"), ("entry", "/ledger/entries/0"))
    yield from (("not-found", "/nowhere"), ("not-found-code", "/c/38GP-ERNQ-BQTSA"))


def _browser() -> str:
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise _missing("chromium", "apt-get install chromium fonts-noto-cjk")


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
