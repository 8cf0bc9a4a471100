"""Tokens: one spelling each, and nothing else is a token."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.token import Token, read_token, signed_message, write_token

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
TOKEN = GOLDEN["codes"][0]["token"]

kids = st.integers(0, 0xFFFF).map(lambda number: f"{number:04x}")
signatures = st.binary(min_size=64, max_size=64)


@given(kids, signatures)
def test_reading_undoes_writing(kid: str, signature: bytes) -> None:
    text = write_token(kid, signature)
    assert len(text) == 90
    assert read_token(text.encode()) == Token(kid, signature)


@given(st.binary(min_size=67, max_size=67))
def test_only_version_1_is_read(raw: bytes) -> None:
    text = base64.urlsafe_b64encode(raw).rstrip(b"=")
    assert (read_token(text) is not None) is (raw[0] == 1)


@given(kids, signatures, st.integers(0, 89), st.integers(0, 255))
def test_every_character_carries_its_own_meaning(kid: str, signature: bytes, place: int, byte: int) -> None:
    text = write_token(kid, signature).encode()
    changed = text[:place] + bytes([byte]) + text[place + 1 :]
    token = read_token(changed)
    assert token is None or (token == Token(kid, signature)) is (changed == text)
    assert token is None or write_token(*token).encode() == changed


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        TOKEN.replace("-", "+").replace("_", "/"),
        TOKEN[:-1] + "h",  # spare bits set
        "AgAB" + TOKEN[4:],  # version 2
        " " + TOKEN[1:],
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    assert text != TOKEN
    assert read_token(text.encode()) is None


@pytest.mark.parametrize(("kid", "size"), [("00AF", 64), ("1", 64), ("00001", 64), ("0001", 63), ("０001", 64)])
def test_a_token_of_wrong_parts_is_not_written(kid: str, size: int) -> None:
    with pytest.raises(ValueError, match="hex"):
        write_token(kid, bytes(size))


@pytest.mark.parametrize("case", GOLDEN["codes"], ids=lambda case: case["serial"])
def test_golden_messages(case: dict[str, str]) -> None:
    run = GOLDEN["run"]
    message = signed_message(GOLDEN["origin"], run["kid"], run["gtin"], run["lot"], case["serial"])
    assert message.decode() == case["message"]


def test_the_kid_is_written_in_lower_case_hex() -> None:
    token = read_token(write_token("00af", bytes(64)).encode())
    assert token is not None
    message = signed_message("gi.example.cn", token.kid, "09521234500018", "YX26A0317", "38GPERNQBQTSA")
    assert message.decode() == GOLDEN["message_kid_00af"]
