"""The verdict page: what each reason says and what it must not say, escaping, weight, and the prepared sheets."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser

import pytest

from api.web.language import LANGUAGES, Language
from api.web.public.consumer import ConsumerPages, Visit
from api.web.public.words import ACTS, RIGHT_KINDS, WORDS
from api.web.site import SiteFacts
from gimark.scans.rules import Checks, OfficialAct, Package, Reason, RightFacts, Rung, RungName, RungState, Verdict
from tests.web.samples import (
    ACTIVATED_AT,
    GENUINE,
    GI_PRODUCT,
    PACKAGE,
    RECALL,
    RUN,
    SERIAL,
    SITE,
    TOKEN_QUERY,
    VARIANTS,
    VERDICTS,
    VISIT,
)

MAX_BYTES = 30_000
NOT_OURS = (Reason.FOREIGN_HOST, Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY, Reason.NOT_ISSUED)
EVERY = {**{reason.value: verdict for reason, verdict in VERDICTS.items()}, **VARIANTS}


class _Reader(HTMLParser):
    """The words of a page, its tags and its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside != "style":
            self.words.append(data)


def read(page: bytes) -> _Reader:
    reader = _Reader()
    reader.feed(page.decode())
    return reader


def words(page: bytes) -> str:
    return re.sub(r"\s+", " ", "".join(read(page).words))


pages_of = cache(ConsumerPages)


def page_of(verdict: Verdict, language: Language = "zh", site: SiteFacts = SITE, visit: Visit = VISIT) -> bytes:
    """The page as a look-up gets it: from a prepared sheet where there is a package."""
    pages = pages_of(site)
    if verdict.package is None:
        return pages.whole(verdict, language, visit)
    return pages.render(pages.prepare(verdict.package, verdict.run, language), verdict, visit)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_page_with_its_own_title(reason: Reason, language: Language) -> None:
    page = page_of(VERDICTS[reason], language)
    reader = read(page)
    (heading,) = [attributes for tag, attributes in reader.tags if tag == "h1"]
    assert heading["id"] == "v"
    title = WORDS[reason].title.replace("|", "")
    assert (title in words(page)) == (language == "zh")
    robots = [attributes["content"] for tag, attributes in reader.tags if attributes.get("name") == "robots"]
    assert robots == ["noindex"]


