"""Checking proof files: the golden one holds, and nothing in it can be changed without being found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gimark.codes import commitment
from gimark.codes.cipher import SerialCipher
from gimark.codes.run import RunCodes
from gimark.codes.uri import build_uri
from gimark.errors import InvalidInputError
from gimark.issuance.proof_file import MAX_BYTES, ProofFile
from gimark.issuance.verifying import verify_proof
from gimark.keys.note import VerifierKey
from gimark.ledger import canonical

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = json.loads((FOLDER / "codes.json").read_text(encoding="utf-8"))
RAW = (FOLDER / "code.gi-proof").read_bytes()
ROOT = VerifierKey.parse(GOLDEN["log"]["root_vkey"])
FACTS = ("facts/batch/", "facts/item/", "facts/enterprise/")
Place = tuple[str | int, ...]


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where every text and number of a file stands."""
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*place, name))
    else:
        yield place


PLACES = sorted(leaves(json.loads(RAW)), key=str)


def at(file: Any, place: Place) -> Any:
    for name in place:
        file = file[name]
    return file


def changed(place: Place, value: Any, raw: bytes = RAW) -> bytes:
    """The file with another value at `place`, still canonical JSON."""
    file = json.loads(raw)
    at(file, place[:-1])[place[-1]] = value
    return canonical.encode(file)


def refusal(raw: bytes, root: VerifierKey = ROOT) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        verify_proof(raw, root)
    return caught.value


def test_the_golden_file_proves_its_code_and_reads_back() -> None:
    found = verify_proof(RAW, ROOT)
    code = GOLDEN["codes"][0]
    assert (found.code.code.serial, found.index, found.entry_index) == (code["serial"], code["index"], 6)
    assert (found.checkpoint.size, found.keyset.seq, found.key_is_revoked) == (10, 1, False)
    assert (found.issue["run"], found.batch["lot"], found.item["net_g"]) == (42, "YX26A0317", 250)
    assert found.enterprise["name"] == "云溪县示例菌业有限公司"
    assert found.made_at.isoformat() == "2026-03-20T04:05:00+00:00"
    assert ProofFile.parse(RAW).encode() == RAW


def test_every_member_of_the_format_is_tampered_with_below() -> None:
    named = {"/".join("0" if isinstance(name, int) else name for name in place) for place in PLACES}
    assert named == {
        "url",
        *(f"code/{name}" for name in ("run", "index", "nonce", "path/0")),
        *(f"{where}{name}" for name in ("entry", "log_proof") for where in ("", *FACTS)),
        "keyset",
        "made_at",
    }


@given(st.sampled_from(PLACES), st.data())
def test_no_changed_leaf_gets_through_but_a_later_made_at(place: Place, data: st.DataObject) -> None:
    old = at(json.loads(RAW), place)
    if isinstance(old, int):
        new: Any = data.draw(st.integers(-2, 2**53 - 1) | st.booleans() | st.text(max_size=3))
    else:
        first = data.draw(st.integers(0, len(old)))
        gone = data.draw(st.integers(0, 3))
        put = data.draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=3) | st.sampled_from(["A", "\n"]))
        new = old[:first] + put + old[first + gone :]
    assume(canonical.encode(new) != canonical.encode(old))
    raw = changed(place, new)
    if place == ("made_at",) and not _is_refused(raw):
        # Nobody signed it; only its form and its sense are checked.
        assert new > json.loads(at(json.loads(RAW), ("entry",)))["t"]
        assert canonical.encode({**json.loads(raw), "made_at": old}) == RAW
        return
    error = refusal(raw)
    assert error.extras["step"] in range(1, 9)
    assert error.faults[0].field
    assert error.faults[0].reason_zh
    assert error.faults[0].remedy_en


def _is_refused(raw: bytes) -> bool:
    try:
        verify_proof(raw, ROOT)
    except InvalidInputError:
        return True
    return False


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
@example(at=0, flip=1)
def test_no_flipped_byte_gets_through_but_in_made_at(at: int, flip: int) -> None:
    raw = RAW[:at] + bytes([RAW[at] ^ flip]) + RAW[at + 1 :]
    if not _is_refused(raw):
        assert ProofFile.parse(raw).made_at != ProofFile.parse(RAW).made_at


@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr).map(str.encode)
)
@example(b"")
@example(b"{}")
@example(b"[" * 100_000)
@example(b'{"a":' + b"9" * 5_000 + b"}")
def test_what_is_no_proof_file_is_refused_whatever_it_is(raw: bytes) -> None:
    assert refusal(raw).extras["step"] == 1


def second_code() -> bytes:
    """The file of the golden run's second code, made with the serial master."""
    run = GOLDEN["run"]
    codes = RunCodes(GOLDEN["origin"], GOLDEN["hosts"][0], run["gtin"], run["lot"], 42, run["count"], run["kid"])
    cipher = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
    membership = commitment.prove(codes, cipher, bytes.fromhex("".join(run["level8_hex"])), 1)
    url = next(code["uri"] for code in GOLDEN["codes"] if code["index"] == 1)
    first = ProofFile.parse(RAW)
    return replace(first, url=url, index=1, nonce=membership.nonce, path=membership.path).encode()


