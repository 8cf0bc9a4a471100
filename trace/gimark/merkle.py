"""Merkle trees by RFC 6962 section 2.1 (SHA-256): roots, inclusion and consistency proofs, and how to check them.

Everything here works on 32-byte hashes already made: of leaves, or of any one level of perfect subtrees (the last may
stand over a remainder), because the same rules join both. What a proof consists of is said once, as spans of leaves
(`inclusion_spans`, `consistency_spans`); a list in memory hashes a span, a table of nodes looks up its perfect nodes.
"""

import hashlib
from collections.abc import Sequence

from gimark.errors import InvalidInputError, invalid

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Span = tuple[int, int]
"""Leaves `first` to `end`, `end` not included."""

Node = tuple[int, int]
"""A perfect subtree: `level` (0 is a leaf) and `index` within the level; it stands over 2**level leaves."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(00 || data), the hash of an entry (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 || left || right), the hash of two subtrees (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over `hashes`; SHA-256 of nothing when there are none (RFC 6962 section 2.1).

    Pairing neighbours and carrying an odd last one up gives the tree that RFC 6962 splits from the top.
    Raises InvalidInputError when a hash is not 32 bytes.
    """
    _check_hashes(hashes)
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        above = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that `hashes[index]` is under `root(hashes)`, sibling of the leaf first (RFC 6962 section 2.1.1).

    Raises InvalidInputError when `index` is not below `len(hashes)`, so always for an empty tree.
    """
    return [root(hashes[first:end]) for first, end in inclusion_spans(index, len(hashes))]


def consistency_path(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree over the first `old_size` hashes grew into this one (RFC 6962 section 2.1.2).

    Raises InvalidInputError unless 0 < old_size ≤ len(hashes).
    """
    return [root(hashes[first:end]) for first, end in consistency_spans(old_size, len(hashes))]


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The spans whose hashes prove leaf `index` in a tree of `size` leaves, in the order of the proof."""
    if not 0 <= index < size:
        raise _wrong("index", f"树中没有第 {index} 片叶（共 {size} 片）", f"no leaf {index} in a tree of {size}")
    first, end, spans = 0, size, []
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    return spans[::-1]


def consistency_spans(old_size: int, size: int) -> list[Span]:
    """The spans whose hashes prove that a tree of `old_size` leaves grew into one of `size`, in the proof's order."""
    _check_sizes(old_size, size)
    first, end, spans = 0, size, []
    while end != old_size:
        middle = first + _split(end - first)
        if old_size <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    if first > 0:
        spans.append((first, end))
    return spans[::-1]


def perfect_nodes(span: Span) -> list[Node]:
    """The perfect subtrees that make up `span`, left to right; `span` must start where the tree itself would cut."""
    first, end = span
    nodes = []
    while first < end:
        level = (end - first).bit_length() - 1
        nodes.append((level, first >> level))
        first += 1 << level
    return nodes


def join(hashes: Sequence[bytes]) -> bytes:
    """The hash of a span from those of its `perfect_nodes`."""
    _check_hashes(hashes)
    if not hashes:
        return EMPTY_ROOT
    joined = hashes[-1]
    for left in hashes[-2::-1]:
        joined = node_hash(left, joined)
    return joined


def left_siblings(index: int) -> list[Node]:
    """The nodes that leaf `index` completes a parent with, from the leaf's level up; empty for an even index."""
    nodes = []
    level = 0
    while index & 1:
        nodes.append((level, index - 1))
        index >>= 1
        level += 1
    return nodes


def completed(index: int, leaf: bytes, siblings: Sequence[bytes]) -> list[tuple[Node, bytes]]:
    """The perfect nodes that leaf `index` completes, itself first, from the hashes of its `left_siblings`."""
    nodes = [((0, index), leaf)]
    for (level, left), sibling in zip(left_siblings(index), siblings, strict=True):
        leaf = node_hash(sibling, leaf)
        nodes.append(((level + 1, left >> 1), leaf))
    return nodes


class Frontier:
    """A tree as it grows: only the perfect nodes that have no parent yet, one for each bit of its size."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """A tree of `size` leaves; `hashes` are those of `perfect_nodes((0, size))`."""
        self.size = size
        self._hashes = list(hashes)

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of what was appended so far."""
        return join(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf hash; gives the perfect nodes it completes, itself first."""
        siblings = [self._hashes.pop() for _ in left_siblings(self.size)]
        nodes = completed(self.size, leaf, siblings)
        self._hashes.append(nodes[-1][1])
        self.size += 1
        return nodes


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that `path` leads to from leaf hash `leaf`; the caller compares it (RFC 9162 section 2.1.3.2).

    Raises InvalidInputError when the path is not of the length that `index` and `size` ask for.
    """
    if not 0 <= index < size:
        raise _wrong("index", f"树中没有第 {index} 片叶（共 {size} 片）", f"no leaf {index} in a tree of {size}")
    _check_hashes([leaf, *path])
    node, last, joined = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise _length("包含性", "inclusion")
        if node & 1 or node == last:
            joined = node_hash(sibling, joined)
            node, last = _up_to_odd(node, last)
        else:
            joined = node_hash(joined, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise _length("包含性", "inclusion")
    return joined


def check_consistency(old_size: int, old_root: bytes, size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Return when `path` proves that the old tree grew into the new one (RFC 9162 section 2.1.4.2).

    Raises InvalidInputError when it does not, when a hash is not 32 bytes, or unless 0 < old_size ≤ size.
    """
    _check_sizes(old_size, size)
    _check_hashes([old_root, new_root, *path])
    if old_size == size:
        if path:
            raise _length("一致性", "consistency")
        found_old = found_new = old_root
    else:
        found_old, found_new = _roots_from_path(old_size, old_root, size, path)
    if (found_old, found_new) != (old_root, new_root):
        raise _wrong(
            "proof",
            f"{old_size} 与 {size} 两次快照不一致",
            f"the trees of {old_size} and {size} leaves are not consistent",
        )


def _roots_from_path(old_size: int, old_root: bytes, size: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    # A perfect old tree is a node of the new one; its hash is known, so the proof leaves it out.
    steps = list(path) if node else [old_root, *path]
    if not steps:
        raise _length("一致性", "consistency")
    found_old = found_new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            raise _length("一致性", "consistency")
        if node & 1 or node == last:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
            node, last = _up_to_odd(node, last)
        else:
            found_new = node_hash(found_new, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise _length("一致性", "consistency")
    return found_old, found_new


def _up_to_odd(node: int, last: int) -> Span:
    """Skip the levels where the right edge has no sibling and is carried up as it is."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _split(size: int) -> int:
    """The largest power of two below `size` (size ≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_sizes(old_size: int, size: int) -> None:
    if not 0 < old_size <= size:
        raise _wrong(
            "old_size", f"无法从 {old_size} 证明到 {size}", f"no consistency proof from size {old_size} to {size}"
        )


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise _wrong("hash", f"散列值应为 32 字节，实为 {len(value)}", f"a hash has {len(value)} bytes, not 32")


def _length(kind_zh: str, kind_en: str) -> InvalidInputError:
    return _wrong("proof", f"{kind_zh}证明的长度不符", f"the {kind_en} proof has the wrong length")


def _wrong(where: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        where, reason_zh, reason_en, "请从公示账本重新获取证明", "Fetch the proof again from the public ledger"
    )
