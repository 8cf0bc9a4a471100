"""Making a code's proof file: whoever holds the code can keep it, and show it without this installation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.codes import commitment
from gimark.codes.commitment import Membership
from gimark.codes.offline import judge_signature
from gimark.codes.token import write_token
from gimark.codes.uri import Code, CodeUri, build_uri
from gimark.errors import Fault, InvalidInputError, LedgerError, NotFoundError
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun
from gimark.issuance.proof_file import FACTS, LoggedEntry, ProofFile
from gimark.issuance.signing import codes_of
from gimark.issuance.verifying import PROVABLE
from gimark.keys import keyset as keysets
from gimark.keys.note import split_note
from gimark.ledger import book
from gimark.ledger.book import Published
from gimark.ledger.proofs import LogProof
from gimark.ledger.refusal import refusal
from gimark.merkle import root_from_path


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A run as the ledger has it: its number, the index of its run.issue, the key that signed its codes."""

    number: int
    entry: int
    kid: str


def prove_code(session: Session, keyring: Keyring, keyset_note: bytes, url: CodeUri, now: datetime) -> bytes:
    """The proof file of the code `url`; `keyset_note` is the key set as published. Makes at most 256 leaves again.

    What became of the code since it was issued does not matter: a voided code was issued all the same.
    Raises NotFoundError when the code is not in its run's set or not signed by its run's key, when that key is
    revoked and the run came too late, or when no checkpoint stands over the run yet; LedgerError when what is stored
    of the run does not lead to its entry.
    """
    run, index = _place(session, keyring, url.code)
    logged = LoggedRun(run.number, run.ledger_index, run.kid)
    check_provable(session, keyset_note, url, logged)
    return proof_of(session, keyset_note, url, logged, index, _membership(keyring, run, index, url.code), now)


def check_provable(session: Session, keyset_note: bytes, url: CodeUri, run: LoggedRun) -> None:
    """Refuse what a reader of the proof would refuse; raises NotFoundError as `prove_code` does."""
    keyset = keysets.parse(split_note(keyset_note)[0])
    if url.host not in keyset.hosts or judge_signature(url.code, keyset) not in PROVABLE:
        raise not_issued()
    key = keyset.key(run.kid)
    if key is not None and key.revoked_at is not None and run.entry >= key.revoked_at:
        raise not_issued()
    if not book.is_published(session, run.entry):
        raise _not_published()


def proof_of(
    session: Session,
    keyset_note: bytes,
    url: CodeUri,
    run: LoggedRun,
    index: int,
    membership: Membership,
    now: datetime,
) -> bytes:
    """The proof file, once the code's place in its run's set is known, from wherever."""
    latest = book.published(session)
    assert latest is not None
    issue, batch, item, enterprise = _entries(session, run.entry, latest)
    issued_at = datetime.fromisoformat(json.loads(issue.entry)["t"])
    return ProofFile(
        url=_printed(url),
        run=run.number,
        index=index,
        nonce=membership.nonce,
        path=membership.path,
        issue=issue,
        batch=batch,
        item=item,
        enterprise=enterprise,
        keyset=keyset_note,
        # A clock that went back does not make a proof that is older than what it proves.
        made_at=max(now, issued_at),
    ).encode()


def _place(session: Session, keyring: Keyring, code: Code) -> tuple[IssueRun, int]:
    """The run whose row agrees with everything that the code says, and the code's index in it."""
    for epoch, (number, index) in keyring.places(code.serial):
        run = session.scalar(select(IssueRun).where(IssueRun.number == number))
        if run is None or run.epoch != epoch or index >= run.count:
            continue
        if code.token is not None and (run.gtin, run.lot, run.kid) == (code.gtin, code.lot, code.token.kid):
            return run, index
    raise not_issued()


def _membership(keyring: Keyring, run: IssueRun, index: int, code: Code) -> Membership:
    """The code's nonce and path, after making sure that they lead to what was published."""
    try:
        found = commitment.prove(codes_of(keyring, run), keyring.ciphers[run.epoch], run.level8, index)
    except InvalidInputError as error:
        raise LedgerError(error.faults) from error
    leaf = commitment.leaf_hash(found.nonce, code.message(keyring.origin, run.kid))
    if root_from_path(leaf, index, run.count, found.path) != run.codes_root:
        raise refusal(
            "codes_root",
            f"第 {run.number} 批所存的校验值不通向所公布的摘要",
            f"the hashes stored for run {run.number} do not lead to the root that was published",
            "请从备份恢复，或用赋码主密钥重新计算",
            "Restore them from a backup or compute them again with the serial master",
        )
    return found


def _entries(session: Session, run_index: int, latest: Published) -> Iterator[LoggedEntry]:
    """The run's entry and those of its batch, item and enterprise, each named by the one before it."""
    index = run_index
    for following in (*FACTS, None):
        body = book.entry(session, index)
        path = book.inclusion_proof(session, index, latest.size)
        yield LoggedEntry(body, LogProof(index, path, latest.note))
        if following is not None:
            index = json.loads(body)[following]


def _printed(url: CodeUri) -> str:
    host, (gtin, lot, serial, token) = url
    assert token is not None
    return build_uri(host, gtin, lot, serial, write_token(token.kid, token.signature))


def not_issued() -> NotFoundError:
    """One answer to every code that is not ours, so that it tells a forger nothing."""
    return NotFoundError(
        (
            Fault(
                "code",
                "没有发放过这样的标识，或者它的签名不成立",
                "no such code was issued, or its signature is not good",
                "请扫描包装上的二维码，从查验结果页下载证明文件",
                "Scan the code on the package and download the proof file from the page that opens",
            ),
        )
    )


def _not_published() -> NotFoundError:
    return NotFoundError(
        (
            Fault(
                "code",
                "这次发放还没有进入已公布的存证快照",
                "no published checkpoint stands over the run of this code yet",
                "请一分钟后再试",
                "Try again in a minute",
            ),
        )
    )
