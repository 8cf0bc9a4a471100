"""Offline verification: the golden cases, the forgeries, and what may never come out green."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import mint
from gimark.codes.offline import COLOURS, Limit, OfflineResult, Word, verify_offline
from gimark.codes.run import RunCodes
from gimark.codes.token import signed_message, write_token
from gimark.codes.uri import build_uri
from gimark.keys import keyset, statuslist
from gimark.keys.keyset import IssuingKey, KeySet, KeyState
from gimark.keys.note import VerifierKey
from gimark.keys.signer import Ed25519Signer

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
KEYS = keyset.read_published(GOLDEN["log"]["keyset_note"].encode(), VerifierKey.parse(GOLDEN["log"]["root_vkey"]))
STATUS = statuslist.read_published(GOLDEN["log"]["status_note"].encode(), KEYS)
CIPHER = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
SIGNER = Ed25519Signer("0001", bytes.fromhex(GOLDEN["issuing_key"]["seed_hex"]))
THIEF = Ed25519Signer("0001", b"\x66" * 32)
RUN = RunCodes(GOLDEN["origin"], GOLDEN["hosts"][0], "09521234500018", "YX26A0317", 42, 1000, "0001")
GOOD = GOLDEN["codes"][0]["uri"]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def signed(signer: Ed25519Signer = SIGNER, origin: str = "gi.example.cn", **change: str) -> str:
    """A code as somebody with the key in `signer` would make it."""
    parts = {"gtin": "09521234500018", "lot": "YX26A0317", "serial": "38GPERNQBQTSA"} | change
    host = parts.pop("host", "gi.example.cn")
    signature = signer.sign(signed_message(origin, signer.kid, **parts))
    return build_uri(host, **parts, token=write_token(signer.kid, signature))


def with_key(**change: object) -> KeySet:
    return replace(KEYS, keys=(replace(KEYS.keys[0], **change),))  # type: ignore[arg-type]


def codes_of(run: RunCodes, first: int, count: int) -> list[str]:
    return [row.tobytes().decode() for row in mint(run, CIPHER, SIGNER, first, count).uris]


@pytest.mark.parametrize("case", GOLDEN["verify"], ids=lambda case: case["case"])
def test_golden_results(case: dict[str, str]) -> None:
    result = verify_offline(case["uri"], KEYS)
    assert result.word == case["expect"]
    assert result.reason == case["expect"]
    assert result.colour == COLOURS[Word(case["expect"])]


def test_every_golden_code_is_authentic() -> None:
    for case in GOLDEN["codes"]:
        result = verify_offline(case["uri"], KEYS, STATUS, NOW)
        assert (result.word, result.colour) == (Word.AUTHENTIC, "green")
        assert result.code is not None
        assert result.code.code.serial == case["serial"]
        assert result.limits == (Limit.NEEDS_SERVER,)


# Forgeries (what somebody without the key can try) never come out green, grey or as one of ours.


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        (signed(THIEF), Word.BAD_SIGNATURE),
        (signed(Ed25519Signer("0009", b"\x66" * 32)), Word.UNKNOWN_KEY),
        (GOOD.replace("YX26A0317", "YX26A0318"), Word.BAD_SIGNATURE),
        (GOOD.replace("09521234500018", "09521234500025"), Word.BAD_SIGNATURE),
        (GOOD.replace("38GPERNQBQTSA", GOLDEN["codes"][1]["serial"]), Word.BAD_SIGNATURE),
        (signed(origin="gi.example.com"), Word.BAD_SIGNATURE),
        (GOOD.replace("gi.example.cn", "gi.examp1e.cn"), Word.FOREIGN_HOST),
        (GOOD.replace("gi.example.cn", "gi.example.cn.evil.cn"), Word.FOREIGN_HOST),
        (GOOD.replace("gi.example.cn", "evil.cn"), Word.FOREIGN_HOST),
        (GOOD.replace("https://", "https://gi.example.cn@"), Word.MALFORMED),
        (GOOD.replace("gi.example.cn", "gi.example.cn:443"), Word.MALFORMED),
        (GOOD.replace("https://gi.example.cn", "https://evil.cn/?https://gi.example.cn"), Word.MALFORMED),
        (GOOD.replace("https://gi.example.cn", "https://evil.cn#https://gi.example.cn"), Word.MALFORMED),
        (GOOD.replace("YX26A0317", "%59X26A0317"), Word.MALFORMED),
        (GOOD.replace("0952", "０952"), Word.MALFORMED),
        (GOOD.replace("gi.example", "gі.example"), Word.MALFORMED),  # Cyrillic і
        (GOOD + "\n", Word.MALFORMED),
        (GOOD + "&s=" + GOLDEN["codes"][1]["token"], Word.MALFORMED),
        (GOOD.replace("?s=", "?S="), Word.UNSIGNED),
        (GOOD.replace("/01/", "/01/../01/"), Word.MALFORMED),
    ],
)
def test_a_forged_or_altered_code_is_never_ours(uri: str, word: Word) -> None:
    result = verify_offline(uri, KEYS, STATUS, NOW)
    assert result.word is word
    assert result.colour in {"red", "grey"}


@given(st.integers(0, len(GOOD) - 1), st.characters(min_codepoint=32, max_codepoint=0x2FFF))
def test_no_single_changed_character_stays_authentic(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    if verify_offline(changed, KEYS).word is Word.AUTHENTIC:
        # Only the case of scheme and host is free.
        assert changed.lower() == GOOD.lower()
        assert changed == GOOD or place < len("https://gi.example.cn")


@given(st.integers(0, len(GOOD) - 2))
def test_no_swap_of_neighbours_stays_authentic(place: int) -> None:
    changed = GOOD[:place] + GOOD[place + 1] + GOOD[place] + GOOD[place + 2 :]
    assert (verify_offline(changed, KEYS).word is Word.AUTHENTIC) is (changed == GOOD)


@given(st.integers(0, 511))
def test_no_flipped_bit_of_a_signature_stays_authentic(bit: int) -> None:
    message = GOLDEN["codes"][0]["message"].encode()
    signature = bytearray(SIGNER.sign(message))
    signature[bit // 8] ^= 1 << bit % 8
    uri = GOOD[: -len(GOLDEN["codes"][0]["token"])] + write_token("0001", bytes(signature))
    assert verify_offline(uri, KEYS).word is Word.BAD_SIGNATURE


@given(st.text(max_size=120) | st.binary(max_size=120))
def test_noise_is_an_answer_never_an_error(noise: str | bytes) -> None:
    assert verify_offline(noise, KEYS, STATUS, NOW).word is Word.MALFORMED


def test_a_malformed_code_says_where_reading_stopped() -> None:
    assert verify_offline(GOOD.replace("38GP", "38GA"), KEYS).part == "serial"


# Keys.


def test_a_stolen_keys_codes_are_never_green_once_it_is_revoked() -> None:
    revoked = with_key(state=KeyState.REVOKED, revoked_at=10)
    off_book = signed(serial=CIPHER.encode(99, 7, 1).tobytes().decode())
    for uri in (GOOD, off_book):
        result = verify_offline(uri, revoked, STATUS, NOW)
        assert (result.word, result.colour) == (Word.KEY_REVOKED, "amber")
    assert verify_offline(signed(THIEF), revoked).word is Word.BAD_SIGNATURE


def test_a_retired_key_verifies_for_ever() -> None:
    retired = with_key(state=KeyState.RETIRED)
    assert verify_offline(GOOD, retired, STATUS, NOW).word is Word.AUTHENTIC


def test_key_dates_are_not_tested() -> None:
    day = KEYS.keys[0].from_on - timedelta(days=1000)
    assert verify_offline(GOOD, with_key(from_on=day, until_on=day)).word is Word.AUTHENTIC


@pytest.mark.parametrize("alg", ["sm2-sm3", "p256"])
def test_an_algorithm_we_lack_is_unsupported_not_bad(alg: str) -> None:
    result = verify_offline(GOOD, with_key(alg=alg, public=b"\x04" + bytes(64)))
    assert (result.word, result.colour) == (Word.UNSUPPORTED, "amber")


def test_a_code_survives_a_change_of_domain_and_a_lapsed_domain_is_foreign() -> None:
    moved = replace(KEYS, hosts=("gi.example.com",))
    assert verify_offline(GOOD, moved).word is Word.FOREIGN_HOST
    assert verify_offline(GOOD.replace("gi.example.cn", "gi.example.com"), moved).word is Word.AUTHENTIC


def test_a_small_order_key_in_the_set_verifies_nothing() -> None:
    identity = b"\x01" + bytes(31)
    uri = GOOD[: -len(GOLDEN["codes"][0]["token"])] + write_token("0001", identity + bytes(32))
    assert verify_offline(uri, with_key(public=identity)).word is Word.BAD_SIGNATURE


# The status list.


def test_golden_status_list_names_exactly_the_voided_codes() -> None:
    for index, uri in enumerate(codes_of(RUN, 490, 70), 490):
        result = verify_offline(uri, KEYS, STATUS, NOW)
        expected = (Word.VOIDED, "red") if 500 <= index <= 549 else (Word.AUTHENTIC, "green")
        assert (result.reason, result.colour) == expected, index
        assert result.word is Word.AUTHENTIC
    marks = {statuslist.mark(row.tobytes()) for row in RUN.messages(CIPHER.encode(42, 500, 50))}
    assert marks == STATUS.codes


@pytest.mark.parametrize(
    ("listed", "reason"),
    [("recalled", Word.RECALLED), ("not_authorised", Word.NOT_AUTHORISED), ("mould", Word.RECALLED)],
)
def test_a_listed_lot_is_red_signed_or_not(listed: str, reason: Word) -> None:
    status = replace(STATUS, lots={("09521234500018", "YX26A0317"): listed})
    for uri in (GOOD, GOOD.partition("?")[0]):
        result = verify_offline(uri, KEYS, status, NOW)
        assert (result.reason, result.colour, result.listed) == (reason, "red", listed)
    assert verify_offline(GOOD, with_key(state=KeyState.REVOKED, revoked_at=1), status, NOW).colour == "red"


def test_voided_wins_over_recalled() -> None:
    status = replace(STATUS, lots={("09521234500018", "YX26A0317"): "recalled"})
    assert verify_offline(codes_of(RUN, 500, 1)[0], KEYS, status, NOW).reason is Word.VOIDED


def test_cutting_the_token_off_a_voided_code_does_not_make_it_grey() -> None:
    voided, kept = (codes_of(RUN, index, 1)[0].partition("?")[0] for index in (500, 550))
    another = replace(KEYS, keys=(*KEYS.keys, replace(KEYS.keys[0], kid="00af", public=THIEF.public)))
    for keys in (KEYS, another, replace(another, keys=another.keys[::-1])):
        result = verify_offline(voided, keys, STATUS, NOW)
        assert (result.word, result.reason, result.colour) == (Word.UNSIGNED, Word.VOIDED, "red")
        assert verify_offline(kept, keys, STATUS, NOW).reason is Word.UNSIGNED


def test_a_kid_that_nobody_can_check_does_not_hide_a_voided_code() -> None:
    unchecked = IssuingKey("0002", "sm2-sm3", b"\x04" + bytes(64), NOW.date(), NOW.date(), KeyState.ACTIVE)
    uri = f"{codes_of(RUN, 500, 1)[0].partition('?')[0]}?s={write_token('0002', bytes(64))}"
    result = verify_offline(uri, replace(KEYS, keys=(*KEYS.keys, unchecked)), STATUS, NOW)
    assert (result.word, result.reason, result.colour) == (Word.UNSUPPORTED, Word.VOIDED, "red")


def test_a_forgery_of_a_recalled_lot_stays_a_forgery() -> None:
    status = replace(STATUS, lots={("09521234500018", "YX26A0317"): "recalled"})
    result = verify_offline(signed(THIEF), KEYS, status, NOW)
    assert (result.reason, result.listed) == (Word.BAD_SIGNATURE, None)


def test_a_status_list_of_another_installation_is_refused() -> None:
    with pytest.raises(ValueError, match="says nothing of"):
        verify_offline(GOOD, KEYS, replace(STATUS, origin="other.example.cn"))


# What is not known is said.


def limits(**change: object) -> OfflineResult:
    arguments: dict[str, object] = {"uri": GOOD, "keyset": KEYS, "status": STATUS, "now": NOW} | change
    return verify_offline(**arguments)  # type: ignore[arg-type]


def test_limits_say_what_was_not_known() -> None:
    assert limits(status=None).limits == (Limit.NO_STATUS_LIST, Limit.NEEDS_SERVER)
    assert limits(now=None).limits == (Limit.KEY_SET_AGE_UNKNOWN, Limit.NEEDS_SERVER)
    assert limits(now=STATUS.expires_at).limits == (Limit.STATUS_LIST_EXPIRED, Limit.NEEDS_SERVER)
    assert limits(now=STATUS.expires_at - timedelta(seconds=1)).limits == (Limit.NEEDS_SERVER,)
    assert limits(uri=signed(THIEF)).limits == ()


def test_after_the_key_set_expired_nothing_that_it_decides_is_certain() -> None:
    late = KEYS.expires_at
    for uri in (GOOD, signed(Ed25519Signer("0009", b"\x66" * 32)), GOOD.replace("gi.example.cn", "gi.example.com")):
        result = limits(uri=uri, now=late)
        assert result.colour == "amber"
        assert Limit.KEY_SET_EXPIRED in result.limits
    assert limits(now=late - timedelta(seconds=1)).colour == "green"
    assert limits(uri=signed(THIEF), now=late).colour == "red"
    assert limits(uri=codes_of(RUN, 500, 1)[0], now=late).colour == "red"


@given(st.integers(0, 2**24 - 1), st.integers(0, 2**24 - 1))
def test_any_code_of_any_run_verifies(run: int, index: int) -> None:
    whole = replace(RUN, run=run, count=2**24)
    uri = mint(whole, CIPHER, SIGNER, index, 1).uris[0].tobytes()
    assert verify_offline(uri, KEYS, STATUS, NOW).reason is Word.AUTHENTIC or run == 42


def test_every_word_has_a_colour() -> None:
    assert set(COLOURS) == set(Word)


def test_issuing_keys_of_the_set_are_told_apart_by_kid() -> None:
    other = Ed25519Signer("00af", b"\x21" * 32)
    both = replace(
        KEYS,
        keys=(
            *KEYS.keys,
            IssuingKey("00af", "ed25519", other.public, KEYS.keys[0].from_on, KEYS.keys[0].until_on, KeyState.ACTIVE),
        ),
    )
    assert verify_offline(signed(other), both).word is Word.AUTHENTIC
    swapped = Ed25519Signer("00af", bytes.fromhex(GOLDEN["issuing_key"]["seed_hex"]))
    assert verify_offline(signed(swapped), both).word is Word.BAD_SIGNATURE
