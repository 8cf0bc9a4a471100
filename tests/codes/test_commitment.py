"""The commitment to a run: golden values, and proofs that hold for each code and for no other."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gimark import merkle
from gimark.codes import commitment
from gimark.codes.cipher import SerialCipher
from gimark.codes.run import RunCodes
from gimark.errors import InvalidInputError

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
CIPHER = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
RUN = RunCodes(
    GOLDEN["origin"],
    GOLDEN["hosts"][0],
    GOLDEN["run"]["gtin"],
    GOLDEN["run"]["lot"],
    GOLDEN["run"]["number"],
    GOLDEN["run"]["count"],
    GOLDEN["run"]["kid"],
)


def test_golden_root_and_blob() -> None:
    root, blob = commitment.commit(RUN, CIPHER)
    assert root.hex() == GOLDEN["run"]["codes_root_hex"]
    assert blob.hex() == "".join(GOLDEN["run"]["level8_hex"])


@pytest.mark.parametrize("case", GOLDEN["codes"], ids=lambda case: str(case["index"]))
def test_golden_leaves_and_proofs(case: dict[str, str | int | list[str]]) -> None:
    index = int(str(case["index"]))
    nonce = bytes.fromhex(str(case["nonce_hex"]))
    leaf = commitment.leaf_hash(nonce, str(case["message"]).encode())
    assert leaf.hex() == case["leaf_hash_hex"]
    assert commitment.leaf_hashes(RUN, CIPHER, index, 1) == [leaf]
    root, blob = commitment.commit(RUN, CIPHER)
    membership = commitment.prove(RUN, CIPHER, blob, index)
    assert membership.nonce == nonce
    assert [step.hex() for step in membership.path] == case["codes_proof_hex"]
    assert merkle.root_from_path(leaf, index, RUN.count, membership.path) == root


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1200), st.data())
def test_every_code_of_any_run_is_proven_and_its_neighbour_is_not(count: int, data: st.DataObject) -> None:
    run = replace(RUN, count=count)
    index = data.draw(st.integers(0, count - 1))
    root, blob = commitment.commit(run, CIPHER)
    assert len(blob) == -(-count // 256) * 32
    leaves = commitment.leaf_hashes(run, CIPHER, 0, count)
    assert root == merkle.root(leaves)
    path = commitment.prove(run, CIPHER, blob, index).path
    assert list(path) == merkle.inclusion_path(leaves, index)
    assert merkle.root_from_path(leaves[index], index, count, path) == root
    if count > 1:
        other = (index + 1) % count
        assert merkle.root_from_path(leaves[other], index, count, path) != root


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=256))
def test_a_block_root_is_rfc_6962s(leaves: list[bytes]) -> None:
    assert commitment._block_root(leaves) == merkle.root(leaves)


def test_parts_made_apart_join_to_the_whole() -> None:
    run = replace(RUN, count=1100)
    parts = [commitment.level8(run, CIPHER, first, min(512, 1100 - first)) for first in (0, 512, 1024)]
    root, blob = commitment.commit(run, CIPHER)
    assert b"".join(parts) == blob
    assert commitment.root(b"".join(parts)) == root


def test_a_part_that_would_not_join_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot start at index 100"):
        commitment.level8(RUN, CIPHER, 100, 256)


@pytest.mark.parametrize(
    "change", [{"gtin": "06901234567892"}, {"lot": "YX26A0318"}, {"kid": "0002"}, {"run": 43}, {"count": 999}]
)
def test_any_other_set_has_another_root(change: dict[str, str | int]) -> None:
    assert commitment.commit(replace(RUN, **change), CIPHER)[0].hex() != GOLDEN["run"]["codes_root_hex"]


def test_the_root_tells_nothing_without_the_master() -> None:
    other = SerialCipher(bytes(32), GOLDEN["origin"])
    assert commitment.commit(RUN, other)[0].hex() != GOLDEN["run"]["codes_root_hex"]


def test_the_host_may_change_under_a_committed_run() -> None:
    moved = replace(RUN, host="gi.example.com")
    assert commitment.commit(moved, CIPHER)[0].hex() == GOLDEN["run"]["codes_root_hex"]


@pytest.mark.parametrize("damage", ["empty", "cut", "short", "flipped", "long"])
def test_a_damaged_blob_proves_nothing(damage: str) -> None:
    _, blob = commitment.commit(RUN, CIPHER)
    damaged = {
        "empty": b"",
        "cut": blob[:-1],
        "short": blob[:-32],
        "flipped": bytes([blob[0] ^ 1]) + blob[1:],
        "long": blob + bytes(32),
    }[damage]
    with pytest.raises(InvalidInputError) as caught:
        commitment.prove(RUN, CIPHER, damaged, 0)
    assert caught.value.faults[0].field == "level8"
    assert "备份" in caught.value.faults[0].remedy_zh


def test_a_cipher_of_another_installation_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot serve"):
        commitment.commit(RUN, SerialCipher(bytes(32), "gi.example.com"))
