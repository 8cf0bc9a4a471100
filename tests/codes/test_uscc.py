"""USCC by GB 32100-2015."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gimark.codes.uscc import ALPHABET, check_uscc, organisation_code_is_valid
from gimark.errors import InvalidInputError

VALID = [
    "91350100M000100Y43",  # the standard's own example
    "91110000600037341L",
    "91331126MA00TEXT0C",
    "93331126MA00DEMX6R",
    "92331126MA00GEMX2P",
]


def refusal(text: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        check_uscc(text, "uscc")
    assert caught.value.faults[0].field == "uscc"
    return caught.value


@pytest.mark.parametrize("text", VALID)
def test_a_right_code_is_given_back_as_it_is(text: str) -> None:
    assert check_uscc(text, "uscc") == text


def weighted_sum_is_whole(text: str) -> bool:
    """GB 32100's rule from its own words: weights 3^(i-1) mod 31, the whole sum divisible by 31."""
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(text[:17]))
    return (total + ALPHABET.index(text[17])) % 31 == 0


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_refused(code: str, place: int, character: str) -> None:
    assume(code[place] != character)
    changed = code[:place] + character + code[place + 1 :]
    assert not weighted_sum_is_whole(changed)
    refusal(changed)


@given(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_exactly_one_check_character_fits(places_1_2: str, area: str, organisation: str) -> None:
    body = places_1_2 + area + organisation
    for character in ALPHABET:
        if weighted_sum_is_whole(body + character):
            assert check_uscc(body + character, "uscc") == body + character
        else:
            refusal(body + character)


@pytest.mark.parametrize(
    "text",
    [
        "91331126ma00text0c",
        "９１３３１１２６ＭＡ００ＴＥＸＴ０Ｃ",
        " 91331126MA00TEXT0C",
        "91331126MA00TEXT0C\n",
        "91331126 MA00TEXT0C",
        "91331126-MA00TEXT0C",
        "91331126MA00TEXT0Ｃ",
    ],
)
def test_another_spelling_is_offered_back_never_taken(text: str) -> None:
    fault = refusal(text).faults[0]
    assert "91331126MA00TEXT0C" in fault.remedy_zh
    assert "91331126MA00TEXT0C" in fault.remedy_en


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "18"),
        ("91331126MA00TEXT0", "17"),
        ("91331126MA00TEXT0CC", "19"),
        ("91331126MA00TEXTOC", "“O”"),
        ("9133112AMA00TEXT0C", "3 至 8"),
        ("91331126MA00TEXT0D", "校验位"),
        ("91331126MA00TEXT0é", "第 18 位"),
        ("91350100M000100Y4Z", "第 18 位"),
    ],
)
def test_the_message_says_what_is_wrong(text: str, words: str) -> None:
    error = refusal(text)
    assert words in error.faults[0].reason_zh
    assert "营业执照" in error.faults[0].remedy_zh


def test_letters_are_allowed_in_the_first_two_places() -> None:
    body = "N2331126MA00TEXT0"
    code = next(body + c for c in ALPHABET if weighted_sum_is_whole(body + c))
    assert check_uscc(code, "uscc") == code


@pytest.mark.parametrize(
    ("uscc", "valid"),
    [
        ("91110000600037341L", True),  # organisation code 60003734-1
        ("91110000600037342L", False),
        ("91350100M000100Y43", True),  # M000100Y-4, the standard's example
    ],
)
def test_organisation_code_is_judged_apart(uscc: str, valid: bool) -> None:
    assert organisation_code_is_valid(uscc) is valid


def test_organisation_code_check_has_a_sign_for_ten_and_for_eleven() -> None:
    # Weights 3 and 7 alone: 3·a + 7·b ≡ 1 gives X, ≡ 0 gives 0.
    assert organisation_code_is_valid("9133112640000000X0")
    assert organisation_code_is_valid("913311260000000000")
    assert not organisation_code_is_valid("91331126400000000X")
