"""The ledger over HTTP: lists, entries as files, what may be kept, and what is the same for everybody."""

import re

import pytest

from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from tests.api.site import Site
from tests.county import BATCH, GTIN, USCC


@pytest.fixture
def index(site: Site) -> int:
    """The entry of a run, under a published checkpoint; a later one is under none."""
    run = site.county.run(site.county.batch())
    site.county.change(run, RangeKind.ACTIVATE, (0, 999))
    site.here.publish_checkpoint()
    site.county.change(run, RangeKind.VOID, (1, 1), reason="印坏 <i>")
    return run.ledger_index


def rows(page: str) -> list[int]:
    """The entries that a list shows, in its order."""
    return [int(found) for found in re.findall(r'scope="row"><a href="/ledger/entries/(\d+)', page)]


def test_the_newest_entries_come_first_in_words(site: Site, index: int) -> None:
    page = site.get("/ledger").text
    shown = rows(page)
    assert shown == sorted(shown, reverse=True)
    assert index in shown
    for text in ("作废标识", "激活标识", "发放标识", "登记批次", "印坏 &lt;i&gt;", "还没有外部见证"):
        assert text in page
    with site.county.store.reading() as session:
        size, latest = book.size(session), book.published(session)
    assert latest is not None
    assert f"{latest.size} 条" in page
    assert f"<dd>{size}</dd>" in page


def test_type_and_subject_narrow_and_links_keep_them(site: Site, index: int) -> None:
    assert rows(site.get("/ledger?type=run.issue").text) == [index]
    assert index in rows(site.get(f"/ledger?about={BATCH.lot}").text)
    assert index in rows(site.get(f"/ledger?about={USCC}&type=run.issue").text)
    assert rows(site.get(f"/ledger?about={GTIN}+{BATCH.lot}&type=batch.register").text) != []
    nothing = site.get("/ledger?about=%3Cscript%3E&type=moon.land")
    assert nothing.status_code == 200
    assert "没有这样的条目" in nothing.text
    assert "<script>" not in nothing.text


def test_a_long_ledger_is_read_to_its_beginning_by_older_and_older_pages(site: Site) -> None:
    run = site.county.run(site.county.batch())
    for place in range(30):
        site.county.change(run, RangeKind.ACTIVATE, (place, place))
    seen: list[int] = []
    target = "/ledger"
    while True:
        page = site.get(target).text
        seen += rows(page)
        further = re.findall(r'href="(/ledger\?before=[^"]+)" rel="next"', page)
        if not further:
            break
        target = further[0].replace("&amp;", "&")
    assert len(seen) > 30
    assert seen == list(range(len(seen) - 1, -1, -1))


@pytest.mark.parametrize("query", ["before=-1", "before=x", f"before={2**60}", "about=" + "x" * 300])
def test_what_cannot_be_asked_is_refused(site: Site, query: str) -> None:
    assert site.get(f"/ledger?{query}").status_code == 422


def test_an_entry_is_a_file_that_may_be_kept_once_it_is_published(site: Site, index: int) -> None:
    with site.county.store.reading() as session:
        raw, last = book.entry(session, index), book.size(session) - 1
    answer = site.get(f"/ledger/entries/{index}.json")
    assert answer.content == raw
    assert "immutable" in answer.headers["cache-control"]
    assert f"entry-{index}.json" in answer.headers["content-disposition"]
    assert site.get(f"/ledger/entries/{last}.json").headers["cache-control"] == "no-store"
    for nothing in (f"{last + 1}.json", "x.json", "-1.json"):
        assert site.get(f"/ledger/entries/{nothing}").status_code in (404, 422)


def test_an_entry_that_is_not_there_says_so(site: Site) -> None:
    for path, words in (("/ledger/entries/999999", "账本里没有这一条"), ("/proof/999999", "没有这一条的证明")):
        page = site.get(path)
        assert page.status_code == 404
        assert words in page.text


def test_only_the_entry_page_may_run_a_script_and_only_ours(site: Site, index: int) -> None:
    page = site.get(f"/ledger/entries/{index}")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    (script,) = re.findall(r'<script type="module" src="([^"]+)"></script>', page.text)
    answer = site.get(script)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert site.get(script.replace(".js", "x.js")).status_code == 404
    assert "default-src 'none'" in site.get("/ledger").headers["content-security-policy"]
    assert "script-src" not in site.get("/ledger").headers["content-security-policy"]


def test_robots_stay_away_from_codes_and_find_the_rest(site: Site) -> None:
    answer = site.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Disallow: /01/\n" in answer.text
    assert "Disallow: /\n" not in answer.text


def test_the_icon_is_our_own(site: Site) -> None:
    for path in ("/favicon.svg", "/favicon.ico"):
        answer = site.get(path)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.content.startswith(b"<svg")


@pytest.mark.parametrize(("name", "words"), [("ledger.md", "# The public ledger"), ("token-format.md", "gi-code/v1")])
def test_the_formats_are_read_where_the_codes_are(site: Site, name: str, words: str) -> None:
    answer = site.get(f"/docs/{name}")
    assert words in answer.text
    assert answer.headers["content-type"].startswith("text/markdown")


def test_no_other_document_is_served(site: Site) -> None:
    assert "$defs" in site.get("/docs/schemas.json").json()
    for name in ("runbook.md", "..%2Fpyproject.toml", "%2e%2e/pyproject.toml", ""):
        assert site.get(f"/docs/{name}").status_code == 404


def test_about_says_what_a_code_proves_and_gives_the_root_s_key(site: Site) -> None:
    page = site.get("/about").text
    for text in ("不能证明包装里的东西", "根公钥", str(site.here.root_key), "待填", "12315", 'id="report"'):
        assert text in page
    assert "正品" not in page
    english = site.get("/about?lang=en").text
    assert "It does not prove that the package" in english


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/c/38GP-ERNQ-BQTSA", "/check?code=38GP-ERNQ-BQTSA"),
        ("/38gperNQBQTSA", "/check?code=38GP-ERNQ-BQTSA"),
        ("/01/09521234500049", "没有登记这个商品或批次"),
        (f"/01/{GTIN}/10/NO-SUCH", "没有登记这个商品或批次"),
        ("/nowhere-at-all-here", "没有这一页"),
    ],
)
def test_what_is_not_found_offers_what_was_probably_meant(site: Site, path: str, words: str) -> None:
    page = site.get(path)
    assert page.status_code == 404
    assert words in page.text
    assert "/check" in page.text


def test_item_and_batch_lead_to_the_producer_and_to_the_ledger(site: Site, index: int) -> None:
    for path in (f"/01/{GTIN}", f"/01/{GTIN}/10/{BATCH.lot}"):
        page = site.get(path).text
        assert f"/register/{USCC}?lang=zh" in page
        for link in set(re.findall(r'href="(/(?:register|ledger)[^"]*)"', page)):
            assert site.get(link.replace("&amp;", "&")).status_code == 200, link
