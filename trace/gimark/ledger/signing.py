"""Signing checkpoints: a signer with a memory of its own, outside the database.

It signs nothing it cannot prove to be the continuation of what it signed last, so whoever can rewrite the database
still cannot have a second history signed. The state is on the disk before a signature leaves.
"""

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from gimark.errors import InvalidInputError, LedgerError
from gimark.keys.note import NoteSigner, sign_note
from gimark.ledger import canonical
from gimark.ledger.checkpoints import Checkpoint, Trust, open_checkpoint
from gimark.ledger.disk import alone, write_whole
from gimark.ledger.refusal import refusal
from gimark.merkle import EMPTY_ROOT, check_consistency

STATE_MODE = 0o600

ProofFrom = Callable[[int], list[bytes]]
"""The consistency proof from an older size to the size at hand."""


@dataclass(frozen=True, slots=True)
class CheckpointSigner:
    """Signs the checkpoints of the log `origin` with `signer`; its last one is kept at `state_path`."""

    origin: str
    signer: NoteSigner
    state_path: Path

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other process of this machine from signing or publishing until the block ends."""
        return alone(lock_beside(self.state_path))

    def last_signed(self) -> Checkpoint:
        """What was signed last (size 0 before the first); raises LedgerError when that is not known for certain."""
        try:
            state = canonical.decode(self.state_path.read_bytes())
            last = Checkpoint(state["origin"], state["size"], base64.b64decode(state["root"], validate=True))
            Checkpoint.parse(last.text)
        except FileNotFoundError:
            raise _no_state("不存在", "is not there") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, LedgerError, InvalidInputError) as error:
            raise _no_state("已损坏", "is damaged") from error
        if last.origin != self.origin:
            raise _no_state(f"属于 {last.origin}", f"belongs to {last.origin}")
        return last

    def sign(self, size: int, root: bytes, proof_from: ProofFrom) -> bytes:
        """The signed checkpoint of `size` entries under `root`, after `proof_from(last size)` was checked.

        Raises LedgerError when the log is shorter than what was signed, or another one.
        """
        last = self.last_signed()
        _check_continues(last, size, root, proof_from)
        checkpoint = Checkpoint(self.origin, size, root)
        if checkpoint != last:
            _write_state(self.state_path, checkpoint)
        return sign_note(checkpoint.text, [self.signer])


def lock_beside(state_path: Path) -> Path:
    """The lock file of whoever signs or publishes with the memory at `state_path`."""
    return state_path.with_name(f"{state_path.name}.lock")


def start_state(path: Path, origin: str) -> None:
    """Begin the memory of a new log, of which nothing was signed yet; raises LedgerError when `path` is there."""
    _refuse_existing(path)
    _write_state(path, Checkpoint(origin, 0, EMPTY_ROOT))


def adopt_state(path: Path, note: bytes, trust: Trust) -> Checkpoint:
    """Begin the memory anew from a published checkpoint, when the state file is lost.

    This trusts that nothing later was signed: compare with what the witnesses saw last. Raises LedgerError when `path`
    is there, InvalidInputError when `note` is not a checkpoint of the log that `trust` describes.
    """
    _refuse_existing(path)
    checkpoint = open_checkpoint(note, trust)
    _write_state(path, checkpoint)
    return checkpoint


def _check_continues(last: Checkpoint, size: int, root: bytes, proof_from: ProofFrom) -> None:
    if size < last.size:
        raise refusal(
            "size",
            f"账本只有 {size} 条，而已签到 {last.size} 条：数据库来自旧备份",
            f"the log has {size} entries but {last.size} were signed: the database is an old backup",
            "请用 gimark ledger rebuild 从公布的条目恢复后再签",
            "Restore the missing entries with gimark ledger rebuild before signing",
            signed=last.size,
        )
    if last.size == 0:
        return
    try:
        check_consistency(last.size, last.root, size, root, proof_from(last.size) if size > last.size else [])
    except InvalidInputError as error:
        raise refusal(
            "root",
            f"前 {last.size} 条与已签的快照不同：历史被改写",
            f"the first {last.size} entries are not those that were signed: history was rewritten",
            "不要重签；保留现场，运行 gimark ledger check，并从未被改动的备份恢复",
            "Sign nothing; keep everything as it is, run gimark ledger check, restore an unaltered backup",
            signed=last.size,
        ) from error


def _write_state(path: Path, checkpoint: Checkpoint) -> None:
    state = {
        "origin": checkpoint.origin,
        "root": base64.b64encode(checkpoint.root).decode(),
        "size": checkpoint.size,
    }
    write_whole(path, canonical.encode(state), STATE_MODE)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise refusal(
            "",
            f"签名状态 {path.name} 已存在",
            f"the signer's state {path.name} is there already",
            "不要覆盖；如确需重建，请先另行保存原文件",
            "Do not overwrite it; to begin anew, put the old file elsewhere first",
        )


def _no_state(what_zh: str, what_en: str) -> LedgerError:
    return refusal(
        "",
        f"签名状态文件{what_zh}，无法确定上次签到何处",
        f"the signer's state file {what_en}, so what was signed last is unknown",
        "请从备份恢复该文件；没有备份时，与见证方核对后运行 gimark ledger adopt 采用已公布的快照",
        "Restore it from a backup; without one, compare with the witnesses and adopt the published checkpoint with "
        "gimark ledger adopt",
    )
