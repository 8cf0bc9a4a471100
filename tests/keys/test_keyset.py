"""The key set: one spelling, one root, and no way back."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import ConflictError, InvalidInputError, LedgerError
from gimark.keys import ed25519, keyset
from gimark.keys.jwks import jwks
from gimark.keys.keyset import IssuingKey, KeySet, KeyState, LogKey
from gimark.keys.note import COSIGNATURE_V1, ED25519, NoteSigner, VerifierKey, sign_note

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
NOTE = GOLDEN["log"]["keyset_note"]
TEXT = NOTE.partition("\n\n")[0] + "\n"
GOLDEN_ROOT = VerifierKey.parse(GOLDEN["log"]["root_vkey"])


def note_signer(name: str, seed: bytes) -> NoteSigner:
    public, secret = ed25519.key_pair(seed)
    return NoteSigner(VerifierKey(name, ED25519, public), lambda message: ed25519.sign(message, secret))


ROOT = note_signer("gi.example.cn/root", b"\x01" * 32)


FROM, UNTIL = date(2026, 3, 1), date(2027, 3, 31)


def issuing(
    kid: str, seed: bytes = b"\x03" * 32, state: KeyState = KeyState.ACTIVE, at: int | None = None
) -> IssuingKey:
    public, _ = ed25519.key_pair(seed)
    return IssuingKey(kid, "ed25519", public, FROM, UNTIL, state, at)


KEYS = KeySet(
    origin="gi.example.cn",
    hosts=("gi.example.cn", "gi.example.com"),
    seq=7,
    published_at=datetime(2026, 3, 1, 1, 0, 0, tzinfo=UTC),
    expires_at=datetime(2026, 9, 1, tzinfo=UTC),
    quorum=1,
    logs=(LogKey(note_signer("gi.example.cn/log", b"\x02" * 32).key, date(2026, 3, 1), date(2031, 3, 31)),),
    witnesses=(
        VerifierKey("witness.example/w2", COSIGNATURE_V1, b"\x05" * 32),
        VerifierKey("witness.example/w1", COSIGNATURE_V1, b"\x04" * 32),
    ),
    keys=(
        issuing("00af"),
        issuing("0001", b"\x06" * 32, KeyState.RETIRED),
        issuing("0002", b"\x07" * 32, KeyState.REVOKED, 1000),
        IssuingKey("0003", "sm2-sm3", b"\x04" + bytes(64), FROM, UNTIL, KeyState.ACTIVE),
        IssuingKey("0004", "p256", b"\x04" + b"x" * 32 + b"y" * 32, FROM, UNTIL, KeyState.ACTIVE),
    ),
)


def test_golden_note_is_read_and_written_again() -> None:
    golden = keyset.read_published(NOTE.encode(), GOLDEN_ROOT)
    assert golden.text() == TEXT
    key = golden.key("0001")
    assert key is not None
    assert key.public.hex() == GOLDEN["issuing_key"]["public_hex"]
    assert key.state is KeyState.ACTIVE
    assert (golden.origin, golden.hosts, golden.seq, golden.quorum) == ("gi.example.cn", ("gi.example.cn",), 1, 1)
    assert golden.expires_at == datetime(2026, 9, 1, tzinfo=UTC)
    assert [str(log.key) for log in golden.logs] == [GOLDEN["log"]["vkeys"][0]]
    assert [str(witness) for witness in golden.witnesses] == [GOLDEN["log"]["vkeys"][1]]


def test_what_is_published_is_read_the_same() -> None:
    read = keyset.read_published(keyset.publish(KEYS, ROOT), ROOT.key)
    assert read.text() == KEYS.text()
    assert read.key("0002") == KEYS.key("0002")
    assert read.key("ffff") is None


def test_lines_are_sorted_within_each_kind() -> None:
    lines = KEYS.text().splitlines()
    assert [line.split(" ")[0] for line in lines[7:]] == ["log", "witness", "witness", *["key"] * 5]
    assert [line.split(" ")[1] for line in lines[10:]] == ["0001", "0002", "0003", "0004", "00af"]
    assert lines[8] < lines[9]


def test_only_the_root_that_is_trusted_counts() -> None:
    namesake = note_signer("gi.example.cn/root", b"\x09" * 32)
    stranger = note_signer("evil.example.cn/root", b"\x01" * 32)
    for note in (
        keyset.publish(KEYS, namesake),
        keyset.publish(replace(KEYS, origin="evil.example.cn", logs=()), stranger),
    ):
        with pytest.raises(InvalidInputError):
            keyset.read_published(note, ROOT.key)


def test_a_root_does_not_speak_for_another_origin() -> None:
    other = replace(KEYS, origin="other.example.cn", logs=())
    with pytest.raises(InvalidInputError):
        keyset.publish(other, ROOT)
    with pytest.raises(InvalidInputError, match="root key"):
        keyset.read_published(sign_note(other.text(), [ROOT]), ROOT.key)


@given(st.integers(0, len(TEXT.encode()) - 1), st.integers(0, 255))
def test_no_changed_byte_gets_past_the_signature(place: int, byte: int) -> None:
    changed = bytearray(NOTE.encode())
    if changed[place] == byte:
        return
    changed[place] = byte
    with pytest.raises(InvalidInputError):
        keyset.read_published(bytes(changed), GOLDEN_ROOT)


def swap(one: str, other: str) -> Callable[[str], str]:
    return lambda text: text.replace(one, "\0").replace(other, one).replace("\0", other)


def put(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(
    "change",
    [
        put("gi-keys/v1", "gi-keys/v2"),
        put("origin gi.example.cn\n", ""),
        put("origin gi.example.cn", "origin GI.example.cn"),
        put("hosts gi.example.cn", "hosts GI.example.cn"),
        put("hosts gi.example.cn", "hosts gi.example.cn:443"),
        put("hosts gi.example.cn", "hosts gi.example.cn "),
        put("hosts gi.example.cn", "hosts gi.example.cn gi.example.cn"),
        put("hosts gi.example.cn", "hosts"),
        put("seq 1\n", "seq 01\n"),
        put("seq 1\n", "seq 0\n"),
        put("seq 1\n", "seq 1_0\n"),
        put("seq 1\n", "seq +1\n"),
        put("seq 1\n", "seq １\n"),
        put("seq 1\n", "seq 1\nseq 1\n"),
        put("seq 1\n", f"seq {2**53}\n"),
        put("time 2026-03-01T01:00:00Z", "time 2026-03-01T01:00:00+00:00"),
        put("time 2026-03-01T01:00:00Z", "time 2026-3-01T01:00:00Z"),
        put("time 2026-03-01T01:00:00Z", "time 2026-03-01T01:00:00.0Z"),
        put("time 2026-03-01T01:00:00Z", "time 2026-09-01T00:00:00Z"),
        put("quorum 1", "quorum 2"),
        put("quorum 1", "quorum -1"),
        swap("seq 1\n", "quorum 1\n"),
        put("log gi.example.cn/log", "log gi.example.com/log"),
        put("+220b8831+", "+220b8832+"),
        put("2031-03-31", "20310331"),
        put(
            "key 0001 ed25519 H/ToR0sMdLGkRfHgXxdLXm7HTVwcnJ3+cjRGQWfKtZo= 2026",
            "key 0001 ed25519 H/ToR0sMdLGkRfHgXxdLXm7HTVwcnJ3+cjRGQWfKtZo= 0999",
        ),
        put("2031-03-31", "2026-02-28"),
        put("2027-03-31", "2026-02-28"),
        put("witness witness", "watcher witness"),
        put("witness witness.example", "witness  witness.example"),
        put("key 0001", "key 1"),
        put("key 0001", "key 00A1"),
        put("ed25519", "ed448"),
        put("ed25519", "p256"),
        put("H/ToR0sM", "H_ToR0sM"),
        put("H/ToR0sM", "H/ToR0s"),
        put("active -", "active 5"),
        put("active -", "revoked -"),
        put("active -", "revoked -5"),
        put("active -", "revoked 05"),
        put("active -", f"revoked {2**53}"),
        put("active -", "paused -"),
        put("active -", "active"),
        put("active -", "active - -"),
        put("\n", "\r\n"),
        lambda text: text + "\n",
        lambda text: text[:-1],
        lambda text: text + "expires 2026-09-01T00:00:00Z\n",
        lambda text: text + text.splitlines()[-1] + "\n",
        lambda text: text + text.splitlines()[-1].replace("H/To", "H/Tp") + "\n",
        lambda text: text + text.splitlines()[-2] + "\n",
        lambda text: "",
    ],
)
def test_another_spelling_is_refused(change: Callable[[str], str]) -> None:
    assert change(TEXT) != TEXT
    with pytest.raises(InvalidInputError) as caught:
        keyset.parse(change(TEXT))
    assert caught.value.faults[0].remedy_zh


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"keys": (issuing("0001"), issuing("0002"))}, "public key comes twice"),
        ({"keys": (issuing("0001"), issuing("0002", state=KeyState.REVOKED, at=3))}, "public key comes twice"),
        ({"keys": (IssuingKey("0001", "p256", b"\x02" + bytes(64), FROM, UNTIL, KeyState.ACTIVE),)}, "do not fit"),
        ({"keys": (issuing("0001", state=KeyState.REVOKED, at=2**53),)}, "log size"),
        ({"witnesses": (VerifierKey("见证.example", COSIGNATURE_V1, bytes(32)),)}, "visible ASCII"),
    ],
    ids=["two kids, one key", "revoked and not", "compressed point", "log size over 2^53", "witness not ASCII"],
)
def test_parts_that_make_no_key_set_are_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        replace(KEYS, **change)  # type: ignore[arg-type]


def test_lines_out_of_order_are_refused() -> None:
    lines = KEYS.text().splitlines(keepends=True)
    keyset.parse("".join(lines))
    for one, other in ((8, 9), (10, 11), (7, 8)):
        shuffled = list(lines)
        shuffled[one], shuffled[other] = lines[other], lines[one]
        with pytest.raises(InvalidInputError):
            keyset.parse("".join(shuffled))


@given(st.text(max_size=200))
def test_noise_is_refused_and_nothing_else(noise: str) -> None:
    with pytest.raises(InvalidInputError):
        keyset.parse(noise)


def published(change: KeySet) -> bytes:
    return keyset.publish(change, ROOT)


def test_a_newer_key_set_replaces_the_one_held() -> None:
    newer = replace(KEYS, seq=8, keys=(*KEYS.keys, issuing("0005", b"\x08" * 32)))
    assert keyset.supersede(published(KEYS), published(newer), ROOT.key).key("0005") is not None
    assert keyset.supersede(published(KEYS), published(KEYS), ROOT.key).seq == 7


def test_an_older_key_set_is_refused() -> None:
    with pytest.raises(ConflictError, match="older than 7"):
        keyset.supersede(published(KEYS), published(replace(KEYS, seq=6)), ROOT.key)


def with_key(changed: IssuingKey) -> tuple[IssuingKey, ...]:
    return tuple(changed if key.kid == changed.kid else key for key in KEYS.keys)


@pytest.mark.parametrize(
    "offered",
    [
        replace(KEYS, quorum=2),
        replace(KEYS, seq=8, keys=with_key(issuing("00af", b"\x0a" * 32))),
        replace(KEYS, seq=8, keys=KEYS.keys[1:]),
        replace(KEYS, seq=8, keys=with_key(issuing("0001", b"\x06" * 32, KeyState.ACTIVE))),
        replace(KEYS, seq=8, keys=with_key(issuing("0002", b"\x07" * 32, KeyState.ACTIVE))),
        replace(KEYS, seq=8, keys=with_key(issuing("0002", b"\x07" * 32, KeyState.REVOKED, 1001))),
    ],
    ids=["two of one number", "kid with another key", "key gone", "retired again active", "unrevoked", "revoked later"],
)
def test_a_contradiction_is_an_alarm(offered: KeySet) -> None:
    with pytest.raises(LedgerError):
        keyset.supersede(published(KEYS), published(offered), ROOT.key)


@pytest.mark.parametrize(
    "changed",
    [issuing("00af", state=KeyState.REVOKED, at=5), issuing("0002", b"\x07" * 32, KeyState.REVOKED, 900)],
    ids=["revoked now", "revoked further back"],
)
def test_a_revocation_may_come_and_reach_further_back(changed: IssuingKey) -> None:
    newer = replace(KEYS, seq=8, keys=with_key(changed))
    assert keyset.supersede(published(KEYS), published(newer), ROOT.key).key(changed.kid) == changed


def test_jwks_holds_what_a_jwk_can_say() -> None:
    keys = {key["kid"]: key for key in jwks(KEYS)["keys"]}
    assert sorted(keys) == ["0001", "0004", "00af"]  # neither the revoked one nor SM2
    golden = jwks(keyset.parse(TEXT))["keys"]
    assert golden == [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "x": "H_ToR0sMdLGkRfHgXxdLXm7HTVwcnJ3-cjRGQWfKtZo",
            "kid": "0001",
            "use": "sig",
        }
    ]
    assert base64.urlsafe_b64decode(keys["0004"]["x"] + "=") == b"x" * 32
    assert base64.urlsafe_b64decode(keys["0004"]["y"] + "=") == b"y" * 32
