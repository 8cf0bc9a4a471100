"""Every public page of the sample county by name, in both languages: what tests render and pictures show."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from api.web.language import LANGUAGES, Language
from api.web.public.consumer import ConsumerPages
from api.web.public.pages import ItemFacts, LedgerState, PublicPages, Search
from gimark.errors import Fault
from gimark.explorer import EntryPage, LoggedEntry
from gimark.ledger.entries import encode
from gimark.registry.directory.listing import DirectoryPage
from tests.web.register import EMPTY, ENTERPRISE, ITEMS, RIGHT, RIGHTS, TODAY, WHOLE
from tests.web.samples import (
    CERTIFICATION_MARK,
    GI_PRODUCT,
    PACKAGE,
    RECALL,
    RUN,
    SITE,
    TOKEN_QUERY,
    VARIANTS,
    VERDICTS,
    VISIT,
)

ITEM = ItemFacts(
    gtin=PACKAGE.gtin,
    item_name_zh=PACKAGE.item_name_zh,
    item_name_en=PACKAGE.item_name_en,
    class_zh=PACKAGE.class_zh,
    class_en=PACKAGE.class_en,
    grade=PACKAGE.grade,
    net_g=PACKAGE.net_g,
    enterprise_zh=PACKAGE.enterprise_zh,
    enterprise_en=PACKAGE.enterprise_en,
    uscc=PACKAGE.uscc,
    address=PACKAGE.address,
    rights=(GI_PRODUCT, CERTIFICATION_MARK),
    item_index=20_118,
    enterprise_index=18_230,
)
TYPING_FAULT = Fault(
    "code",
    "这串号码有 12 位，应是 13 位",
    "this has 12 characters, a mark's number has 13",
    "请对照包装再输一次，注意不要漏掉最后一位",
    "Compare it with the package; mind the last character",
)
RUN_ENTRY = encode(
    {
        "v": 1,
        "t": "2026-11-12T02:05:00Z",
        "type": "run.issue",
        "by": "producer",
        "batch": 47_880,
        "authorizations": [18_233, 18_240],
        "run": RUN.number,
        "gtin": PACKAGE.gtin,
        "lot": PACKAGE.lot,
        "count": RUN.count,
        "net_g": PACKAGE.net_g,
        "kid": RUN.kid,
        "epoch": 1,
        "codes_root": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    }
)
VOID_ENTRY = encode(
    {
        "v": 1,
        "t": "2026-11-18T07:00:00Z",
        "type": "run.void",
        "by": "producer",
        "run": RUN.ledger_index,
        "ranges": [[0, 35], [11_999, 12_199]],
        "reason": "印刷错位",
    }
)
KEY_ENTRY = encode(
    {
        "v": 1,
        "t": "2026-11-01T01:00:00Z",
        "type": "key.add",
        "by": "root",
        "kid": "0002",
        "alg": "ed25519",
        "pub": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "from": "2027-01-01",
        "until": "2027-12-31",
    }
)
TRADER_ENTRY = encode(
    {
        "v": 1,
        "t": "2026-10-30T01:00:00Z",
        "type": "enterprise.set",
        "by": "regulator",
        "subject": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    }
)
ENTRIES = EntryPage(
    tuple(
        LoggedEntry(index, body)
        for index, body in ((48_101, VOID_ENTRY), (47_902, RUN_ENTRY), (47_120, KEY_ENTRY), (46_003, TRADER_ENTRY))
    ),
    46_003,
)
LEDGER = LedgerState(
    size=48_213,
    published_size=48_213,
    root="bWFkZSB1cCBmb3IgcGljdHVyZXM6IG5vIHJvb3QhISE=",
    published_at=datetime(2026, 11, 22, 1, 40, tzinfo=UTC),
    witnesses=("witness.example/w1", "newspaper.example/2026"),
    quorum=2,
)
NEW_LEDGER = LedgerState(0, 0, "", None, (), 0)
STATUSES = (404, 405, 410, 421, 429, 500, 503)


def verdict_pages(language: Language) -> dict[str, bytes]:
    """The page of every reason and of every further shape, filled from prepared sheets as a scan gets it."""
    pages = ConsumerPages(SITE)
    made: dict[str, bytes] = {}
    for name, verdict in {**{reason.value: v for reason, v in VERDICTS.items()}, **VARIANTS}.items():
        if verdict.package is None:
            made[name] = pages.whole(verdict, language, VISIT)
        else:
            made[name] = pages.render(pages.prepare(verdict.package, verdict.run, language), verdict, VISIT)
    return made


def other_pages(language: Language) -> dict[str, bytes]:
    """The public pages that give no verdict."""
    pages = PublicPages(SITE)
    made = {
        "home": pages.home(language, ""),
        "check": pages.check(language, ""),
        "check-refused": pages.check(language, "code=38GP-ERNQ-BQTS", "38GP-ERNQ-BQTS", TYPING_FAULT),
        "item": pages.item(ITEM, language, ""),
        "batch": pages.batch(PACKAGE, language, ""),
        "batch-recalled": pages.batch(replace(PACKAGE, recall=RECALL), language, ""),
    }
    made["entry"] = pages.entry(RUN.ledger_index, RUN_ENTRY, language, "", size=48_213, is_published=True)
    made["entry-new"] = pages.entry(48_101, VOID_ENTRY, language, "", size=48_102, is_published=False)
    made |= _register(pages, language) | _ledger(pages, language)
    made["about"] = pages.about(language, "")
    made["about-unfilled"] = PublicPages(replace(SITE, phone="", root_vkey="")).about(language, "")
    made["problem-404-code"] = pages.problem(404, language, "", path="/c/38gp-ernq-bqtsa")
    made["problem-404-item"] = pages.problem(404, language, "", path="/01/09521123000261")
    for status in STATUSES:
        address = f"https://{SITE.host}/01/{PACKAGE.gtin}?{TOKEN_QUERY}" if status == 421 else ""
        wait_s = {429: 60, 503: 1}.get(status)
        request_id = "01JD7Z0Q4M8W" if status >= 500 else ""
        made[f"problem-{status}"] = pages.problem(
            status, language, "", request_id=request_id, address=address, wait_s=wait_s
        )
    return made


def _register(pages: PublicPages, language: Language) -> dict[str, bytes]:
    def page(found: DirectoryPage, asked: Search) -> bytes:
        return pages.register(
            found, RIGHTS, asked, language, "", total=37, today=TODAY, page_size=20, feed="/register.json"
        )

    return {
        "register": page(WHOLE, Search()),
        "register-found": page(WHOLE, Search("松雾", RIGHTS[0].ref, "active", 18_000)),
        "register-nothing": page(EMPTY, Search("没有的")),
        "register-empty": page(EMPTY, Search()),
        "enterprise": pages.enterprise(ENTERPRISE, ITEMS, TODAY, language, ""),
        "right": pages.right(RIGHT, language, ""),
        "enterprise-hidden": pages.enterprise(WHOLE.enterprises[-1], [], TODAY, language, ""),
    }


def _ledger(pages: PublicPages, language: Language) -> dict[str, bytes]:
    nothing = EntryPage((), None)
    return {
        "ledger": pages.ledger(LEDGER, ENTRIES, language, "", type_="", about="", later=False),
        "ledger-found": pages.ledger(LEDGER, ENTRIES, language, "", type_="run.void", about=PACKAGE.lot, later=True),
        "ledger-nothing": pages.ledger(LEDGER, nothing, language, "", type_="", about="26-999", later=False),
        "ledger-empty": pages.ledger(NEW_LEDGER, nothing, language, "", type_="", about="", later=False),
    }


@cache
def gallery() -> dict[str, bytes]:
    """All pages as `zh/authentic`."""
    return {
        f"{language}/{name}": page
        for language in LANGUAGES
        for name, page in {**verdict_pages(language), **other_pages(language)}.items()
    }
