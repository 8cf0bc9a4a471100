"""Which language a page speaks, and the link to the other one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.language import LANGUAGES, asked_language, in_language


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "zh"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "zh-TW", "zh"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "en;q=0.5, zh;q=0.8", "zh"),
        ("", "en;q=0.8,zh;q=0.5", "en"),
        ("", "EN", "en"),
        ("", "*", "zh"),
        ("", "en;q=0", "en"),
        ("", "zh;q=0,en;q=0.1", "en"),
        ("", "en;q=bad,zh;q=0.1", "zh"),
        ("", "en;q=7,zh;q=0.1", "zh"),
        ("", "en;q=nan,zh;q=0.1", "zh"),
        ("", ",;q=1,", "zh"),
        ("s=x&lang=en", "zh", "en"),
        ("lang=zh", "en", "zh"),
        ("lang=fr", "en", "en"),
        ("lang=en&lang=zh", "", "en"),
        ("xlang=en", "zh", "zh"),
    ],
)
def test_the_address_decides_then_the_browser_then_chinese(query: str, header: str, language: str) -> None:
    assert asked_language(query, header) == language


def test_a_reader_of_neither_language_is_shown_english() -> None:
    assert asked_language("", "de-DE,de;q=0.9") == "en"


def test_a_site_in_one_language_speaks_it_to_everybody() -> None:
    assert asked_language("lang=en", "en", ("zh",)) == "zh"


@given(st.text(), st.text())
def test_no_header_and_no_query_breaks_the_choice(query: str, header: str) -> None:
    assert asked_language(query, header) in LANGUAGES


def test_the_link_to_the_other_language_keeps_the_signature() -> None:
    assert in_language("s=AQAB&linkType=all&lang=zh", "en") == "?s=AQAB&linkType=all&lang=en"


def test_the_link_to_the_other_language_does_not_carry_an_endless_query() -> None:
    assert in_language("x" * 5000, "en") == "?lang=en"
