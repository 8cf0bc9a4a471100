"""Home, typed look-up, product, batch and error pages."""

from dataclasses import replace

import pytest

from api.web.language import LANGUAGES, Language
from api.web.public.pages import PublicPages
from gimark.errors import Fault
from tests.web.gallery import ITEM, STATUSES, TYPING_FAULT, other_pages
from tests.web.samples import PACKAGE, RECALL, SITE
from tests.web.test_consumer import HOSTILE, read, words

PAGES = PublicPages(SITE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_one_heading_a_title_and_its_language(language: Language) -> None:
    for name, page in other_pages(language).items():
        reader = read(page)
        tags = [tag for tag, _ in reader.tags]
        assert tags.count("h1") == 1, name
        assert tags.count("title") == 1, name
        assert reader.tags[0][1]["lang"] == ("zh-CN" if language == "zh" else "en")
        assert len(page) < 30_000


def test_the_typed_form_can_be_driven_by_a_scanner() -> None:
    tags = read(PAGES.check("zh", "")).tags
    (form,) = [attributes for tag, attributes in tags if tag == "form"]
    assert (form["method"], form["action"]) == ("get", "/check")
    (field,) = [a for tag, a in tags if tag == "input" and a.get("type") != "hidden"]
    assert "autofocus" in field
    assert field["name"] == "code"
    assert "maxlength" not in field  # a scanner types the whole address
    labels = [attributes["for"] for tag, attributes in tags if tag == "label"]
    assert labels == [field["id"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_with_a_typed_code_stands_beside_its_field(language: Language) -> None:
    page = PAGES.check(language, "", "38GP-ERNQ-BQTS", TYPING_FAULT)
    tags = dict(reversed([(a["id"], a) for _, a in read(page).tags if a.get("id")]))
    assert tags["code"]["value"] == "38GP-ERNQ-BQTS"
    assert tags["code"]["aria-invalid"] == "true"
    assert tags["code"]["aria-describedby"] == "code-e code-h"
    assert "code-e" in tags
    said = words(page)
    assert (TYPING_FAULT.remedy_zh if language == "zh" else TYPING_FAULT.remedy_en) in said


def test_what_was_typed_comes_back_as_text() -> None:
    page = PAGES.check("zh", f"code={HOSTILE}", HOSTILE, TYPING_FAULT)
    tags = [tag for tag, _ in read(page).tags]
    assert "script" not in tags
    assert "img" not in tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_product_and_batch_pages_judge_nothing(language: Language) -> None:
    for page in (PAGES.item(ITEM, language, ""), PAGES.batch(PACKAGE, language, "")):
        said = words(page)
        assert ("不能证明您手上的这一件" if language == "zh" else "proves nothing about the package") in said
        assert 'class="verdict' not in page.decode()
        assert ("示例" if language == "zh" else "Sample") not in said


def test_product_and_batch_pages_lead_to_the_register_and_to_the_ledger() -> None:
    for page in (PAGES.item(ITEM, "zh", ""), PAGES.batch(PACKAGE, "zh", "")):
        links = {attributes.get("href") for tag, attributes in read(page).tags if tag == "a"}
        assert f"/register/{PACKAGE.uscc}?lang=zh" in links
        assert any(link and link.startswith("/ledger/entries/") for link in links)
    hidden = {"enterprise_zh": None, "enterprise_en": None, "uscc": None, "address": None}
    for page in (PAGES.item(replace(ITEM, **hidden), "zh", ""), PAGES.batch(replace(PACKAGE, **hidden), "zh", "")):
        assert "/register/" not in page.decode()
        assert "None" not in words(page)


def test_a_recalled_batch_says_so() -> None:
    assert "召回记录" not in words(PAGES.batch(PACKAGE, "zh", ""))
    page = PAGES.batch(replace(PACKAGE, recall=RECALL), "zh", "")
    assert "监督抽检二氧化硫超过限值" in words(page)
    assert "/ledger/entries/48190?lang=zh" in page.decode()


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_page_names_its_status_and_a_remedy(status: int, language: Language) -> None:
    assert str(status) in words(PAGES.problem(status, language, ""))


def test_a_server_error_says_nothing_of_its_inside_but_a_number_to_quote() -> None:
    page = words(PAGES.problem(500, "zh", "", request_id="01JD7Z0Q4M8W"))
    assert "01JD7Z0Q4M8W" in page
    assert "不说明标识是真是假" in page


def test_a_misdirected_reader_is_shown_the_way() -> None:
    page = PAGES.problem(421, "zh", "", address="https://gi.yunxi.example/01/06901234567892")
    assert "https://gi.yunxi.example/01/06901234567892" in {a.get("href") for _, a in read(page).tags}


def test_an_unknown_status_has_the_words_of_its_class() -> None:
    assert "请求有误" in words(PAGES.problem(418, "zh", ""))
    assert "本站出错了" in words(PAGES.problem(599, "zh", ""))


def test_the_domain_s_own_words_are_shown() -> None:
    fault = Fault("lot", "批次号不对", "the lot is wrong", "请核对", "Check it")
    assert "批次号不对。请核对。" in words(PAGES.problem(400, "zh", "", faults=(fault,)))
    assert "The lot is wrong. Check it." in words(PAGES.problem(422, "en", "", faults=(fault,)))


def test_what_the_status_says_whole_is_not_said_twice() -> None:
    fault = Fault("", "没有这个页面", "there is no such page", "请核对网址", "Check the address")
    assert "没有这个页面" not in words(PAGES.problem(404, "zh", "", faults=(fault,)))


def test_a_site_in_one_language_offers_no_other() -> None:
    pages = PublicPages(replace(SITE, languages=("zh",)))
    page = pages.home("zh", "").decode()
    assert "hreflang" not in page
    assert "lang=" not in page.replace('<html lang="zh-CN">', "")
