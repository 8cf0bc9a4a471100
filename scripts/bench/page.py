"""The consumer page's first view: its bytes, and everything else a phone would fetch for it."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.testclient import TestClient

from api.installation import open_installation
from api.main import application
from api.wiring import Process
from scripts.bench.report import BenchOptions, Report, Row
from scripts.bench.verify_site import HOST, build, forged, settings_of

GOAL_BYTES = 30_000
# What makes a browser ask for more: the address is in the first group that matched.
FETCHES = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["'](?!data:)([^"']+)|"""
    r"""<link\b[^>]*\brel=["'](?:stylesheet|preload|icon)["'][^>]*\bhref=["'](?!data:)([^"']+)|"""
    r"""\burl\(["']?(?!data:|#)([^"')]+)""",
)
LANGUAGES = {"zh": "zh-CN,zh;q=0.9", "en": "en-GB,en;q=0.9"}


def run(options: BenchOptions) -> Report:
    """Pages of a genuine code, of one checked often (`options.n` times), of a forged and of a typed one."""
    looks = options.size(usual=30, quick=3)
    with TemporaryDirectory() as folder:
        target, other, *_ = (uri.removeprefix(f"https://{HOST}") for uri in build(Path(folder), count=8))
        here = open_installation(settings_of(Path(folder)))
        with TestClient(application(Process(here)), base_url=f"https://{HOST}") as phone:
            for number in range(looks):
                _page(phone, other, f"Mozilla/5.0 (Linux; Android 14) Chrome/{number}.0", "zh").encode()
            pages = {
                "genuine": target,
                f"genuine, checked {looks} times": other,
                "forged": forged(target),
                "typed": f"/check?code={target.partition('/21/')[2][:13]}",
            }
            rows = [
                _row(f"{name}, {language}", phone, _page(phone, path, "Mozilla/5.0 Chrome/126.0", language))
                for name, path in pages.items()
                for language in LANGUAGES
            ]
    notes = ["Bytes without compression, of the page and of all that it makes a browser ask for; its style is in it."]
    return Report("page", rows, notes, ("jinja2",))


def _page(phone: TestClient, path: str, user_agent: str, language: str) -> str:
    headers = {"User-Agent": user_agent, "Accept": "text/html", "Accept-Language": LANGUAGES[language]}
    answer = phone.get(path, headers=headers)
    answer.raise_for_status()
    return answer.text


def _row(name: str, phone: TestClient, page: str) -> Row:
    wanted = {address for found in FETCHES.findall(page) for address in found if address}
    more = {address: len(phone.get(address).raise_for_status().content) for address in sorted(wanted)}
    size = len(page.encode()) + sum(more.values())
    return Row(
        work=name,
        measured=size,
        unit="bytes",
        goal=f"< {GOAL_BYTES:,} in all, no script needed",
        reached=size < GOAL_BYTES and "<script" not in page,
        note=f"with {', '.join(more)}" if more else "one request",
    )
