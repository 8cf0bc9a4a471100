"""The URI's grammar, on ASCII and on nothing else."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.serial import ALPHABET, check_value
from gimark.codes.token import write_token
from gimark.codes.uri import Code, CodeUri, Malformed, build_uri, parse_path_and_query, parse_uri
from gimark.errors import InvalidInputError
from gimark.keys.names import is_host

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
GOOD = GOLDEN["codes"][0]["uri"]
PATH = "/01/09521234500018/10/YX26A0317/21/38GPERNQBQTSA"
TOKEN = GOLDEN["codes"][0]["token"]


def with_check_digit(body: str) -> str:
    total = sum(int(c) * (3, 1)[place % 2] for place, c in enumerate(body))
    return body + str(-total % 10)


hosts = st.from_regex(re.compile(r"[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\.[a-z0-9]{1,4}){0,2}"), fullmatch=True)
gtins = st.integers(1, 10**13 - 1).map(lambda number: with_check_digit(f"{number:013d}"))
lots = st.from_regex(re.compile(r"[0-9A-Z]([0-9A-Z.-]{0,18}[0-9A-Z])?"), fullmatch=True)
serials = st.lists(st.integers(0, 31), min_size=12, max_size=12).map(
    lambda digits: "".join(ALPHABET[d] for d in [*digits, check_value(bytes(digits))])
)
tokens = st.builds(write_token, st.integers(0, 0xFFFF).map(lambda n: f"{n:04x}"), st.binary(min_size=64, max_size=64))


@given(hosts, gtins, lots, serials, tokens)
def test_reading_undoes_building(host: str, gtin: str, lot: str, serial: str, token: str) -> None:
    uri = build_uri(host, gtin, lot, serial, token)
    read = parse_uri(uri)
    assert isinstance(read, CodeUri)
    assert read.host == host
    assert (read.code.gtin, read.code.lot, read.code.serial) == (gtin, lot, serial)
    assert read.code.token is not None
    assert write_token(*read.code.token) == token
    assert parse_uri(uri.encode()) == read


@pytest.mark.parametrize("case", GOLDEN["codes"], ids=lambda case: case["serial"])
def test_golden_uris(case: dict[str, str | int]) -> None:
    run = GOLDEN["run"]
    uri = build_uri("gi.example.cn", run["gtin"], run["lot"], str(case["serial"]), str(case["token"]))
    assert uri == case["uri"]
    assert len(uri) == case["uri_length"]


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_a_single_other_character_never_gives_the_same_code(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    read = parse_uri(changed)
    if changed != GOOD and read == parse_uri(GOOD):
        assert changed.lower() == GOOD.lower()
        assert place < len("https://gi.example.cn")


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_noise_is_malformed(noise: str | bytes) -> None:
    assert isinstance(parse_uri(noise), Malformed)


@pytest.mark.parametrize(
    "host",
    [
        "a" * 64 + ".cn",
        "-a.cn",
        "a-.cn",
        "a..cn",
        ".a.cn",
        "a.cn.",
        "a_b.cn",
        "[::1]",
        "a.cn:443",
        "user@a.cn",
        "gi.example.cn\\@a.cn",
        "ｇi.example.cn",
        "xn--.",
        "",
        ".".join(["a" * 63] * 4),
    ],
)
def test_no_other_host_is_a_host(host: str) -> None:
    assert isinstance(parse_uri(GOOD.replace("gi.example.cn", host)), Malformed)


@pytest.mark.parametrize(
    "host", [b"a", b"a.b", b"1.2.3.4", b"xn--fiqs8s", b"a" * 63, b".".join([b"a" * 63] * 3 + [b"a" * 61])]
)
def test_hosts(host: bytes) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    ("uri", "part"),
    [
        (GOOD + "\n", "form"),
        ("\n" + GOOD, "form"),
        (GOOD.replace("/10/", "/10\n/"), "form"),
        (GOOD.replace("/01/0", "/01/０"), "form"),
        (GOOD.replace("/01/0", "/01/٠"), "form"),
        (GOOD.replace("?s=", "\ud800s="), "form"),
        (GOOD.replace("https:", "http:"), "form"),
        (GOOD.replace("https://", "https:/"), "form"),
        (GOOD.replace("https://", "https:\\\\"), "form"),
        (GOOD.replace("YX26A", "YX26%41"), "form"),
        (GOOD.replace("YX26A", "yx26a"), "form"),
        (GOOD.replace("/01/", "//01/"), "form"),
        (GOOD.replace("/10/YX26A0317", "/10/YX26A0317/"), "form"),
        (GOOD.replace("/10/YX26A0317", "/10/" + "A" * 21), "form"),
        (GOOD.replace("/10/YX26A0317", "/10/.."), "form"),
        (GOOD.replace("/21/", "/22/"), "form"),
        (GOOD.replace("38GP", "38GI"), "form"),
        (GOOD.replace("?s=", "#?s="), ""),
        (GOOD.replace("500018", "500019"), "gtin"),
        (GOOD.replace("09521234500018", "0" * 14), "gtin"),
        (GOOD.replace("38GP", "38GA"), "serial"),
        (GOOD.replace("?s=", "?s=&s="), "token"),
        (GOOD + "&s=" + TOKEN, "token"),
        (GOOD + "&s", "token"),
        (GOOD + "&s=", "token"),
        (GOOD.replace("?s=", "?s=="), "token"),
        (GOOD + "=", "token"),
        (GOOD + "&x=" + "y" * 2048, "length"),
        (GOOD + "#" + "y" * 2048, "length"),
    ],
)
def test_what_is_not_exactly_a_code_is_malformed(uri: str, part: str) -> None:
    read = parse_uri(uri)
    if part:
        assert read == Malformed(part)
    else:  # the fragment swallowed the query: a code without a signature
        assert isinstance(read, CodeUri)
        assert read.code.token is None


@pytest.mark.parametrize(
    "query",
    ["", "S=" + TOKEN, "%73=" + TOKEN, "ss=" + TOKEN, "linkType=all", "&&", "x=s=" + TOKEN, "=s", ";s=" + TOKEN],
)
def test_only_the_raw_name_s_is_a_signature(query: str) -> None:
    read = parse_path_and_query(PATH.encode(), query.encode())
    assert isinstance(read, Code)
    assert read.token is None


@pytest.mark.parametrize("query", ["s=" + TOKEN, "&s=" + TOKEN, "a=1&s=" + TOKEN + "&b", "s=" + TOKEN + "&%73=x&S=y"])
def test_other_parameters_are_ignored(query: str) -> None:
    assert parse_path_and_query(PATH.encode(), query.encode()) == parse_path_and_query(
        PATH.encode(), b"s=" + TOKEN.encode()
    )


@pytest.mark.parametrize("query", [b"s=" + TOKEN.encode() + b"&\x00", b"\xff", b"a b", b"x\n"])
def test_a_query_outside_visible_ascii_is_malformed(query: bytes) -> None:
    assert parse_path_and_query(PATH.encode(), query) == Malformed("form")


def test_path_and_whole_uri_agree_on_the_longest_query() -> None:
    room = 2048 - len(GOOD)
    assert isinstance(parse_uri(GOOD + "&" + "y" * (room - 1)), CodeUri)
    assert parse_uri(GOOD + "&" + "y" * room) == Malformed("length")
    assert isinstance(parse_path_and_query(PATH.encode(), b"y" * (2047 - len(PATH))), Code)
    assert parse_path_and_query(PATH.encode(), b"y" * (2048 - len(PATH))) == Malformed("length")


def test_a_uri_too_long_to_print_is_refused_with_the_number_of_characters_to_save() -> None:
    host = "a" * 21
    build_uri(host[:20], "09521234500018", "A" * 20, "38GPERNQBQTSA", TOKEN)
    with pytest.raises(InvalidInputError) as caught:
        build_uri(host, "09521234500018", "A" * 20, "38GPERNQBQTSA", TOKEN)
    assert "181" in caught.value.faults[0].reason_en
    assert "1 " in caught.value.faults[0].remedy_zh
