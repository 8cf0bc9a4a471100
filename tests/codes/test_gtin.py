"""GTINs: form, check digit, restricted numbers, and messages that say what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from gimark.codes.gtin import check_gtin, has_valid_check_digit
from gimark.errors import InvalidInputError


def refusal(text: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        check_gtin(text, "gtin")
    assert caught.value.faults[0].field == "gtin"
    return caught.value


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("6901234567892", "06901234567892"),
        ("6931126000015", "06931126000015"),
        ("16901234567899", "16901234567899"),
        ("09521234500018", "09521234500018"),
        ("012345678905", "00012345678905"),
        ("73513537", "00000073513537"),
    ],
)
def test_every_length_comes_out_as_fourteen_digits(text: str, gtin: str) -> None:
    assert check_gtin(text, "gtin") == gtin


@given(st.text("0123456789", min_size=13, max_size=13))
def test_check_digit_agrees_with_an_independent_library(body: str) -> None:
    right = ean.calc_check_digit(body)
    for digit in "0123456789":
        assert has_valid_check_digit((body + digit).encode()) is (digit == right)


def test_a_wrong_check_digit_is_refused_without_guessing_another_number() -> None:
    error = refusal("6901234567893")
    assert "校验位" in error.text("zh")
    assert "check digit" in error.text("en")
    assert "6901234567892" not in str(error)


@pytest.mark.parametrize("text", ["", "1", "690123456789", "69012345678920", "069012345678922"])
def test_another_length_or_digit_is_refused(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    "text", ["６９０１２３４５６７８９２", "690 1234 567892", "690-1234567892", "690123456789２", "6901234567892\n"]
)
def test_a_readable_number_is_offered_back_never_taken(text: str) -> None:
    error = refusal(text)
    assert "6901234567892" in error.faults[0].remedy_zh
    assert "6901234567892" in error.faults[0].remedy_en


@pytest.mark.parametrize("text", ["690123456789²", "٦٩٠١٢٣٤٥٦٧٨٩٢", "六九〇一二三四五六七", "690123456789X", "－"])
def test_other_signs_are_refused_and_named(text: str) -> None:
    assert "U+" in refusal(text).faults[0].reason_en


@pytest.mark.parametrize(
    "body",
    [
        "201234567890",  # shop's own, GTIN-13
        "291234567890",
        "021234567890",
        "041234567890",
        "0201234567890"[1:],
        "9201234567890",  # GTIN-14 over a restricted GTIN-13
        "21234567890",  # UPC number system 2
        "41234567890",
        "2123456",  # GTIN-8 of a shop
        "0123456",
    ],
)
def test_restricted_numbers_are_refused_with_the_way_to_a_real_one(body: str) -> None:
    error = refusal(body + ean.calc_check_digit(body))
    assert "中国物品编码中心" in error.faults[0].remedy_zh
    assert "never mints" in error.faults[0].remedy_en


@pytest.mark.parametrize("body", ["003456789012", "032345678901", "052345678901", "302345678901", "1302345678901"])
def test_their_neighbours_are_accepted(body: str) -> None:
    text = body + ean.calc_check_digit(body)
    assert check_gtin(text, "gtin") == text.zfill(14)


@pytest.mark.parametrize("length", [8, 12, 13, 14])
def test_all_zeros_are_refused(length: int) -> None:
    assert "全为零" in refusal("0" * length).text("zh")
