"""What a run may be."""

from dataclasses import replace

import pytest

from gimark.codes.run import RunCodes
from gimark.errors import InvalidInputError

RUN = RunCodes("gi.example.cn", "gi.example.cn", "09521234500018", "YX26A0317", 42, 1000, "0001")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gtin": "09521234500019"}, "gtin"),
        ({"lot": "yx26"}, "lot"),
        ({"host": "a" * 30 + ".cn"}, "lot"),  # 181 characters
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_field(change: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        replace(RUN, **change)
    assert caught.value.faults[0].field == field


@pytest.mark.parametrize(
    "change",
    [
        {"gtin": "9521234500018"},
        {"origin": "gi example"},
        {"origin": "gi.example.cn\n"},
        {"origin": ""},
        {"kid": "00AF"},
        {"host": "GI.example.cn"},
        {"host": "gi.example.cn."},
        {"host": "gi.example.cn:443"},
        {"host": "ｇi.example.cn"},
        {"run": -1},
        {"run": 2**24},
        {"count": 0},
        {"count": 2**24 + 1},
    ],
)
def test_what_only_a_program_gets_wrong_is_a_value_error(change: dict[str, str | int]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        replace(RUN, **change)


def test_the_longest_run_is_within_24_bits() -> None:
    assert replace(RUN, run=2**24 - 1, count=2**24).count == 2**24


def test_length_is_that_of_the_printed_uri() -> None:
    assert RUN.uri_length == 162
    assert replace(RUN, host="a" * 28 + ".cn").uri_length == 180


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, 0), (0, 1001), (999, 2), (1000, 1)])
def test_indices_outside_the_run_are_refused(first: int, count: int) -> None:
    with pytest.raises(ValueError, match="not of a run"):
        RUN.check_span(first, count)
