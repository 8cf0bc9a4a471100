"""The status list: what it says, who may say it, and in which spelling."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.keys import ed25519, keyset, statuslist
from gimark.keys.note import ED25519, NoteSigner, VerifierKey, sign_note
from gimark.keys.statuslist import StatusList

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
NOTE = GOLDEN["log"]["status_note"]
TEXT = NOTE.partition("\n\n")[0] + "\n"
KEYS = keyset.read_published(GOLDEN["log"]["keyset_note"].encode(), VerifierKey.parse(GOLDEN["log"]["root_vkey"]))
STATUS = StatusList(
    origin="gi.example.cn",
    seq=4,
    published_at=datetime(2026, 3, 21, tzinfo=UTC),
    expires_at=datetime(2026, 4, 21, tzinfo=UTC),
    lots={("09521234500025", "B-2"): "recalled", ("09521234500025", "A.1"): "not_authorised"},
    codes=frozenset({b"\xff" * 8, bytes(8)}),
)


def note_signer(name: str, seed: bytes) -> NoteSigner:
    public, secret = ed25519.key_pair(seed)
    return NoteSigner(VerifierKey(name, ED25519, public), lambda message: ed25519.sign(message, secret))


LOG = note_signer("gi.example.cn/log", b"\x02" * 32)
OWN_KEYS = replace(KEYS, logs=(replace(KEYS.logs[0], key=LOG.key),))


def test_golden_note_is_read_and_written_again() -> None:
    status = statuslist.read_published(NOTE.encode(), KEYS)
    assert status.text() == TEXT
    assert (status.seq, len(status.codes)) == (3, 50)
    assert status.lots == {("09521234500025", "YX26B0101"): "recalled"}


def test_text_is_sorted_lots_before_codes() -> None:
    assert STATUS.text().splitlines()[5:] == [
        "lot 09521234500025 A.1 not_authorised",
        "lot 09521234500025 B-2 recalled",
        "code 0000000000000000",
        "code ffffffffffffffff",
    ]


def test_what_is_published_is_read_the_same() -> None:
    assert statuslist.read_published(statuslist.publish(STATUS, LOG), OWN_KEYS) == STATUS


def test_a_key_outside_the_key_set_says_nothing() -> None:
    with pytest.raises(InvalidInputError):
        statuslist.read_published(statuslist.publish(STATUS, LOG), KEYS)


def test_another_name_does_not_publish() -> None:
    with pytest.raises(InvalidInputError, match="not the log's key"):
        statuslist.publish(STATUS, note_signer("gi.example.cn/root", b"\x02" * 32))


def test_a_log_key_does_not_speak_for_another_installation() -> None:
    strange = replace(STATUS, origin="other.example.cn")
    with pytest.raises(InvalidInputError, match=r"not of gi\.example\.cn"):
        statuslist.read_published(sign_note(strange.text(), [LOG]), OWN_KEYS)


def put(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    "change",
    [
        put("gi-status/v1", "gi-status/v2"),
        put("seq 3", "seq 03"),
        put("expires 2026-04-20", "expires 2026-02-20"),
        put("lot 09521234500025", "lot 9521234500025"),
        put("YX26B0101 recalled", "yx26b0101 recalled"),
        put(" recalled", " Recalled"),
        put(" recalled", ""),
        put("code 110cf97e945c035f", "code 110CF97E945C035F"),
        put("code 110cf97e945c035f", "code 110cf97e945c03"),
        put("code 110cf97e945c035f", "code 110cf97e945c035f00"),
        put("code 110cf97e945c035f", "code 110cf97e945c035g"),
        put("code 110cf97e945c035f", "code 11 0cf97e945c035f"),
        put("code 110cf97e945c035f\n", "code 110cf97e945c035f\ncode 110cf97e945c035f\n"),
        put("code 110cf97e945c035f\ncode 1327bd3ffc7d8ac6\n", "code 1327bd3ffc7d8ac6\ncode 110cf97e945c035f\n"),
        put("lot 0", "lots 0"),
        put("\n", "\r\n"),
        lambda text: text + "lot 09521234500025 YX26B0102 recalled\n",
        lambda text: text + "\n",
    ],
)
def test_another_spelling_is_refused(change: Callable[[str], str]) -> None:
    assert change(TEXT) != TEXT
    with pytest.raises(InvalidInputError):
        statuslist.parse(change(TEXT))


@given(
    st.dictionaries(
        st.tuples(st.from_regex(r"[0-9]{14}", fullmatch=True), st.from_regex(r"[0-9A-Z.-]{1,20}", fullmatch=True)),
        st.sampled_from(["recalled", "not_authorised"]),
    ).filter(lambda lots: all(gtin.isascii() for gtin, _ in lots)),
    st.frozensets(st.binary(min_size=8, max_size=8)),
)
def test_any_list_reads_back(lots: dict[tuple[str, str], str], codes: frozenset[bytes]) -> None:
    status = replace(STATUS, lots=lots, codes=codes)
    assert statuslist.parse(status.text()) == status


@pytest.mark.parametrize(
    "change",
    [
        {"codes": frozenset({b"short"})},
        {"lots": {("1", "A"): "recalled"}},
        {"lots": {("09521234500025", "A\nB"): "x"}},
        {"seq": 0},
        {"origin": "A B"},
    ],
)
def test_parts_that_make_no_list_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        replace(STATUS, **change)  # type: ignore[arg-type]
