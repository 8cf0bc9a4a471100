"""docs/token-format.md is enough for a stranger: the verifier printed in it agrees with ours on everything."""

import hashlib
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import CSV_HEADER, mint
from gimark.codes.offline import Word, verify_offline
from gimark.codes.run import RunCodes
from gimark.codes.serial import read_typed
from gimark.codes.token import write_token
from gimark.errors import InvalidInputError
from gimark.keys import ed25519, keyset, statuslist
from gimark.keys.keyset import IssuingKey, KeySet, KeyState
from gimark.keys.signer import Ed25519Signer
from gimark.keys.statuslist import StatusList
from gimark.scans.rules import Reason
from tests.printed import (
    BLOCKS,
    GOLDEN,
    GOOD,
    KEYS,
    KEYS_NOTE,
    NOW,
    OWN_KEYS,
    OWN_LOG,
    OWN_ROOT,
    PAGE,
    STATUS_TEXT,
    STRANGER,
    TRUSTED,
    VECTORS,
)


def strangers_word(uri: str) -> str:
    return str(STRANGER["judge"](uri.encode(errors="surrogatepass"), TRUSTED, None, NOW)[0])


@pytest.mark.parametrize("case", GOLDEN["verify"], ids=lambda case: case["case"])
def test_the_printed_verifier_passes_every_vector(case: dict[str, str]) -> None:
    assert strangers_word(case["uri"]) == case["expect"]


@given(st.integers(0, len(GOOD)), st.text(st.characters(max_codepoint=0x2FF), max_size=3), st.integers(0, 3))
@example(GOOD.index("?") + 1, "&&s&", 0)
@example(len(GOOD), "&", 0)
@example(len(GOOD), "#a#?s=", 0)
def test_the_printed_verifier_agrees_with_ours_on_altered_codes(place: int, inserted: str, removed: int) -> None:
    changed = GOOD[:place] + inserted + GOOD[place + removed :]
    assert strangers_word(changed) == verify_offline(changed, KEYS).word


# What is typed.


def ours_typed(text: str) -> str:
    try:
        return read_typed(text, "code")
    except InvalidInputError as refused:
        return f"reject: {refused.extras['rejected']}"


def theirs_typed(text: str) -> str:
    try:
        return str(STRANGER["read_typed"](text))
    except ValueError as refused:
        return f"reject: {refused}"


@pytest.mark.parametrize("case", GOLDEN["typed"], ids=lambda case: ascii(case["input"]))
def test_the_printed_verifier_reads_what_was_typed(case: dict[str, str]) -> None:
    assert theirs_typed(case["input"]) == case["expect"]


@given(st.lists(st.sampled_from("38GPERNQBQTSA") | st.characters(), max_size=16).map("".join))
def test_the_printed_verifier_agrees_with_ours_on_any_typing(text: str) -> None:
    assert theirs_typed(text) == ours_typed(text)
    assert theirs_typed(f"38GPERNQ{text}BQTSA") == ours_typed(f"38GPERNQ{text}BQTSA")


def test_the_page_lists_the_characters_that_are_dropped() -> None:
    step = PAGE.partition("3. Drop, and nothing else:")[2].partition("4. Any character")[0]
    listed: set[str] = set()
    for first, last in re.findall(r"\b([0-9A-F]{4,5})(?:–([0-9A-F]{4}))?\b", step.replace("U+", "")):
        listed |= {chr(point) for point in range(int(first, 16), int(last or first, 16) + 1)}
    assert listed == STRANGER["DROPPED"]
    assert {ours_typed(f"38GPERNQ{mark}BQTSA") for mark in listed} == {"38GPERNQBQTSA"}


# The answer: word and colour, with status list and clock.


def answers(uri: str, keys: KeySet, status: StatusList, now: datetime) -> tuple[str, str]:
    """Word and colour; both verifiers give the same."""
    trusted = STRANGER["read_keyset"](keyset.publish(keys, OWN_ROOT), str(OWN_ROOT.key))
    listed = STRANGER["read_status"](statuslist.publish(status, OWN_LOG), trusted)
    ours = verify_offline(uri, keys, status, now)
    theirs = STRANGER["judge"](uri.encode(), trusted, listed, now)
    assert theirs == (ours.reason, ours.colour)
    return theirs  # type: ignore[no-any-return]


