"""Signed notes: the golden checkpoint, key set and status note open; whatever is bent does not."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.keys import ed25519
from gimark.keys.note import (
    COSIGNATURE_V1,
    ED25519,
    MAX_SIGNATURES,
    NoteSigner,
    VerifierKey,
    cosignature_line,
    open_note,
    sign_note,
    split_note,
)

LOG = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text())["log"]
LOG_KEY, WITNESS_KEY = (VerifierKey.parse(text) for text in LOG["vkeys"])
ROOT_KEY = VerifierKey.parse(LOG["root_vkey"])
CHECKPOINT = LOG["checkpoint"].encode()
# The example of C2SP signed-note v1.0.0 and Go's sumdb/note package.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def signer(name: str, seed: int = 1, kind: int = ED25519) -> NoteSigner:
    public, secret = ed25519.key_pair(bytes([seed]) * 32)
    return NoteSigner(VerifierKey(name, kind, public), lambda message: ed25519.sign(message, secret))


def cosigned(text: str, *signers: NoteSigner, witness: NoteSigner, time_s: int = 1_700_000_000) -> bytes:
    return sign_note(text, signers) + cosignature_line(text, witness, time_s).encode()


def test_golden_checkpoint_is_signed_by_log_and_witness() -> None:
    note = open_note(CHECKPOINT, [LOG_KEY, WITNESS_KEY])
    assert note.text == f"gi.example.cn/log\n10\n{base64.b64encode(bytes.fromhex(LOG['roots_hex'][10])).decode()}\n"
    assert note.is_signed_by(LOG_KEY)
    assert note.is_signed_by(WITNESS_KEY)
    assert [signature.time_s for signature in note.signatures] == [None, 1774000000]


@pytest.mark.parametrize(("name", "key"), [("keyset_note", ROOT_KEY), ("status_note", LOG_KEY)])
def test_golden_notes_open(name: str, key: VerifierKey) -> None:
    assert open_note(LOG[name].encode(), [key]).is_signed_by(key)


def test_note_of_go_opens() -> None:
    key = VerifierKey.parse(GO_VKEY)
    assert open_note(GO_NOTE.encode(), [key]).text.endswith("what your problem is.\n")


def test_vkeys_read_back_as_they_are_written() -> None:
    for text in [*LOG["vkeys"], LOG["root_vkey"], GO_VKEY]:
        assert str(VerifierKey.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gi.example.cn/log",
        "gi.example.cn/log+220b8831",
        "gi.example.cn/log+220b8832+AWzW6sz24+0LFc+qNOO9A1ybGAx4j2tPrEBbS95Y4pHc",
        "gi.example.cn/log+220B8831+AWzW6sz24+0LFc+qNOO9A1ybGAx4j2tPrEBbS95Y4pHc",
        "gi.example.cn/lag+220b8831+AWzW6sz24+0LFc+qNOO9A1ybGAx4j2tPrEBbS95Y4pHc",
        "gi.example.cn/log+220b8831+BGzW6sz24+0LFc+qNOO9A1ybGAx4j2tPrEBbS95Y4pHc",
        "gi.example.cn/log+220b8831+AWzW6sz24+0LFc+qNOO9A1ybGAx4j2tPrEBbS95Y4pH=",
        "gi.example.cn/log+220b8831+",
        "gi.example.cn/log+220b8831+AQ==",
        " +220b8831+AWzW6sz24+0LFc+qNOO9A1ybGAx4j2tPrEBbS95Y4pHc",
    ],
)
def test_broken_vkeys_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="not a valid verifier key"):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a　b", "a\u00a0b", "a\nb", "a\x1fb"])
def test_names_with_spaces_or_plus_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        VerifierKey(name, ED25519, bytes(32))


def test_unsupported_kinds_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="0x02"):
        VerifierKey("log", 2, bytes(32))


# `\n` may stand inside a text; the text itself ends in one.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")).map(lambda text: text + "\n")


@given(texts)
def test_what_is_signed_opens_and_keeps_its_text(text: str) -> None:
    log, witness = signer("county/log"), signer("paper/w", 2, COSIGNATURE_V1)
    note = open_note(cosigned(text, log, witness=witness), [log.key, witness.key])
    assert note.text == text
    assert [found.time_s for found in note.signatures] == [None, 1_700_000_000]


@given(st.data())
def test_no_changed_byte_keeps_both_signatures(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(CHECKPOINT) - 1))
    changed = bytes([CHECKPOINT[at] ^ data.draw(st.integers(1, 255))])
    try:
        note = open_note(CHECKPOINT[:at] + changed + CHECKPOINT[at + 1 :], [LOG_KEY, WITNESS_KEY])
    except InvalidInputError:
        return
    assert len(note.signatures) < 2


def test_signatures_of_strangers_are_ignored_but_do_not_suffice() -> None:
    log, stranger = signer("county/log"), signer("stranger", 9)
    raw = sign_note("text\n", [stranger, log])
    assert open_note(raw, [log.key]).signatures[0].key == log.key
    with pytest.raises(InvalidInputError, match="no trusted key"):
        open_note(sign_note("text\n", [stranger]), [log.key])


def test_a_namesake_with_another_key_is_a_stranger() -> None:
    log, namesake = signer("county/log"), signer("county/log", 9)
    with pytest.raises(InvalidInputError, match="no trusted key"):
        open_note(sign_note("text\n", [namesake]), [log.key])


def test_one_failing_signature_of_a_known_key_refuses_the_whole_note() -> None:
    log, witness = signer("county/log"), signer("paper/w", 2, COSIGNATURE_V1)
    raw = sign_note("text\n", [log]) + cosignature_line("other\n", witness, 5).encode()
    with pytest.raises(InvalidInputError, match="signature of paper/w is not valid"):
        open_note(raw, [log.key, witness.key])
    assert open_note(raw, [log.key]).text == "text\n"


def test_a_witness_time_cannot_be_moved() -> None:
    witness = signer("paper/w", 2, COSIGNATURE_V1)
    line = cosignature_line("text\n", witness, 1000)
    payload = bytearray(base64.b64decode(line.split(" ")[2]))
    payload[4 + 7] ^= 1
    moved = f"text\n\n— paper/w {base64.b64encode(payload).decode()}\n"
    with pytest.raises(InvalidInputError, match="not valid"):
        open_note(moved.encode(), [witness.key])


def test_a_signature_does_not_pass_as_a_cosignature_of_the_same_key() -> None:
    plain, witness = signer("paper/w", 2), signer("paper/w", 2, COSIGNATURE_V1)
    assert plain.key.key_id != witness.key.key_id
    with pytest.raises(InvalidInputError, match="no trusted key"):
        open_note(sign_note("text\n", [plain]), [witness.key])


def test_the_same_signature_twice_counts_once() -> None:
    log = signer("county/log")
    raw = sign_note("text\n", [log, log])
    assert len(open_note(raw, [log.key]).signatures) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\nnot a signature\n",
        CHECKPOINT[:-1],
        CHECKPOINT + b"\n",
        CHECKPOINT.replace("— ".encode(), b"- "),
        CHECKPOINT.replace(b"\n", b"\r\n"),
        CHECKPOINT.replace(b"log\n10", b"log\t10"),
        CHECKPOINT.replace(b"log\n10", b"log\xff10"),
        CHECKPOINT.replace(b"gi.example.cn/log I", b"gi.example.cn/log  I"),
        "text\n\n— a AAAA\n".encode(),
        "text\n\n— a IguIMWvMV7g0eeDxJHh\n".encode(),
        ("text\n\n" + "— a AAAAAAA=\n" * (MAX_SIGNATURES + 1)).encode(),
    ],
)
def test_malformed_notes_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInputError, match="not a valid signed note"):
        open_note(raw, [LOG_KEY])


def test_sixteen_signatures_are_accepted() -> None:
    signers = [signer(f"county/{number}", number) for number in range(16)]
    raw = sign_note("text\n", signers)
    assert len(open_note(raw, [one.key for one in signers]).signatures) == 16
    assert len(split_note(raw)[1]) == 16


@pytest.mark.parametrize("text", ["", "text", "tab\t\n", "nul\0\n", "return\r\n"])
def test_texts_that_cannot_stand_in_a_note_are_not_signed(text: str) -> None:
    with pytest.raises(InvalidInputError, match="must end in a newline"):
        sign_note(text, [signer("county/log")])


def test_signing_asks_for_the_right_kind_of_key_and_for_a_signer() -> None:
    with pytest.raises(InvalidInputError, match="not a key that signs texts"):
        sign_note("text\n", [signer("paper/w", 2, COSIGNATURE_V1)])
    with pytest.raises(InvalidInputError, match="not a witness's key"):
        cosignature_line("text\n", signer("county/log"), 5)
    with pytest.raises(InvalidInputError, match="nobody signs"):
        sign_note("text\n", [])
    with pytest.raises(InvalidInputError, match="out of range"):
        cosignature_line("text\n", signer("paper/w", 2, COSIGNATURE_V1), 1 << 63)
