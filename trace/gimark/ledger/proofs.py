"""Proofs that stand alone (C2SP tlog-proof@v1): an entry's index, its inclusion path, and a published checkpoint.

With the entry's text, the log's key and the witnesses' keys anyone can check one offline.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import Session

from gimark.errors import Fault, InvalidInputError, NotFoundError, invalid
from gimark.ledger import book
from gimark.ledger.checkpoints import Checkpoint, Trust, open_checkpoint
from gimark.merkle import root_from_path

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_HASH = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_EXTRA = "extra "


@dataclass(frozen=True, slots=True)
class LogProof:
    """Entry `index` is under the checkpoint `note` by `path`, leaf's sibling first. `extra` proves nothing."""

    index: int
    path: Sequence[bytes]
    note: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """As a file or an answer over HTTP."""
        extra = [] if self.extra is None else [_EXTRA + base64.b64encode(self.extra).decode()]
        hashes = [base64.b64encode(step).decode() for step in self.path]
        return "\n".join([HEADER, *extra, f"index {self.index}", *hashes, "", ""]).encode() + self.note

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """What `raw` says, nothing verified; raises InvalidInputError when it is not in the format."""
        head, blank, note = raw.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise _no_proof() from None
        if not blank or lines.pop(0) != HEADER or not lines:
            raise _no_proof()
        extra = _decoded(lines.pop(0)[len(_EXTRA) :]) if lines[0].startswith(_EXTRA) else None
        index = _INDEX.fullmatch(lines[0]) if lines else None
        if index is None or not all(_HASH.fullmatch(line) for line in lines[1:]):
            raise _no_proof()
        return cls(int(index[1]), [_decoded(line) for line in lines[1:]], note, extra)


def prove(session: Session, index: int) -> LogProof:
    """The proof of entry `index` under the latest published checkpoint.

    Raises NotFoundError when there is no such entry, or no checkpoint stands over it yet.
    """
    latest = book.published(session)
    if latest is None or index >= latest.size:
        book.entry(session, index)
        raise _not_published(index)
    return LogProof(index, book.inclusion_proof(session, index, latest.size), latest.note)


def verify(proof: LogProof, leaf: bytes, trust: Trust) -> Checkpoint:
    """Check `proof` for the entry whose leaf hash is `leaf`, in this order; gives the checkpoint it stands on.

    1. The checkpoint is signed by a log key and by enough witnesses, and is of the log that `trust` names.
    2. The index is below its size, and the path has the length these two ask for.
    3. The path leads from the leaf to its root.

    Raises InvalidInputError at the first step that fails.
    """
    checkpoint = open_checkpoint(proof.note, trust)
    if root_from_path(leaf, proof.index, checkpoint.size, proof.path) != checkpoint.root:
        raise invalid(
            "proof",
            f"条目不在账本第 {proof.index} 条",
            f"this is not what stands at entry {proof.index} of the ledger",
            "请核对条目原文是否一字不差",
            "Check that the entry's text is exact to the byte",
        )
    return checkpoint


def _decoded(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _no_proof() from None
    if base64.b64encode(decoded).decode() != text:
        raise _no_proof()
    return decoded


def _no_proof() -> InvalidInputError:
    return invalid(
        "proof",
        "不是 tlog-proof@v1 证明文件",
        "it is not a tlog-proof@v1 file",
        "请从公示账本重新获取证明",
        "Fetch the proof again from the public ledger",
    )


def _not_published(index: int) -> NotFoundError:
    return NotFoundError(
        (
            Fault(
                "index",
                f"第 {index} 条尚未公布存证快照",
                f"no checkpoint stands over entry {index} yet",
                "请一分钟后再试",
                "Try again in a minute",
            ),
        ),
        {"index": index},
    )
