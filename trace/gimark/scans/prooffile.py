"""The proof file `gi-proof/v1`: everything that shows one code to be genuine, for whoever keeps it.

It needs no server to be checked, only the root's public key from elsewhere; it also holds when the issuing key is
stolen later, because the run's entry commits to the exact set of codes.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.clock import rfc3339
from gimark.codes import commitment
from gimark.codes.cipher import SerialCipher
from gimark.codes.offline import Word, judge_signature
from gimark.codes.run import RunCodes
from gimark.codes.uri import Malformed, parse_uri
from gimark.errors import InvalidInputError, LedgerError, invalid
from gimark.issuance.model import IssueRun
from gimark.keys.keyset import KeySet, read_published
from gimark.keys.note import VerifierKey
from gimark.ledger import book, canonical, entries, proofs
from gimark.ledger.checkpoints import Trust
from gimark.ledger.proofs import LogProof
from gimark.merkle import leaf_hash, root_from_path

FORMAT = "gi-proof/v1"
MEMBERS = frozenset({"url", "code", "entry", "log_proof", "keyset", "facts", "made_at"})
FACTS = ("batch", "item", "enterprise")
MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ProvenCode:
    """What a proof file was found to show: the code's run and index, and the entries it rests on, by name."""

    url: str
    run: int
    index: int
    entries: dict[str, dict[str, Any]]
    keyset: KeySet
    made_at: str


def make(session: Session, url: str, place: tuple[int, int], cipher: SerialCipher, note: bytes, now: datetime) -> bytes:
    """The proof file of the code with URI `url` at (run number, index); `note` is the published key set.

    `cipher` is that of the run's epoch. Raises NotFoundError while no checkpoint stands over the run's entry.
    """
    number, index = place
    row = session.scalars(select(IssueRun).where(IssueRun.number == number)).one()
    host = url.split("/", 3)[2].lower()
    codes = RunCodes(cipher.origin, host, row.gtin, row.lot, number, row.count, row.kid)
    membership = commitment.prove(codes, cipher, row.level8, index)
    issue = json.loads(book.entry(session, row.ledger_index))
    batch = json.loads(book.entry(session, issue["batch"]))
    item = json.loads(book.entry(session, batch["item"]))
    facts = {"batch": issue["batch"], "item": batch["item"], "enterprise": item["enterprise"]}
    return canonical.encode(
        {
            "url": url,
            "code": {
                "run": number,
                "index": index,
                "nonce": _b64(membership.nonce),
                "path": [_b64(step) for step in membership.path],
            },
            **_proved(session, row.ledger_index),
            "keyset": note.decode(),
            "facts": {name: _proved(session, at) for name, at in facts.items()},
            "made_at": rfc3339(now),
        }
    )


def check(raw: bytes, root: VerifierKey) -> ProvenCode:
    """Check a proof file against the root's public key; raises InvalidInputError at the first step that fails.

    1. The file is canonical JSON with exactly the members of its format.
    2. The key set is signed by `root`.
    3. The code's URI is well formed, at one of the key set's hosts, and signed by one of its issuing keys.
    4. Each entry is under a checkpoint of the key set's log.
    5. The run's entry names the code's run, GTIN, lot and kid, and its root commits to the code at its index; of a
       revoked key, it stands below the log size that the key set names.
    6. The entries of batch, item and enterprise are those that lead from the run's.
    """
    file = _read(raw)
    keyset = read_published(_text(file, "keyset").encode(), root)
    trust = Trust(f"{keyset.origin}/log", [log.key for log in keyset.logs], keyset.witnesses, keyset.quorum)
    message, parts = _check_signature(_text(file, "url"), keyset)
    at, issue = _check_entry(file, trust, "run.issue")
    _check_member(file["code"], issue, message, parts)
    _check_key(keyset, parts[2], at)
    found = {"run": issue}
    step = issue
    for name, kind in zip(FACTS, ("batch.register", "item.set", "enterprise.set"), strict=True):
        stands_at, fields = _check_entry(file["facts"][name], trust, kind)
        if step.get(name) != stands_at:
            raise _bad(f"facts/{name}", "不是赋码批所指的条目", "it is not the entry that the one before names")
        found[name] = step = fields
    code = file["code"]
    return ProvenCode(file["url"], code["run"], code["index"], found, keyset, _text(file, "made_at"))


