"""The commitment to a run's codes: which set was issued, without telling any of them.

leaf_i = SHA-256(00 || nonce_i || message_i), and the root is that of RFC 6962 over the leaves 0 … count − 1. A run
keeps one hash per 256 leaves ("level 8", the last over the remainder); a proof makes 256 leaves again and joins them
to those.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gimark import merkle
from gimark.codes.cipher import NONCE_SIZE, SerialCipher
from gimark.codes.run import CHUNK, RunCodes
from gimark.errors import InvalidInputError, invalid

BLOCK = 256
HASH_SIZE = merkle.HASH_SIZE

_EMPTY = hashlib.sha256()


@dataclass(frozen=True, slots=True)
class Membership:
    """Proof that a code is in its run's set: its nonce and the path from its leaf to the run's root."""

    nonce: bytes
    path: tuple[bytes, ...]


def leaf_hash(nonce: bytes, message: bytes) -> bytes:
    """SHA-256(00 || nonce || message)."""
    return merkle.leaf_hash(nonce + message)


def commit(run: RunCodes, cipher: SerialCipher) -> tuple[bytes, bytes]:
    """The root for `run.issue` (32 bytes) and the level-8 blob to keep (32 bytes per 256 codes); nothing is signed."""
    blob = b"".join(level8(run, cipher, first, min(CHUNK, run.count - first)) for first in range(0, run.count, CHUNK))
    return root(blob), blob


def level8(run: RunCodes, cipher: SerialCipher, first: int, count: int) -> bytes:
    """The part of the blob over indices first … first + count − 1; parts that start at multiples of 256 join."""
    if first % BLOCK:
        raise ValueError(f"a part of the blob cannot start at index {first}")
    return join_blocks(leaf_hashes(run, cipher, first, count))


def join_blocks(leaves: Sequence[bytes]) -> bytes:
    """The part of the blob over `leaves`, the first of which is the first of a block."""
    return b"".join(_block_root(leaves[at : at + BLOCK]) for at in range(0, len(leaves), BLOCK))


def leaf_hashes(run: RunCodes, cipher: SerialCipher, first: int, count: int) -> list[bytes]:
    """The leaf hashes of indices first … first + count − 1."""
    run.check_span(first, count)
    run.check_cipher(cipher)
    return leaves_of(run, cipher.encode(run.run, first, count), cipher.nonces(run.run, first, count))


def leaves_of(run: RunCodes, serials: NDArray[np.uint8], nonces: NDArray[np.uint8]) -> list[bytes]:
    """The leaf hashes of codes with these serials (n, 13) and nonces (n, 16), whoever kept them."""
    messages = run.messages(serials)
    rows = np.zeros((len(messages), 1 + NONCE_SIZE + messages.shape[1]), np.uint8)
    rows[:, 1 : 1 + NONCE_SIZE] = nonces
    rows[:, 1 + NONCE_SIZE :] = messages
    data, size = rows.tobytes(), rows.shape[1]
    return [_sha256(data[at : at + size]) for at in range(0, len(data), size)]


def root(blob: bytes) -> bytes:
    """The run's root from its level-8 blob; raises InvalidInputError when the blob is empty or cut short."""
    return merkle.root(_hashes(blob))


def prove(run: RunCodes, cipher: SerialCipher, blob: bytes, index: int) -> Membership:
    """The proof that code `index` is in the run's set; makes the 256 leaves of its block again.

    Raises InvalidInputError when the stored blob is not that of this run's codes.
    """
    run.check_span(index, 1)
    first = index // BLOCK * BLOCK
    leaves = leaf_hashes(run, cipher, first, min(BLOCK, run.count - first))
    return Membership(cipher.nonces(run.run, index, 1).tobytes(), path_of(leaves, blob, index, run.count))


def path_of(leaves: Sequence[bytes], blob: bytes, index: int, count: int) -> tuple[bytes, ...]:
    """The path of code `index` of `count` from the leaves of its block and the blob.

    Raises InvalidInputError when the blob is not of `count` codes or not of these.
    """
    hashes = _hashes(blob)
    block = index // BLOCK
    if len(hashes) != -(-count // BLOCK) or hashes[block] != _block_root(leaves):
        raise _unfit(f"第 {block + 1} 组标识与所存不符", f"the codes of block {block} do not give its hash")
    return (*merkle.inclusion_path(leaves, index % BLOCK), *merkle.inclusion_path(hashes, block))


def _block_root(leaves: Sequence[bytes]) -> bytes:
    """`merkle.root` of 1 to 256 leaf hashes with the cheaper hash call below: this is run once per code."""
    level = list(leaves)
    while len(level) > 1:
        above = [_sha256(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def _sha256(data: bytes) -> bytes:
    # Copying an empty state costs half of setting up a new one.
    state = _EMPTY.copy()
    state.update(data)
    return state.digest()


def _hashes(blob: bytes) -> list[bytes]:
    if not blob or len(blob) % HASH_SIZE:
        raise _unfit(f"长度为 {len(blob)} 字节", f"it has {len(blob)} bytes")
    return [blob[at : at + HASH_SIZE] for at in range(0, len(blob), HASH_SIZE)]


def _unfit(reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        "level8",
        f"该赋码批所存的校验值不成立：{reason_zh}",
        f"the level-8 hashes stored for the run do not hold: {reason_en}",
        "请从备份恢复，或用赋码主密钥重新计算",
        "Restore them from a backup or compute them again with the serial master",
    )