def test_the_printed_verifier_agrees_with_ours_on_words_and_colours() -> None:
    signer = Ed25519Signer("0001", bytes.fromhex(GOLDEN["issuing_key"]["seed_hex"]))
    run = RunCodes(GOLDEN["origin"], "gi.example.cn", "09521234500018", "YX26A0317", 42, 1000, "0001")
    cipher = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
    voided = mint(run, cipher, signer, 500, 1).uris[0].tobytes().decode()
    lacked = IssuingKey("0000", "sm2-sm3", b"\x04" + bytes(64), NOW.date(), NOW.date(), KeyState.ACTIVE)
    unsigned, unsupported = (f"{uri.partition('?')[0]}" for uri in (GOOD, voided))
    uris = [case["uri"] for case in GOLDEN["verify"] if case["uri"].isascii()]
    uris += [voided, unsupported, unsigned]
    uris += [f"{path}?s={write_token('0000', bytes(64))}" for path in (unsigned, unsupported)]
    revoked = replace(OWN_KEYS.keys[0], state=KeyState.REVOKED, revoked_at=7)
    status = statuslist.parse(STATUS_TEXT)
    seen = set()
    for keys in ((OWN_KEYS.keys[0], lacked), (revoked, lacked)):
        for lots in (
            {},
            {("09521234500018", "YX26A0317"): "not_authorised"},
            {("09521234500018", "YX26A0317"): "mould"},
        ):
            for now in (NOW, KEYS.expires_at, KEYS.expires_at - timedelta(seconds=1)):
                changed = replace(OWN_KEYS, keys=keys)
                seen |= {answers(uri, changed, replace(status, lots=lots), now) for uri in uris}
    assert {word for word, _ in seen} == set(Word)
    assert {colour for word, colour in seen if word == "authentic"} == {"green", "amber"}
    assert answers(unsupported, OWN_KEYS, status, NOW) == ("voided", "red")


def test_a_key_of_small_order_is_listed_and_verifies_nothing() -> None:
    identity = b"\x01" + bytes(31)
    keys = replace(OWN_KEYS, keys=(replace(OWN_KEYS.keys[0], public=identity),))
    uri = f"{GOOD.partition('?')[0]}?s={write_token('0001', identity + bytes(32))}"
    assert answers(uri, keys, statuslist.parse(STATUS_TEXT), NOW) == ("bad_signature", "red")


def test_the_printed_verifier_agrees_with_ours_on_edge_signatures() -> None:
    public, secret = ed25519.key_pair(b"\x07" * 32)
    good = ed25519.sign(b"message", secret)
    order = 2**252 + 27742317777372353535851937790883648493
    s_too_large = good[:32] + (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")
    small = [bytes(32), b"\x01" + bytes(31), (2**255 - 20).to_bytes(32, "little"), (2**255 - 19).to_bytes(32, "little")]
    cases = [(public, good), (public, s_too_large), *((point, point + bytes(32)) for point in small)]
    cases += [(public, point + good[32:]) for point in small]
    ours = [ed25519.verify(key, b"message", signature) for key, signature in cases]
    theirs = [STRANGER["ed25519_is_valid"](key, b"message", signature) for key, signature in cases]
    assert ours == theirs == [True] + [False] * 9


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("YX26A0317", "YX26A0318"), Word.BAD_SIGNATURE),
        (("38GP", "38GA"), Word.MALFORMED),
        (("5lCg", "5lCh"), Word.MALFORMED),
        (("", ""), Word.AUTHENTIC),
    ],
)
def test_the_page_says_what_small_changes_do(change: tuple[str, str], word: Word) -> None:
    assert verify_offline(GOOD.replace(*change), KEYS).word is word


def test_the_examples_on_the_page_are_the_golden_ones() -> None:
    assert BLOCKS[0].strip() == GOOD
    assert KEYS_NOTE in BLOCKS
    listed = next(block for block in BLOCKS if block.startswith("gi-status/v1"))
    assert STATUS_TEXT.startswith(listed)
    assert statuslist.parse(listed).seq == 3


def test_the_table_of_vectors_is_the_golden_one() -> None:
    table = next(block for block in BLOCKS if block.startswith("origin "))
    values = dict(re.split(r"  +", line, maxsplit=1) for line in table.splitlines())
    code, run = GOLDEN["codes"][0], GOLDEN["run"]
    assert values == {
        "origin": GOLDEN["origin"],
        "root vkey": GOLDEN["log"]["root_vkey"],
        "kid": "0001",
        "seed": GOLDEN["issuing_key"]["seed_hex"],
        "public key": GOLDEN["issuing_key"]["public_hex"],
        "master": GOLDEN["serial_master_hex"],
        "run, index": "42, 0",
        "serial": code["serial"],
        "message": code["message"].replace("\n", " LF ").strip(),
        "token": code["token"],
        "nonce": code["nonce_hex"],
        "leaf": code["leaf_hash_hex"],
        "codes_root": f"{run['codes_root_hex']}   (count {run['count']})",
    }
    assert Ed25519Signer("0001", bytes.fromhex(values["seed"])).public.hex() == values["public key"]


def test_the_page_names_every_word_that_a_verifier_or_the_server_gives() -> None:
    assert [word for word in [*Word, *Reason] if f"`{word}`" not in PAGE] == []


def test_the_page_names_the_vectors_by_their_hash() -> None:
    assert hashlib.sha256(VECTORS.read_bytes()).hexdigest() in PAGE


def test_the_page_gives_the_print_houses_columns() -> None:
    header = CSV_HEADER.decode().strip()
    table = PAGE.partition("## 11.")[2]
    assert f"`{header}`" in table
    assert re.findall(r"`(\w+)`", " ".join(re.findall(r"(?m)^\| (`.*?) \|", table))) == header.split(",")