def _proved(session: Session, index: int) -> dict[str, str]:
    """An entry's text with its proof under the latest published checkpoint."""
    return {
        "entry": book.entry(session, index).decode(),
        "log_proof": proofs.prove(session, index).encode().decode(),
    }


def _read(raw: bytes) -> dict[str, Any]:
    if len(raw) > MOST_BYTES:
        raise _bad("", "文件过大", "it is too long")
    try:
        file = canonical.decode(raw)
    except LedgerError as error:
        raise InvalidInputError(error.faults) from error
    is_whole = (
        isinstance(file, dict)
        and file.keys() == MEMBERS
        and isinstance(file["facts"], dict)
        and file["facts"].keys() == set(FACTS)
        and isinstance(file["code"], dict)
        and file["code"].keys() == {"run", "index", "nonce", "path"}
    )
    if not is_whole:
        raise _bad("", f"不是 {FORMAT} 文件", f"it is not a {FORMAT} file")
    return file  # type: ignore[no-any-return]


def _check_signature(url: str, keyset: KeySet) -> tuple[bytes, tuple[str, str, str]]:
    """The signed bytes of the code at `url`, and its GTIN, lot and kid."""
    read = parse_uri(url)
    if isinstance(read, Malformed) or read.host not in keyset.hosts or read.code.token is None:
        raise _bad("url", "不是本平台的标识网址", "it is no signed code at a host of the key set")
    word = judge_signature(read.code, keyset)
    if word not in (Word.AUTHENTIC, Word.KEY_REVOKED):
        raise _bad("url", f"签名核对结果为 {word}", f"its signature is {word}")
    kid = read.code.token.kid
    return read.code.message(keyset.origin, kid), (read.code.gtin, read.code.lot, kid)


def _check_entry(proved: object, trust: Trust, kind: str) -> tuple[int, dict[str, Any]]:
    """The index and fields of an entry of `kind` that is in the log."""
    if not isinstance(proved, dict):
        raise _bad("facts", "缺少条目", "an entry is missing")
    raw = _text(proved, "entry").encode()
    proof = LogProof.parse(_text(proved, "log_proof").encode())
    proofs.verify(proof, leaf_hash(raw), trust)
    try:
        fields = entries.decode(raw)
    except LedgerError as error:
        raise InvalidInputError(error.faults) from error
    if fields["type"] != kind:
        raise _bad("entry", f"应为 {kind} 条目", f"it should be a {kind} entry")
    return proof.index, fields


def _check_member(code: dict[str, Any], issue: dict[str, Any], message: bytes, parts: tuple[str, str, str]) -> None:
    if (issue["gtin"], issue["lot"], issue["kid"], issue["run"]) != (*parts, code["run"]):
        raise _bad("entry", "赋码批与标识不符", "the run is not that of the code")
    try:
        nonce, path = _bytes(code["nonce"]), [_bytes(step) for step in code["path"]]
        leaf = commitment.leaf_hash(nonce, message)
        reached = root_from_path(leaf, code["index"], issue["count"], path)
    except (TypeError, ValueError, binascii.Error):
        raise _bad("code", "证明路径无法识读", "its path cannot be read") from None
    if reached != _bytes(issue["codes_root"]):
        raise _bad("code", "标识不在赋码批承诺的集合里", "the code is not in the set that the run commits to")


def _check_key(keyset: KeySet, kid: str, issue_index: int) -> None:
    key = keyset.key(kid)
    if key is not None and key.revoked_at is not None and issue_index >= key.revoked_at:
        raise _bad("entry", "密钥撤销之后才登记的赋码批", "the run was logged after its key was revoked")


def _text(file: dict[str, Any], name: str) -> str:
    value = file.get(name)
    if not isinstance(value, str):
        raise _bad(name, "应为文本", "it should be a text")
    return value


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _bad(where: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        where,
        f"证明文件不成立：{reason_zh}",
        f"the proof file does not hold: {reason_en}",
        "请从平台重新下载；若仍如此，请向县市场监管局报告",
        "Download it again; if it stays so, tell the regulator",
    )
