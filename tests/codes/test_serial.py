"""Serials: the check character, the typed form and what people type."""

import itertools
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.serial import _DASHES, ALPHABET, check_value, is_serial, read_typed, typed_form
from gimark.errors import InvalidInputError

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))

twelve = st.text(ALPHABET, min_size=12, max_size=12)


def whole(body: str) -> str:
    return body + ALPHABET[check_value(bytes(ALPHABET.index(c) for c in body))]


def gf32_product(left: int, right: int) -> int:
    """Schoolbook product in GF(2)[x]/(x⁵ + x² + 1), apart from the table under test."""
    product = 0
    for bit in range(5):
        if right >> bit & 1:
            product ^= left << bit
    for bit in range(9, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << bit - 5
    return product


@given(twelve)
def test_check_character_is_the_sum_over_gf_32(body: str) -> None:
    expected, power = 0, 1
    for character in body:
        power = gf32_product(power, 2)
        expected ^= gf32_product(ALPHABET.index(character), power)
    assert whole(body) == body + ALPHABET[expected]
    assert is_serial(whole(body).encode())


@given(twelve, st.integers(0, 12), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(body: str, place: int, character: str) -> None:
    serial = whole(body)
    changed = serial[:place] + character + serial[place + 1 :]
    assert is_serial(changed.encode()) is (changed == serial)


@given(twelve)
def test_every_swap_of_two_characters_is_caught(body: str) -> None:
    serial = whole(body)
    for one, other in itertools.combinations(range(13), 2):
        swapped = list(serial)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert is_serial("".join(swapped).encode()) is (serial[one] == serial[other])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"38GPERNQBQTS",
        b"38GPERNQBQTSAA",
        b"38gpernqbqtsa",
        b"38GPERNQBQTS\xff",
        b"38GP-ERNQ-BQTSA",
        b"38GPERNQBQTSA\n",
    ],
)
def test_anything_but_thirteen_characters_of_the_alphabet_is_no_serial(text: bytes) -> None:
    assert not is_serial(text)


@pytest.mark.parametrize("case", GOLDEN["serials"] + GOLDEN["codes"], ids=lambda case: case["serial"])
def test_golden_printed_form(case: dict[str, str]) -> None:
    assert typed_form(case["serial"]) == case["printed"]
    assert read_typed(case["printed"], "code") == case["serial"]


@pytest.mark.parametrize("case", GOLDEN["typed"], ids=lambda case: ascii(case["input"])[:40])
def test_golden_typed_input(case: dict[str, str]) -> None:
    if not case["expect"].startswith("reject: "):
        assert read_typed(case["input"], "code") == case["expect"]
        return
    with pytest.raises(InvalidInputError) as caught:
        read_typed(case["input"], "code")
    assert caught.value.extras["rejected"] == case["expect"].removeprefix("reject: ")
    assert caught.value.faults[0].field == "code"


@given(
    twelve,
    st.lists(
        st.sampled_from(" -\t\n\u3000\u2013\u2014\u2011\u00ad\u200b\u200d\ufeff\u2028\x85"), min_size=14, max_size=14
    ),
    st.booleans(),
    st.booleans(),
)
def test_spacing_case_and_width_never_matter(body: str, gaps: list[str], lower: bool, wide: bool) -> None:
    text = whole(body).lower() if lower else whole(body)
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) for c in text)
    typed = "".join(gap + c for gap, c in zip(gaps, text, strict=False)) + gaps[-1]
    assert read_typed(typed, "code") == whole(body)


@given(twelve)
def test_look_alikes_are_read_as_the_digits_they_look_like(body: str) -> None:
    serial = whole(body)
    for letter, digit in (("O", "0"), ("o", "0"), ("I", "1"), ("i", "1"), ("L", "1"), ("l", "1")):
        assert read_typed(serial.replace(digit, letter), "code") == serial


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        ("38GPERNQBQTSu", "character"),
        ("38GPERNQBQTS\x1c", "character"),  # a separator to Python, no White_Space to Unicode
        ("38GPERNQBQTS_", "character"),
        ("38GP\u2212ERNQ\u2212BQTSA", "character"),  # the minus sign is no dash
        ("38GP\u30fcERNQ\u30fcBQTSA", "character"),  # nor is the sign of a long vowel
        ("38GPERNQBQT٣A", "character"),  # an Arabic digit
        ("38GPERNQBQTSAß", "character"),
        ("38GPERNQBQTS\u0130", "character"),  # lower() of it is two characters
        ("38GPERNQBQTSAA", "length"),
        ("-" * 65, "length"),
        ("-" * 64, "length"),
        ("U", "character"),  # a wrong character is told before a wrong length
        ("38GPERNQBQTSB", "check character"),
    ],
)
def test_refusals_in_the_specified_order(text: str, rejected: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_typed(text, "code")
    assert caught.value.extras["rejected"] == rejected


def test_every_dash_and_no_other_character_of_unicode_14_is_dropped_as_one() -> None:
    # Later versions may call more characters dashes; what was one stays one.
    dashes = {chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == "Pd"}
    assert len(_DASHES) == 26
    assert dashes >= _DASHES
    assert unicodedata.unidata_version != "14.0.0" or dashes == _DASHES
    for dash in _DASHES:
        assert read_typed(f"38GP{dash}ERNQ{dash}BQTSA", "code") == "38GPERNQBQTSA"


@given(st.text(max_size=80))
def test_no_input_does_anything_but_answer(text: str) -> None:
    try:
        serial = read_typed(text, "code")
    except InvalidInputError as refused:
        rejected = refused.extras["rejected"]
    else:
        rejected = "" if is_serial(serial.encode()) else "let through"
    assert rejected in {"", "length", "character", "check character"}