def test_the_members_of_two_good_files_cannot_be_mixed() -> None:
    other = json.loads(second_code())
    assert verify_proof(canonical.encode(other), ROOT).index == 1
    different = [place for place in PLACES if at(other, place) != at(json.loads(RAW), place)]
    assert different == [("code", "index"), ("code", "nonce"), ("code", "path", 0), ("url",)]
    for place in [*different, ("code",)]:
        assert refusal(changed(place, at(other, place))).extras["step"] == 5


def uri(**parts: str) -> str:
    code = GOLDEN["codes"][0]
    said = {"host": GOLDEN["hosts"][0], **GOLDEN["run"], "serial": code["serial"], "token": code["token"], **parts}
    return build_uri(*(said[name] for name in ("host", "gtin", "lot", "serial", "token")))


LOG = GOLDEN["log"]
PROOF = LOG["tlog_proof_run"]
MEMBERS = json.loads(RAW)


@pytest.mark.parametrize(
    ("place", "value", "step", "field", "reason"),
    [
        (("format",), "gi-proof/v1", 1, "", "members are not exactly"),
        (("code", "more"), 1, 1, "code", "members are not exactly"),
        (("facts", "right"), {}, 1, "facts", "members are not exactly"),
        (("facts", "item"), [], 1, "facts/item", "members are not exactly entry, log_proof"),
        (("url",), None, 1, "url", "not a text"),
        (("code", "run"), True, 1, "code/run", "not an integer"),
        (("code", "index"), -1, 1, "code/index", "not an integer"),
        (("code", "nonce"), "AAAA", 1, "code/nonce", "not 16 bytes"),
        (("code", "path"), "AAAA", 1, "code/path", "not an array"),
        (("code", "path", 2), MEMBERS["code"]["path"][2][:-2] + "B=", 1, "code/path/2", "canonical base64"),
        (("log_proof",), PROOF.replace("index", "extra AA==\nindex"), 1, "log_proof", "extra line"),
        (("log_proof",), PROOF.replace("@v1", "@v2"), 1, "log_proof", "tlog-proof@v1"),
        (("made_at",), "2026-02-30T00:00:00Z", 1, "made_at", "instant"),
        (("made_at",), "2026-03-20T04:05:00+00:00", 1, "made_at", "instant"),
        (("keyset",), LOG["keyset_note"].replace("quorum 1", "quorum 0"), 2, "keyset", "signature"),
        (("keyset",), LOG["status_note"], 2, "keyset", "no trusted key"),
        (("url",), uri(lot="YX26A0318"), 3, "url", "bad_signature"),
        (("url",), uri(host="gi.example.com"), 3, "url", "foreign_host"),
        (("url",), uri().partition("?")[0], 3, "url", "unsigned"),
        (("url",), uri() + "h", 3, "url", "malformed"),
        (("url",), uri() + "&a=b", 3, "url", "as codes are printed"),
        (("url",), uri() + "#a", 3, "url", "as codes are printed"),
        (("url",), uri().replace("gi.", "GI."), 3, "url", "as codes are printed"),
        (("log_proof",), PROOF.replace("index 6", "index 7"), 4, "log_proof", "not what stands at entry 7"),
        (("log_proof",), PROOF.replace("\n10\n", "\n11\n"), 4, "log_proof", "not valid"),
        (("log_proof",), PROOF.partition("\n— witness")[0] + "\n", 4, "log_proof", "0 witnesses saw it, 1 are needed"),
        (("entry",), MEMBERS["entry"].replace("1000", "1001"), 4, "log_proof", "not what stands at entry 6"),
        (("code", "run"), 41, 5, "code/run", "issues run 42"),
        (("code", "index"), 1_000, 5, "code/index", "1000 codes only"),
        (("code", "index"), 1, 5, "code", "not in the set"),
        (("code", "nonce"), "A" * 22 + "==", 5, "code", "not in the set"),
        (("code", "path"), MEMBERS["code"]["path"][:-1], 5, "code/path", "wrong length"),
        (("code", "path"), [*MEMBERS["code"]["path"], "A" * 43 + "="], 5, "code/path", "wrong length"),
        (("facts", "item"), MEMBERS["facts"]["enterprise"], 7, "facts/item/entry", "not of type item.set"),
        (("made_at",), "2026-03-17T02:59:59Z", 8, "made_at", "before the codes were issued"),
    ],
)
def test_each_step_refuses_by_name(place: Place, value: Any, step: int, field: str, reason: str) -> None:
    error = refusal(changed(place, value))
    assert (error.extras["step"], error.faults[0].field) == (step, field)
    assert reason in error.faults[0].reason_en


def test_an_entry_that_is_in_the_log_but_is_no_run_proves_nothing() -> None:
    batch = MEMBERS["facts"]["batch"]
    raw = changed(("entry",), batch["entry"], changed(("log_proof",), batch["log_proof"]))
    error = refusal(raw)
    assert (error.extras["step"], error.faults[0].field) == (4, "entry")


def test_another_root_s_word_for_the_key_set_is_not_taken() -> None:
    other = VerifierKey(ROOT.name, ROOT.kind, bytes(32))
    error = refusal(RAW, other)
    assert (error.extras["step"], error.faults[0].field) == (2, "keyset")


def test_a_file_beyond_its_size_is_not_read() -> None:
    error = refusal(changed(("url",), "x" * MAX_BYTES))
    assert "longer than 1,048,576 bytes" in error.faults[0].reason_en
