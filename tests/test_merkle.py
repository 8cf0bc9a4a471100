"""RFC 6962 trees: the golden vectors, the RFC's own recursive definitions as an oracle, and what must be refused."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark import merkle
from gimark.errors import InvalidInputError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "codes.json").read_text())
LOG = GOLDEN["log"]
LEAVES = [merkle.leaf_hash(entry.encode()) for entry in LOG["entries"]]
sizes = st.integers(min_value=1, max_value=300)


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def rfc_split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def rfc_mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = rfc_split(len(leaves))
    return sha256(b"\x01" + rfc_mth(leaves[:cut]) + rfc_mth(leaves[cut:])).digest()


def rfc_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    cut = rfc_split(len(leaves))
    if index < cut:
        return [*rfc_path(index, leaves[:cut]), rfc_mth(leaves[cut:])]
    return [*rfc_path(index - cut, leaves[cut:]), rfc_mth(leaves[:cut])]


def rfc_subproof(old: int, leaves: list[bytes], *, is_whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if is_whole else [rfc_mth(leaves)]
    cut = rfc_split(len(leaves))
    if old <= cut:
        return [*rfc_subproof(old, leaves[:cut], is_whole=is_whole), rfc_mth(leaves[cut:])]
    return [*rfc_subproof(old - cut, leaves[cut:], is_whole=False), rfc_mth(leaves[:cut])]


def test_leaf_hashes_and_roots_are_the_golden_ones() -> None:
    assert [leaf.hex() for leaf in LEAVES] == LOG["leaf_hashes_hex"]
    assert [merkle.root(LEAVES[:size]).hex() for size in range(11)] == LOG["roots_hex"]


def test_golden_consistency_proof_is_made_and_accepted() -> None:
    path = merkle.consistency_path(LEAVES, 3)
    assert [step.hex() for step in path] == LOG["consistency_3_10_hex"]
    merkle.check_consistency(3, merkle.root(LEAVES[:3]), 10, merkle.root(LEAVES), path)


def test_code_commitment_joins_level_8_hashes_by_the_same_rules() -> None:
    level8 = [bytes.fromhex(node) for node in GOLDEN["run"]["level8_hex"]]
    assert merkle.root(level8).hex() == GOLDEN["run"]["codes_root_hex"]
    for code in GOLDEN["codes"]:
        path = [bytes.fromhex(step) for step in code["codes_proof_hex"]]
        above = merkle.inclusion_path(level8, code["index"] // 256)
        assert path[len(path) - len(above) :] == above
        leaf = bytes.fromhex(code["leaf_hash_hex"])
        assert merkle.root_from_path(leaf, code["index"], 1000, path).hex() == GOLDEN["run"]["codes_root_hex"]


@given(sizes, st.data())
def test_proofs_are_those_of_the_rfc_and_lead_to_the_root(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(leaves, index)
    assert merkle.root(leaves) == rfc_mth(leaves)
    assert path == rfc_path(index, leaves)
    assert merkle.root_from_path(leaves[index], index, size, path) == rfc_mth(leaves)


@given(sizes, st.data())
def test_consistency_proofs_are_those_of_the_rfc_and_check(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size))
    path = merkle.consistency_path(leaves, old)
    assert path == rfc_subproof(old, leaves, is_whole=True)
    merkle.check_consistency(old, rfc_mth(leaves[:old]), size, rfc_mth(leaves), path)


@given(st.integers(2, 120), st.data())
def test_any_changed_bit_of_a_proof_breaks_it(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(leaves, index)
    where, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    changed = (int.from_bytes(path[where], "big") ^ (1 << bit)).to_bytes(32, "big")
    broken = [*path[:where], changed, *path[where + 1 :]]
    assert merkle.root_from_path(leaves[index], index, size, broken) != merkle.root(leaves)


@given(st.integers(2, 120), st.data())
def test_a_proof_holds_for_its_own_index_and_size_only(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    path = merkle.inclusion_path(leaves, index)
    try:
        reached = merkle.root_from_path(leaves[index], other, size, path)
    except InvalidInputError:
        return
    assert reached != merkle.root(leaves)


@given(st.integers(2, 120), st.data())
def test_rewritten_history_is_never_consistent(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves[:changed], merkle.leaf_hash(b"rewritten"), *leaves[changed + 1 :]]
    path = merkle.consistency_path(rewritten, old)
    with pytest.raises(InvalidInputError):
        merkle.check_consistency(old, merkle.root(leaves[:old]), size, merkle.root(rewritten), path)


@given(sizes)
def test_appending_completes_just_the_perfect_nodes(size: int) -> None:
    nodes: dict[merkle.Node, bytes] = {}
    frontier = merkle.Frontier()
    for leaf in leaves_of(size):
        nodes.update(frontier.append(leaf))
    assert len(nodes) == 2 * size - size.bit_count()
    assert frontier.size == size
    assert frontier.root == rfc_mth(leaves_of(size))
    assert merkle.join([nodes[node] for node in merkle.perfect_nodes((0, size))]) == rfc_mth(leaves_of(size))


@given(st.integers(0, 200), st.integers(1, 60))
def test_a_frontier_goes_on_from_stored_nodes(size: int, more: int) -> None:
    leaves = leaves_of(size + more)
    stored = [
        merkle.root(leaves[first << level : (first + 1) << level]) for level, first in merkle.perfect_nodes((0, size))
    ]
    frontier = merkle.Frontier(size, stored)
    for leaf in leaves[size:]:
        frontier.append(leaf)
    assert frontier.root == rfc_mth(leaves)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5)])
def test_inclusion_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(InvalidInputError, match="no leaf"):
        merkle.inclusion_path(leaves_of(size), index)
    with pytest.raises(InvalidInputError, match="no leaf"):
        merkle.root_from_path(LEAVES[0], index, size, [])


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 5), (-1, 5), (6, 5)])
def test_consistency_from_nothing_or_from_the_future_is_refused(old: int, size: int) -> None:
    with pytest.raises(InvalidInputError, match="no consistency proof"):
        merkle.consistency_path(leaves_of(size), old)
    with pytest.raises(InvalidInputError, match="no consistency proof"):
        merkle.check_consistency(old, merkle.EMPTY_ROOT, size, merkle.EMPTY_ROOT, [])


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_hashes_that_are_not_32_bytes_are_refused(length: int) -> None:
    bad = bytes(length)
    with pytest.raises(InvalidInputError, match="not 32"):
        merkle.root([LEAVES[0], bad])
    with pytest.raises(InvalidInputError, match="not 32"):
        merkle.root_from_path(bad, 0, 1, [])
    with pytest.raises(InvalidInputError, match="not 32"):
        merkle.root_from_path(LEAVES[0], 0, 2, [bad])
    with pytest.raises(InvalidInputError, match="not 32"):
        merkle.check_consistency(1, bad, 2, LEAVES[0], [LEAVES[1]])
    with pytest.raises(InvalidInputError, match="not 32"):
        merkle.join([bad])


@given(st.integers(1, 120), st.data())
def test_longer_and_shorter_proofs_are_refused(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(leaves, index)
    with pytest.raises(InvalidInputError, match="wrong length"):
        merkle.root_from_path(leaves[index], index, size, [*path, LEAVES[0]])
    if path:
        with pytest.raises(InvalidInputError, match="wrong length"):
            merkle.root_from_path(leaves[index], index, size, path[:-1])


@given(st.integers(2, 120), st.data())
def test_longer_and_shorter_consistency_proofs_are_refused(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size))
    path = merkle.consistency_path(leaves, old)
    for wrong in [[*path, LEAVES[0]], path[:-1]] if path else [[LEAVES[0]]]:
        with pytest.raises(InvalidInputError):
            merkle.check_consistency(old, merkle.root(leaves[:old]), size, merkle.root(leaves), wrong)


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    merkle.check_consistency(3, LEAVES[0], 3, LEAVES[0], [])
    with pytest.raises(InvalidInputError, match="not consistent"):
        merkle.check_consistency(3, LEAVES[0], 3, LEAVES[1], [])
