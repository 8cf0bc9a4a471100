"""Checkpoints (C2SP tlog-checkpoint): what a log says of itself at one size, and whom to believe when it does.

The text is three lines: origin, size, root in base64. Extension lines are neither written nor accepted: monitors
could not audit them.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from gimark.errors import InvalidInputError, invalid
from gimark.keys.note import VerifierKey, open_note, split_note
from gimark.merkle import HASH_SIZE

_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log named `origin` had `size` entries under `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text: origin, size and root, a line each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `text` says; raises InvalidInputError unless it is exactly the three lines."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise _not_a_checkpoint()
        checkpoint = cls(found[1], int(found[2]), base64.b64decode(found[3]))
        if len(checkpoint.root) != HASH_SIZE or checkpoint.text != text:
            raise _not_a_checkpoint()
        return checkpoint

    @classmethod
    def unverified(cls, note: bytes) -> Self:
        """What the note `note` says, no signature looked at; raises InvalidInputError when it is no checkpoint."""
        return cls.parse(split_note(note)[0])


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a reader believes about the log `origin`: any of its keys `logs`, seen by `quorum` of `witnesses`.

    All of it is in the key set: `origin` is its origin with `/log` behind, the rest are its lines.
    """

    origin: str
    logs: Sequence[VerifierKey]
    witnesses: Sequence[VerifierKey] = ()
    quorum: int = 0


def open_checkpoint(note: bytes, trust: Trust) -> Checkpoint:
    """The checkpoint in `note`, in this order: a log key signed it, enough witnesses did, it is of this log.

    Raises InvalidInputError at the first step that fails.
    """
    opened = open_note(note, [*trust.logs, *trust.witnesses])
    if not any(opened.is_signed_by(key) for key in trust.logs):
        raise _untrusted("没有账本密钥的签名", "the log's key did not sign it")
    # By name: a witness that changes its key has two of them, and is one witness.
    seen = len({key.name for key in trust.witnesses if opened.is_signed_by(key)})
    if seen < trust.quorum:
        raise _untrusted(
            f"见证方仅 {seen} 个，需 {trust.quorum} 个", f"{seen} witnesses saw it, {trust.quorum} are needed"
        )
    checkpoint = Checkpoint.parse(opened.text)
    if checkpoint.origin != trust.origin:
        raise _untrusted("是另一个账本的快照", "it is of another log")
    return checkpoint


def _untrusted(reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        "checkpoint",
        f"存证快照不可信：{reason_zh}",
        f"the checkpoint cannot be trusted: {reason_en}",
        "请重新获取；仍不符时请向县局和见证方报告",
        "Fetch it again; if it stays so, tell the county and the witnesses",
    )


def _not_a_checkpoint() -> InvalidInputError:
    return invalid(
        "checkpoint",
        "不是存证快照（应为来源、条数、根散列三行）",
        "it is not a checkpoint (three lines: origin, size, root)",
        "请从公示账本重新获取",
        "Fetch it again from the public ledger",
    )