@pytest.mark.parametrize("name", [name for name, verdict in EVERY.items() if verdict.package])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_sheet_is_the_whole_template(name: str, language: Language) -> None:
    pages, verdict = pages_of(SITE), EVERY[name]
    assert verdict.package is not None
    prepared = pages.prepare(verdict.package, verdict.run, language)
    pages.render(prepared, replace(verdict, serial="ZZZZZZZZZZZZZ"), Visit(ACTIVATED_AT, "s=other"))
    assert pages.render(prepared, verdict, VISIT) == pages.whole(verdict, language, VISIT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_without_package_is_the_same_whatever_came_before(language: Language) -> None:
    used, fresh = ConsumerPages(SITE), ConsumerPages(SITE)
    for verdict in VERDICTS.values():
        used.whole(verdict, language, Visit(ACTIVATED_AT, "s=other"))
    for verdict in VERDICTS.values():
        assert used.whole(verdict, language, VISIT) == fresh.whole(verdict, language, VISIT)


def test_two_codes_of_a_run_share_a_sheet_and_nothing_else() -> None:
    pages = pages_of(SITE)
    prepared = pages.prepare(PACKAGE, RUN, "zh")
    other = replace(GENUINE, serial="7777EEEE11115", activated_at=datetime(2026, 11, 20, 1, 2, tzinfo=UTC))
    first, second = pages.render(prepared, GENUINE, VISIT), pages.render(prepared, other, VISIT)
    assert len(prepared.sheets) == 1
    assert "38GP-ERNQ-BQTSA" in words(first)
    assert "38GP-ERNQ-BQTSA" not in words(second)
    assert "7777-EEEE-11115" in words(second)
    assert "2026年11月20日 09:02" in words(second)


def test_an_activation_stands_in_the_journey_by_its_own_day() -> None:
    early = replace(GENUINE, activated_at=datetime(2026, 11, 10, 1, 0, tzinfo=UTC))
    journey = words(page_of(early)).partition("这一批的经过")[2]
    assert journey.index("采收") < journey.index("激活") < journey.index("包装")
    journey = words(page_of(GENUINE)).partition("这一批的经过")[2]
    assert journey.index("包装") < journey.index("赋码") < journey.index("激活")


@pytest.mark.parametrize("reason", NOT_OURS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mark_that_is_not_ours_shows_no_product(reason: Reason, language: Language) -> None:
    page = words(page_of(VERDICTS[reason], language))
    for known in (PACKAGE.enterprise_zh, PACKAGE.item_name_zh, GI_PRODUCT.gi_name_zh, "示例", "Sample"):
        assert known not in page
    assert ("不是本县发放的标识" if language == "zh" else "Not issued by this county") in page


def test_an_unreadable_code_is_never_called_forged() -> None:
    page = words(page_of(VERDICTS[Reason.MALFORMED]))
    assert "无法识别" in page
    assert "伪造" not in page
    assert "不是本县" not in page
    assert "/check?lang=zh" in page_of(VERDICTS[Reason.MALFORMED]).decode()


@pytest.mark.parametrize("name", EVERY)
def test_no_page_vouches_for_the_product(name: str) -> None:
    page = words(page_of(EVERY[name]))
    assert "正品" not in page
    assert "已验证" not in page


@pytest.mark.parametrize("reason", [Reason.UNSIGNED, Reason.TYPED])
def test_registered_is_only_said_of_what_is_registered(reason: Reason) -> None:
    assert "已登记" in words(page_of(VERDICTS[reason])).partition("逐级核对")[0]
    nothing = Verdict(VERDICTS[reason].colour, reason, ())
    assert "已登记" not in words(page_of(nothing))


@pytest.mark.parametrize("reason", [Reason.VOIDED, Reason.RETURNED, Reason.RECALLED, Reason.NOT_AUTHORISED])
def test_an_official_act_is_shown_with_its_entry_and_proof(reason: Reason) -> None:
    verdict = VERDICTS[reason]
    assert verdict.act is not None
    page = page_of(verdict)
    addresses = {attributes.get("href") for tag, attributes in read(page).tags if tag == "a"}
    assert f"/ledger/entries/{verdict.act.ledger_index}?lang=zh" in addresses
    assert f"/proof/{verdict.act.ledger_index}" in addresses
    assert (verdict.act.reason or "") in words(page)


def test_every_kind_of_act_and_right_has_its_words() -> None:
    assert set(ACTS) == {"void", "return", "recall", "suspend", "revoke", "expire"}
    assert set(RIGHT_KINDS) == {"gi_product", "certification_mark", "collective_mark", "agi"}


def test_the_special_mark_is_drawn_on_green_pages_only() -> None:
    for name, verdict in EVERY.items():
        assert ("示例" in words(page_of(verdict))) == (verdict.colour == "green"), name


def test_a_copied_code_gives_its_evidence() -> None:
    page = words(page_of(VERDICTS[Reason.COPIED]))
    assert "11 次，首次是 2026年11月15日" in page
    assert "浙江、江苏、河南、四川、广东" in page
    assert "不是处罚结论" in page


def test_a_confirmed_code_names_the_entry_that_confirms_it() -> None:
    assert "公示账本第 47,902 条证明" in words(page_of(VERDICTS[Reason.KEY_REVOKED_CONFIRMED]))


def test_the_first_check_and_a_later_one_are_told_apart() -> None:
    assert "就是您" in words(page_of(GENUINE))
    later = words(page_of(VARIANTS["authentic-later"]))
    assert "就是您" not in later
    assert "第 3 次" in later
    assert "浙江" in later


def test_earlier_checks_without_a_known_first_are_not_called_the_first() -> None:
    page = words(page_of(replace(GENUINE, checks=Checks(2, None, ()))))
    assert "就是您" not in page
    assert "此前没有人查过" not in page
    assert "不详" in page


def test_what_is_not_known_is_left_out_or_said_so() -> None:
    unknown = replace(PACKAGE, packed_on=None, packed_g=None, confirm_index=None, grade=None, rights=())
    verdict = replace(VERDICTS[Reason.NOT_ACTIVATED], package=unknown)
    page = words(page_of(verdict))
    assert "还没有登记" in page
    assert "等级" not in page
    assert "None" not in page
    bare = SiteFacts(name_zh="查验", county_zh="云溪县", regulator_zh="", host="gi.yunxi.example")
    page = words(page_of(GENUINE, site=bare))
    assert page.count("待填") == 5  # the regulator twice, its phone, and both filing numbers
    assert "tel:" not in page_of(GENUINE, site=bare).decode()


def test_a_rung_after_a_failed_one_says_that_it_was_not_judged() -> None:
    page = words(page_of(VERDICTS[Reason.BAD_SIGNATURE]))
    assert page.count("前面一级没有通过，以下不再判断") == 1
    assert page.count("未判断") == 5


@pytest.mark.parametrize("state", RungState)
@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rung_in_every_state_has_a_sentence(reason: Reason, state: RungState, language: Language) -> None:
    ladder = tuple(Rung(name, state) for name in RungName)
    for verdict in (replace(VERDICTS[reason], rungs=ladder), Verdict(VERDICTS[reason].colour, reason, ladder)):
        page = page_of(verdict, language)
        lines = re.search(rb'<ol class="ladder">(.*?)</ol>', page, flags=re.DOTALL)
        assert lines is not None
        assert len(re.findall(rb"<b>[^<]+<span", lines[1])) >= len(RungName)


HOSTILE = "</p><script>alert(1)</script>\"'&amp;<img src=x onerror=alert(1)>{{7*7}}\x00\u202e"


def _hostile(thing: object) -> dict[str, str]:
    """Every text field of a fact, replaced."""
    free = {field.name for field in fields(thing) if isinstance(getattr(thing, field.name), str)}  # type: ignore[arg-type]
    return dict.fromkeys(free, HOSTILE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_values_are_text_wherever_they_stand(language: Language) -> None:
    right = replace(GI_PRODUCT, **_hostile(GI_PRODUCT))
    package = replace(PACKAGE, **_hostile(PACKAGE), producer_lot=HOSTILE, rights=(right,))
    act = OfficialAct("recall", HOSTILE, datetime(2026, 11, 20, 2, 0, tzinfo=UTC), 48_190)
    visit = Visit(VISIT.at, f"s={HOSTILE}&{TOKEN_QUERY}&x='\"><script>")
    verdict = replace(
        VERDICTS[Reason.RECALLED],
        serial=HOSTILE,
        package=package,
        run=replace(RUN, kid=HOSTILE),
        checks=Checks(3, ACTIVATED_AT, (HOSTILE, "33")),
        act=act,
    )
    kind = replace(SITE, **{name: value for name, value in _hostile(SITE).items() if name != "host"})
    for page in (page_of(verdict, language, kind, visit), pages_of(kind).whole(verdict, language, visit)):
        reader = read(page)
        assert not [tag for tag, _ in reader.tags if tag in ("script", "img")]
        assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
        assert "{{7*7}}" in words(page)
        assert not [link for link in proof_links(page) if link is None or not link.startswith("/proof/")]


def test_the_page_has_no_script_no_style_attribute_and_nothing_from_elsewhere() -> None:
    for name, verdict in EVERY.items():
        for tag, attributes in read(page_of(verdict)).tags:
            assert tag != "script", name
            assert "style" not in attributes, (name, tag)
            address = attributes.get("href") or attributes.get("src") or attributes.get("action") or ""
            assert not address or address.startswith(("#", "/", "?", "data:image/svg+xml,", "tel:")), (name, address)
            assert not address.startswith("//"), name


def test_the_link_to_the_other_language_carries_the_code_along() -> None:
    addresses = [a.get("href") for tag, a in read(page_of(GENUINE)).tags if tag == "a" and a.get("hreflang")]
    assert addresses == [f"?{VISIT.query}&lang=en"]


def proof_links(page: bytes) -> set[str | None]:
    return {attributes["href"] for tag, attributes in read(page).tags if "download" in attributes}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "reason", [Reason.AUTHENTIC, Reason.NOT_ACTIVATED, Reason.COPIED, Reason.KEY_REVOKED_CONFIRMED]
)
def test_a_scanned_code_s_proof_is_its_own(reason: Reason, language: Language) -> None:
    link = f"/proof/01/{PACKAGE.gtin}/10/{PACKAGE.lot}/21/{SERIAL}?{TOKEN_QUERY}"
    for query in (TOKEN_QUERY, f"a=s={TOKEN_QUERY}&{TOKEN_QUERY}&lang=en"):
        assert link in proof_links(page_of(VERDICTS[reason], language, visit=Visit(VISIT.at, query)))
    assert f"/proof/{RUN.ledger_index}" not in proof_links(page_of(VERDICTS[reason], language))


@pytest.mark.parametrize("reason", [Reason.TYPED, Reason.UNSIGNED, Reason.UNSUPPORTED, Reason.KEY_REVOKED])
def test_without_a_good_signature_there_is_the_run_s_proof_only(reason: Reason) -> None:
    assert proof_links(page_of(VERDICTS[reason])) == {f"/proof/{RUN.ledger_index}"}


@pytest.mark.parametrize("query", ["", "s=", "s=AQAB", f"x{TOKEN_QUERY}", f"{TOKEN_QUERY}x", f"{TOKEN_QUERY}\n"])
def test_a_query_that_holds_no_token_makes_no_link(query: str) -> None:
    assert proof_links(page_of(GENUINE, visit=Visit(VISIT.at, query))) == {f"/proof/{RUN.ledger_index}"}


def test_the_heaviest_page_weighs_less_than_30_kilobytes_with_everything_it_needs() -> None:
    rights: tuple[RightFacts, ...] = tuple(replace(GI_PRODUCT, kind=kind, trademark="00000000") for kind in RIGHT_KINDS)
    package: Package = replace(PACKAGE, rights=rights, producer_lot="SW-1112", recall=RECALL)
    heavy = replace(
        VERDICTS[Reason.COPIED], package=package, act=RECALL, checks=Checks(40, ACTIVATED_AT, ("33", "32", "31") * 11)
    )
    weights = [len(page_of(verdict, language)) for language in LANGUAGES for verdict in [*EVERY.values(), heavy]]
    assert max(weights) < MAX_BYTES


def test_days_are_those_of_beijing() -> None:
    at_midnight = replace(GENUINE, activated_at=datetime(2026, 11, 12, 16, 0, tzinfo=UTC))
    assert "2026年11月13日 00:00" in words(page_of(at_midnight))
