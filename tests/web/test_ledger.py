"""A ledger entry for a reader."""

import hashlib
import json
from itertools import chain

import pytest

from api.web.language import LANGUAGES
from api.web.public.ledger import FIELDS, ROLES, TYPES, Row, rows_of, title_of
from api.web.public.pages import PublicPages
from api.web.public.words import RIGHT_KINDS
from gimark.errors import LedgerError
from gimark.ledger.entries import decode, known_types, schemas
from tests.web.gallery import RUN_ENTRY, VOID_ENTRY
from tests.web.samples import SITE
from tests.web.test_consumer import HOSTILE, read, words

PAGES = PublicPages(SITE)
COMMON = {"v": 1, "t": "2026-11-12T02:05:00Z", "by": "regulator"}


def _row(fields: dict[str, object], label: str) -> Row:
    (found,) = [row for row in rows_of({**COMMON, **fields}, "zh") if row.label == label]
    return found


def test_every_type_and_field_of_the_format_has_words() -> None:
    definitions = schemas()["$defs"]
    assert set(TYPES) == set(known_types())
    fields = set(chain.from_iterable(definitions[type_]["properties"] for type_ in known_types()))
    assert fields - {"v", "type"} == set(FIELDS)
    assert set(definitions["by"]["enum"]) == set(ROLES)
    assert set(definitions["right.set"]["properties"]["kind"]["enum"]) == set(RIGHT_KINDS)


def test_an_entry_is_told_in_words_with_time_and_role_first() -> None:
    rows = rows_of(decode(VOID_ENTRY), "zh")
    assert title_of(decode(VOID_ENTRY), "zh") == "作废标识"
    assert [(row.label, row.text) for row in rows[:2]] == [("时间", "2026年11月18日 15:00"), ("由谁", "企业")]
    assert ("号段", "第 1–36、12,000–12,200 枚") in [(row.label, row.text) for row in rows]


def test_what_changes_a_registration_is_not_called_one() -> None:
    amended = {**COMMON, "type": "right.set", "gi": "云溪香菇", "kind": "gi_product", "amends": 3}
    assert title_of(amended, "zh") == "变更地理标志权利"
    assert title_of({name: value for name, value in amended.items() if name != "amends"}, "zh") == "登记地理标志权利"
    (link,) = [row for row in rows_of(amended, "zh") if row.entries]
    assert (link.label, link.entries[0].index) == ("修改的登记", "3")


def test_references_are_links_and_the_number_of_a_run_is_none() -> None:
    addresses = {attributes.get("href") for tag, attributes in read(_page(RUN_ENTRY)).tags if tag == "a"}
    assert {f"/ledger/entries/{index}?lang=zh" for index in (47_880, 18_233, 18_240)} <= addresses
    assert "/ledger/entries/112?lang=zh" not in addresses
    addresses = {attributes.get("href") for tag, attributes in read(_page(VOID_ENTRY)).tags if tag == "a"}
    assert "/ledger/entries/47902?lang=zh" in addresses


def _page(raw: bytes, index: int = 5, size: int = 10, *, is_published: bool = True) -> bytes:
    return PAGES.entry(index, raw, "zh", "", size=size, is_published=is_published)


def test_the_exact_bytes_and_their_leaf_hash_are_shown() -> None:
    page = words(_page(RUN_ENTRY))
    assert RUN_ENTRY.decode() in page
    assert hashlib.sha256(b"\0" + RUN_ENTRY).hexdigest() in page


def test_an_entry_without_a_published_checkpoint_offers_no_proof() -> None:
    assert b"/proof/5" in _page(RUN_ENTRY)
    assert b"/proof/5" not in _page(RUN_ENTRY, is_published=False)


@pytest.mark.parametrize(("index", "size", "around"), [(0, 1, set()), (0, 2, {1}), (1, 2, {0}), (5, 10, {4, 6})])
def test_neighbours_are_linked_where_there_are_any(index: int, size: int, around: set[int]) -> None:
    links = [a for tag, a in read(_page(VOID_ENTRY, index, size)).tags if tag == "a" and a.get("rel")]
    assert {a["href"] for a in links} == {f"/ledger/entries/{near}?lang=zh" for near in around}


def test_what_is_open_or_unknown_is_said_so() -> None:
    right = {"type": "right.set", "from": "2024-02-01", "until": None, "standard": None, "kind": "gi_product"}
    assert _row(right, "至").text == "没有"
    assert _row(right, "执行标准").text == "不详"
    assert _row(right, "种类").text == "地理标志产品"
    assert _row({"type": "item.set", "net_g": 1500}, "净含量").text.replace("\u00a0", " ") == "1.5 kg"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_type_from_the_future_is_shown_as_it_stands(language: str) -> None:
    fields = {**COMMON, "type": "moon.land", "crew": [1, {"a": HOSTILE}], "batch": 3, "from": 7, "packed_g": "much"}
    raw = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    page = PAGES.entry(5, raw, language, "", size=9, is_published=True)  # type: ignore[arg-type]
    assert "moon.land" in words(page)
    assert "crew" in words(page)
    assert [(tag, set(a)) for tag, a in read(page).tags if tag in ("script", "img")] == [("script", {"type", "src"})]


def test_bytes_that_are_no_entry_are_refused() -> None:
    with pytest.raises(LedgerError):
        _page(b'{"v": 1}')
