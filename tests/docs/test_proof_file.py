"""docs/ledger.md, section 9, is enough for a stranger: its checker and ours agree on every proof file."""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.issuance.proof_file import FACTS, MAX_BYTES
from gimark.issuance.verifying import verify_proof
from gimark.keys.note import VerifierKey
from gimark.ledger import canonical

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("token-format", "ledger")}
GOLDEN = json.loads((ROOT / "tests" / "golden" / "codes.json").read_text(encoding="utf-8"))
RAW = (ROOT / "tests" / "golden" / "code.gi-proof").read_bytes()
FILE = json.loads(RAW)
VKEY = GOLDEN["log"]["root_vkey"]
SECTION = PAGES["ledger"].partition("## 9. ")[2].partition("## 10. ")[0]


def programs() -> dict[str, Any]:
    """Both pages' programs in one file, as the second says."""
    module = ModuleType("stranger")
    for page in PAGES.values():
        for program in re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
            exec(program, module.__dict__)  # noqa: S102 - the pages' programs are what is tested
    return module.__dict__


CHECK = programs()["check_code_proof"]


def test_the_stranger_believes_the_golden_file() -> None:
    issue, batch, item, enterprise = CHECK(RAW, VKEY)
    ours = verify_proof(RAW, VerifierKey.parse(VKEY))
    assert (issue, batch, item, enterprise) == (ours.issue, ours.batch, ours.item, ours.enterprise)


def agree_to_refuse(raw: bytes) -> None:
    with pytest.raises(InvalidInputError):
        verify_proof(raw, VerifierKey.parse(VKEY))
    with pytest.raises(ValueError, match=r"."):
        CHECK(raw, VKEY)


TEXTS = ["url", "entry", "log_proof", "keyset", *(f"facts/{n}/{p}" for n in FACTS for p in ("entry", "log_proof"))]


@given(st.sampled_from(TEXTS), st.data())
def test_both_refuse_every_changed_text(where: str, data: st.DataObject) -> None:
    file = json.loads(RAW)
    *outer, last = where.split("/")
    place = file
    for name in outer:
        place = place[name]
    old = place[last]
    first, gone = data.draw(st.integers(0, len(old))), data.draw(st.integers(0, 2))
    put = data.draw(st.text("Aa0+/= \n—", max_size=2))
    place[last] = old[:first] + put + old[first + gone :]
    assume(place[last] != old)
    agree_to_refuse(canonical.encode(file))


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_both_agree_on_every_flipped_byte(at: int, flip: int) -> None:
    raw = RAW[:at] + bytes([RAW[at] ^ flip]) + RAW[at + 1 :]
    try:
        verify_proof(raw, VerifierKey.parse(VKEY))
    except InvalidInputError:
        agree_to_refuse(raw)
    else:
        assert CHECK(raw, VKEY)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"url": 1},
        {"url": FILE["url"] + "&a=b"},
        {"url": FILE["url"] + "#a"},
        {"url": FILE["url"].replace("gi.", "GI.")},
        {"code": {**FILE["code"], "run": 41}},
        {"code": {**FILE["code"], "run": True}},
        {"code": {**FILE["code"], "index": -1}},
        {"code": {**FILE["code"], "index": 1}},
        {"code": {**FILE["code"], "index": 1000}},
        {"code": {**FILE["code"], "nonce": "AAAA"}},
        {"code": {**FILE["code"], "path": FILE["code"]["path"][1:]}},
        {"code": {**FILE["code"], "path": [None]}},
        {"code": []},
        {"log_proof": FILE["log_proof"].replace("index", "extra AA==\nindex")},
        {"facts": {**FILE["facts"], "item": FILE["facts"]["enterprise"]}},
        {"facts": {**FILE["facts"], "item": FILE["facts"]["item"] | {"log_proof": FILE["log_proof"]}}},
        {"made_at": "2026-03-17T02:59:59Z"},
        {"made_at": "2026-02-30T00:00:00Z"},
        {"made_at": "2026-03-20"},
    ],
    ids=str,
)
def test_both_refuse_what_the_page_refuses(change: dict[str, Any]) -> None:
    agree_to_refuse(canonical.encode({**FILE, **change}))


@pytest.mark.parametrize("made_at", ["2026-03-17T03:00:00Z", "2099-12-31T23:59:59Z"])
def test_a_later_instant_is_not_noticed_as_the_page_says(made_at: str) -> None:
    raw = canonical.encode({**FILE, "made_at": made_at})
    assert CHECK(raw, VKEY)
    assert verify_proof(raw, VerifierKey.parse(VKEY)).issue["run"] == 42


def test_every_member_and_limit_stands_in_the_page() -> None:
    for name in (*FILE, *FILE["code"], *FILE["facts"]):
        assert f"`{name}`" in SECTION, name
    assert f"at most {MAX_BYTES:,} bytes" in SECTION
    assert [int(step) for step in re.findall(r"^([0-9])\. ", SECTION, re.MULTILINE)] == list(range(1, 9))
