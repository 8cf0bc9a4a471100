"""The printed verifier refuses the lists that we refuse, and reads alike those that we read."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.keys import keyset, statuslist
from gimark.keys.note import COSIGNATURE_V1, VerifierKey
from tests.printed import (
    KEYS_TEXT,
    OWN_KEYS,
    OWN_LOG,
    OWN_ROOT,
    STATUS_TEXT,
    STRANGER,
    both_read,
    both_read_status,
    note_signer,
    refuses,
    signature_line,
    signed,
)


def put(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


KEY_LINE = KEYS_TEXT.splitlines()[-1] + "\n"
WITNESS = VerifierKey("witness.example/w1", COSIGNATURE_V1, bytes(32))
POINT = base64.b64encode(b"\x04" + bytes(64)).decode()


def key_line(kid: str, alg: str, public: str, last: str = "active -") -> str:
    return f"key {kid} {alg} {public} 2026-03-01 2027-03-31 {last}\n"


@pytest.mark.parametrize(
    "change",
    [
        put("gi-keys/v1", "gi-keys/v2"),
        put("active -", "Revoked 5"),
        put("active -", "Active -"),
        put("active -", "suspended -"),
        put("active -", "active 3"),
        put("active -", "revoked -"),
        put("active -", "revoked 03"),
        put("active -", f"revoked {2**53}"),
        put("active -", "active  -"),
        put("active -", "active - "),
        put("ed25519", "ed448"),
        put("ed25519", "Ed25519"),
        put("ed25519", "p256"),
        put("seq 1\n", "seq 0\n"),
        put("seq 1\n", "seq 01\n"),
        put("seq 1\n", "seq １\n"),
        put("seq 1\n", f"seq {2**53}\n"),
        put("seq 1\n", "seq\n"),
        put("quorum 1", "quorum 2"),
        put("quorum 1", "quorum 1 of 0"),
        lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith("witness")),
        lambda text: text.replace("quorum 1\n", "").replace("seq 1\n", "quorum 1\nseq 1\n"),
        lambda text: text.replace(KEY_LINE, "").replace("log gi", KEY_LINE + "log gi"),
        lambda text: text + "watcher x\n",
        lambda text: text + "\n",
        lambda text: text[:-1],
        lambda text: text + KEY_LINE,
        lambda text: text + key_line("0002", "ed25519", KEY_LINE.split(" ")[3]),
        lambda text: text + key_line("0000", "p256", POINT),
        lambda text: text + key_line("0002", "p256", base64.b64encode(b"\x02" + bytes(64)).decode()),
        lambda text: text + key_line("0002", "ed25519", base64.b64encode(bytes(5)).decode()),
        lambda text: text + key_line("0002", "ed25519", base64.b64encode(bytes(33)).decode()),
        lambda text: text + key_line("000A", "p256", POINT),
        put("hosts gi.example.cn", "hosts GI.example.cn"),
        put("hosts gi.example.cn", "hosts gi.example.cn gi.example.cn"),
        put("hosts gi.example.cn", "hosts gi.example.cn."),
        put("hosts gi.example.cn", "hosts gi.example.cn:443"),
        put("hosts gi.example.cn", "hosts " + ".".join(["a" * 63] * 4)),
        put("hosts gi.example.cn", "hosts"),
        put("origin gi.example.cn", "origin gi.example.com"),
        put("origin gi.example.cn", "origin GI.example.cn"),
        put("log gi.example.cn/log", "log gi.example.com/log"),
        put("+220b8831+", "+220b8832+"),
        put("+36d5e50c+BJ", "+36d5e50d+BJ"),
        put("witness.example/w1+36d5e50c+BJHV0VDBOx3xADSEtV4CR8PYNyAnXPjSLdr/ecodbAvf", str(OWN_LOG.key)),
        put("2031-03-31", "2026-02-28"),
        put("2027-03-31", "2026-02-29"),
        put("2027-03-31", "20270331"),
        put("2026-03-01 2027", "0999-03-01 2027"),
        put("time 2026-03-01T01:00:00Z", "time 2026-09-01T00:00:00Z"),
        put("time 2026-03-01T01:00:00Z", "time 2026-03-01T24:00:00Z"),
        put("time 2026-03-01T01:00:00Z", "time 2026-03-01T00:59:60Z"),
        put("H/ToR0sM", "H_ToR0sM"),
        put("KtZo=", "KtZp="),
        put("KtZo=", "KtZo"),
        put("\n", "\r\n"),
        put("active -", "active -\r"),
        put("\nquorum", "\u2028quorum"),
        put("\nquorum", "\x85quorum"),
        put("\nquorum", "\x0bquorum"),
        put("witness.example/w1", "见证.example/w1"),
    ],
)
def test_a_key_set_that_is_not_as_the_page_says_is_refused_by_both(change: Callable[[str], str]) -> None:
    assert change(KEYS_TEXT) != KEYS_TEXT
    assert both_read(signed(change(KEYS_TEXT))) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text + key_line("0002", "p256", POINT) + key_line("00af", "sm2-sm3", POINT[:-2] + "E="),
        put("active -", "revoked 0"),
        put("active -", "retired -"),
        put("hosts gi.example.cn", "hosts z.example.cn a.example.cn"),
        put("seq 1\n", f"seq {2**53 - 1}\n"),
        put("quorum 1", "quorum 0"),
        put("time 2026", "time 2025"),
        put("expires 2026", "expires 9999"),
        lambda text: re.sub(r"(?m)^(log|witness|key) .*\n", "", text).replace("quorum 1", "quorum 0"),
    ],
)
def test_a_key_set_as_the_page_allows_is_read_alike_by_both(change: Callable[[str], str]) -> None:
    assert both_read(signed(change(KEYS_TEXT))) is not None


@given(st.integers(0, len(KEYS_TEXT)), st.text(max_size=2), st.integers(0, 2))
def test_both_refuse_or_read_any_altered_key_set(place: int, inserted: str, removed: int) -> None:
    both_read(signed(KEYS_TEXT[:place] + inserted + KEYS_TEXT[place + removed :]))


@given(st.integers(0, len(STATUS_TEXT)), st.text(max_size=2), st.integers(0, 2))
def test_both_refuse_or_read_any_altered_status_list(place: int, inserted: str, removed: int) -> None:
    both_read_status(signed(STATUS_TEXT[:place] + inserted + STATUS_TEXT[place + removed :], OWN_LOG))


@pytest.mark.parametrize(
    "change",
    [
        put("origin gi.example.cn", "origin gi.example.com"),
        put("seq 3", "seq 0"),
        put(" recalled\n", " recalled\nlot 09521234500025 YX26B0101 recalled\n"),
        put(" recalled\n", " not_authorised\nlot 09521234500025 YX26B0101 recalled\n"),
        put("code 110cf97e945c035f\ncode 1327bd3ffc7d8ac6\n", "code 1327bd3ffc7d8ac6\ncode 110cf97e945c035f\n"),
        put("code 110cf97e945c035f\n", "code 110cf97e945c035f\n" * 2),
        put("code 110cf97e945c035f", "code 110CF97E945C035F"),
        lambda text: text + "lot 09521234500025 YX26B0102 recalled\n",
    ],
)
def test_a_status_list_that_is_not_as_the_page_says_is_refused_by_both(change: Callable[[str], str]) -> None:
    assert both_read_status(signed(STATUS_TEXT, OWN_LOG)) is not None
    assert change(STATUS_TEXT) != STATUS_TEXT
    assert both_read_status(signed(change(STATUS_TEXT), OWN_LOG)) is None


def test_a_status_list_counts_by_any_log_key_whatever_its_days_and_by_no_other() -> None:
    old = replace(OWN_KEYS.logs[0], until_on=OWN_KEYS.logs[0].from_on)
    newer = note_signer("gi.example.cn/log", b"\x03" * 32)
    several = replace(OWN_KEYS, logs=(old, replace(old, key=newer.key)))
    trusted = STRANGER["read_keyset"](keyset.publish(several, OWN_ROOT), str(OWN_ROOT.key))
    for signer in (OWN_LOG, newer):
        assert statuslist.read_published(signed(STATUS_TEXT, signer), several).seq == 3
        assert STRANGER["read_status"](signed(STATUS_TEXT, signer), trusted).lots
    for other in (OWN_ROOT, note_signer("gi.example.cn/log", b"\x04" * 32)):
        assert both_read_status(signed(STATUS_TEXT, other)) is None


# Signature lines.

TRUE_LINE = signature_line(KEYS_TEXT, OWN_ROOT)
BAD_LINE = signature_line(KEYS_TEXT + "x", OWN_ROOT)
OTHER_LINE = signature_line("x", note_signer("someone", b"\x05" * 32))


@pytest.mark.parametrize(
    ("lines", "is_good"),
    [
        (TRUE_LINE, True),
        (OTHER_LINE + TRUE_LINE, True),
        (signature_line(KEYS_TEXT, note_signer("某人", b"\x05" * 32)) + TRUE_LINE, True),
        (TRUE_LINE + BAD_LINE, True),
        (BAD_LINE + TRUE_LINE, False),
        (signature_line(KEYS_TEXT, note_signer(OWN_ROOT.key.name, b"\x05" * 32)) + TRUE_LINE, True),
        (OTHER_LINE * 63 + TRUE_LINE, True),
        (OTHER_LINE * 64 + TRUE_LINE, False),
        ("", False),
        (OTHER_LINE, False),
        (TRUE_LINE[:-1], False),
        (TRUE_LINE + "\n", False),
        (TRUE_LINE + "garbage\n", False),
        (TRUE_LINE + "garbage", False),
        (TRUE_LINE.replace("— ", "- "), False),
        (TRUE_LINE.replace("\n", "\r\n"), False),
        (TRUE_LINE.replace("\n", "\u2028"), False),
        (TRUE_LINE.replace("\n", "\u2028\n"), False),
        (TRUE_LINE.replace("\n", " \n"), False),
        (TRUE_LINE[:40] + "!" + TRUE_LINE[40:], False),
        (TRUE_LINE[:-1] + "=\n", False),
        (TRUE_LINE + "— someone AAAA\n", False),
        (OTHER_LINE[:-4] + "!!!\n" + TRUE_LINE, False),
    ],
)
def test_both_take_the_same_signature_lines(lines: str, is_good: bool) -> None:
    note = f"{KEYS_TEXT}\n{lines}".encode()
    assert (both_read(note) is not None) is is_good


@given(st.integers(0, len(TRUE_LINE.encode()) - 1), st.binary(max_size=2), st.integers(0, 2))
def test_both_refuse_or_read_any_altered_signature_line(place: int, inserted: bytes, removed: int) -> None:
    line = TRUE_LINE.encode()
    both_read(f"{KEYS_TEXT}\n".encode() + line[:place] + inserted + line[place + removed :])


def test_a_root_of_another_name_or_kind_is_refused_by_both() -> None:
    stranger = note_signer("gi.example.com/root", b"\x01" * 32)
    assert both_read(signed(KEYS_TEXT, stranger), stranger.key) is None
    for vkey in (str(WITNESS), "gi.example.cn/root", str(OWN_ROOT.key)[:-1], str(OWN_ROOT.key).replace("+", "+0", 1)):
        assert refuses(STRANGER["read_keyset"], signed(KEYS_TEXT), vkey)
