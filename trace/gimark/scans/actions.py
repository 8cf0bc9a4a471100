"""The regulator's word on one code: copied, on display, or cleared again."""

import hashlib
import secrets
from base64 import b64encode

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import invalid
from gimark.issuance.model import IssueRun
from gimark.issuance.rules import place_words
from gimark.ledger import book, canonical
from gimark.scans.model import CodeMark, MarkKind
from gimark.store.unit_of_work import Act

SALT_BYTES = 16
LONGEST_NOTE = 240


def mark_code(act: Act, actor: Actor, run_ref: str, idx: int, kind: MarkKind, note: str) -> CodeMark:
    """Mark one code, saying why (ledger: private, a salted commitment). The caller's transaction commits.

    A code marked as copied is amber from now on, until it is cleared. Raises NotAllowedError for anyone but a
    regulator, NotFoundError for a run that is not there, InvalidInputError for an index outside it or no reason.
    """
    require(actor, Permission.MARK_CODES)
    book.lock(act)
    run = act.session.scalar(select(IssueRun).where(IssueRun.ref == run_ref))
    if run is None:
        raise not_found("run")
    _check(run, idx, note)
    salt = secrets.token_bytes(SALT_BYTES)
    index = book.append(act, "private", actor.ledger_word, **mark_fields(run.ledger_index, idx, kind, note, salt))
    mark = CodeMark(run_id=run.id, idx=idx, kind=kind, note=note, salt=salt, at=act.now, ledger_index=index)
    act.session.add(mark)
    act.session.flush()
    return mark


def mark_fields(run_index: int, idx: int, kind: MarkKind, note: str, salt: bytes) -> dict[str, str]:
    """What the private entry of a mark says: H(salt ‖ the mark in canonical JSON); `run_index` is its run's entry."""
    body = canonical.encode({"run": run_index, "index": idx, "kind": kind.value, "note": note})
    return {"kind": "case", "commitment": b64encode(hashlib.sha256(salt + body).digest()).decode()}


def _check(run: IssueRun, idx: int, note: str) -> None:
    if not 0 <= idx < run.count:
        which_zh, which_en = place_words(idx, idx)
        raise invalid(
            "idx",
            f"本批只有 {run.count} 枚，没有{which_zh}",
            f"the run has {run.count} codes, and no {which_en}",
            "请核对标识",
            "Check the code",
        )
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise invalid(
            "note",
            f"没有写理由，或超过 {LONGEST_NOTE} 字",
            f"no reason is given, or it is over {LONGEST_NOTE} characters",
            "请写明依据，它不公示，只公示它的摘要",
            "Give the grounds; not they but their hash will be public",
        )
