"""Every public page of the sample county by name, in both languages: what tests render and pictures show."""

from dataclasses import replace
from functools import cache

from api.web.language import LANGUAGES, Language
from api.web.public.consumer import ConsumerPages
from api.web.public.pages import ItemFacts, PublicPages
from gimark.errors import Fault
from gimark.ledger.entries import encode
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
)
TYPING_FAULT = Fault(
    "code",
    "这串号码有 12 位，标识号码是 13 位",
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
STATUSES = (404, 405, 421, 500, 503)


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
    for status in STATUSES:
        address = f"https://{SITE.host}/01/{PACKAGE.gtin}?{TOKEN_QUERY}" if status == 421 else ""
        request_id = "01JD7Z0Q4M8W" if status >= 500 else ""
        made[f"problem-{status}"] = pages.problem(status, language, "", request_id=request_id, address=address)
    return made


@cache
def gallery() -> dict[str, bytes]:
    """All pages as `zh/authentic`."""
    return {
        f"{language}/{name}": page
        for language in LANGUAGES
        for name, page in {**verdict_pages(language), **other_pages(language)}.items()
    }
