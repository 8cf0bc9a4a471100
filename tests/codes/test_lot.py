"""Lot numbers: accepted as they are or refused with the reason."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.lot import check_lot
from gimark.errors import InvalidInputError

GRAMMAR = re.compile(r"[0-9A-Z]([0-9A-Z.-]{0,18}[0-9A-Z])?")


@given(st.from_regex(GRAMMAR, fullmatch=True))
def test_whatever_fits_the_grammar_is_given_back(text: str) -> None:
    assert check_lot(text, "lot") == text


@given(st.text(st.sampled_from("019AZaz.-_/ %Ａ０é\n"), max_size=23))
def test_whatever_does_not_fit_is_refused(text: str) -> None:
    if GRAMMAR.fullmatch(text):
        assert check_lot(text, "lot") == text
    else:
        with pytest.raises(InvalidInputError):
            check_lot(text, "lot")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("", "为空", "empty"),
        ("A" * 21, "21 个字符", "21 characters"),
        ("YX26a", "第 5 个字符“a”是小写字母", "lower-case"),
        ("YX 26", "第 3 个字符“ ”不允许", "U+0020"),
        ("YX26Ａ", "第 5 个字符“Ａ”不允许", "U+FF21"),
        ("-YX26", "不能以“-”开头", "cannot begin"),
        (".", "不能以“.”开头", "cannot begin"),
        ("YX26.", "不能以“.”结尾", "cannot end"),
        ("A\n", "第 2 个字符", "U+000A"),
    ],
)
def test_the_message_says_what_is_wrong(text: str, zh: str, en: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_lot(text, "lot")
    fault = caught.value.faults[0]
    assert fault.field == "lot"
    assert zh in fault.reason_zh
    assert en in fault.reason_en
    assert "1 至 20" in fault.remedy_zh
