"""docs/token-format.md is enough for a stranger: the verifier printed in it agrees with ours on everything."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.offline import Word, verify_offline
from gimark.keys import ed25519, keyset, statuslist
from gimark.keys.note import VerifierKey
from gimark.keys.signer import Ed25519Signer

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "codes.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "token-format.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)
GOOD = GOLDEN["codes"][0]["uri"]
KEYS = keyset.read_published(GOLDEN["log"]["keyset_note"].encode(), VerifierKey.parse(GOLDEN["log"]["root_vkey"]))


def printed_verifier() -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(next(block for block in BLOCKS if "def verify(" in block), scope)  # noqa: S102 - the page's own code
    return scope


STRANGER = printed_verifier()
TRUSTED = STRANGER["read_keyset"](
    STRANGER["open_note"](GOLDEN["log"]["keyset_note"].encode(), GOLDEN["log"]["root_vkey"])
)


def strangers_word(uri: str) -> str:
    return str(STRANGER["verify"](uri.encode(errors="surrogatepass"), *TRUSTED))


@pytest.mark.parametrize("case", GOLDEN["verify"], ids=lambda case: case["case"])
def test_the_printed_verifier_passes_every_vector(case: dict[str, str]) -> None:
    assert strangers_word(case["uri"]) == case["expect"]


@given(st.integers(0, len(GOOD)), st.text(st.characters(max_codepoint=0x2FF), max_size=3), st.integers(0, 3))
def test_the_printed_verifier_agrees_with_ours_on_altered_codes(place: int, inserted: str, removed: int) -> None:
    changed = GOOD[:place] + inserted + GOOD[place + removed :]
    assert strangers_word(changed) == verify_offline(changed, KEYS).word


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
    assert GOLDEN["log"]["keyset_note"] in BLOCKS
    listed = next(block for block in BLOCKS if block.startswith("gi-status/v1"))
    assert GOLDEN["log"]["status_note"].startswith(listed)
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


def test_the_page_names_every_word_an_offline_verifier_gives() -> None:
    assert [word for word in Word if f"`{word}`" not in PAGE] == []
