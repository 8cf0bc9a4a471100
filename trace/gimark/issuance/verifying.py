"""Checking a proof file off line: with the root's public key and nothing else. No secret, no database, no clock.

The steps are numbered as in docs/ledger.md, section 9.
"""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gimark.clock import rfc3339
from gimark.codes.commitment import leaf_hash
from gimark.codes.offline import Word, verify_offline
from gimark.codes.token import write_token
from gimark.codes.uri import CodeUri, build_uri
from gimark.errors import InvalidInputError, LedgerError
from gimark.issuance.proof_file import FACTS, LoggedEntry, ProofFile, entry_place, malformed
from gimark.keys.keyset import KeySet, read_published
from gimark.keys.note import VerifierKey
from gimark.ledger import entries, proofs
from gimark.ledger.checkpoints import Checkpoint, Trust
from gimark.merkle import leaf_hash as entry_hash
from gimark.merkle import root_from_path

PROVABLE = frozenset({Word.AUTHENTIC, Word.KEY_REVOKED})
FACT_TYPES = dict(zip(FACTS, ("batch.register", "item.set", "enterprise.set"), strict=True))


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What a proof file proves: this code is number `index` (from 0) of the run that entry `entry_index` issued.

    `issue`, `batch`, `item` and `enterprise` are the fields of the entries, as they were first registered, all under
    `checkpoint`. `made_at` is unsigned. That the code was activated, voided or copied since is not said.
    """

    code: CodeUri
    index: int
    entry_index: int
    checkpoint: Checkpoint
    keyset: KeySet
    key_is_revoked: bool
    issue: Mapping[str, Any]
    batch: Mapping[str, Any]
    item: Mapping[str, Any]
    enterprise: Mapping[str, Any]
    made_at: datetime


def verify_proof(raw: bytes, root: VerifierKey) -> ProofResult:
    """Check the proof file `raw` under the root's key, which the reader has from elsewhere.

    Raises InvalidInputError at the first step that fails: its fault names the member of the file, its extra `step`
    the step.
    """
    with _step(1):
        file = ProofFile.parse(raw)
    with _step(2, "keyset"):
        keyset = read_published(file.keyset, root)
    with _step(3, "url"):
        code, word = _read_code(file.url, keyset)
    trust = Trust(f"{keyset.origin}/log", [log.key for log in keyset.logs], keyset.witnesses, keyset.quorum)
    checkpoint, issue = _stands(4, file.issue, "run.issue", "", trust)
    with _step(5):
        _check_member(file, code, keyset.origin, issue)
    with _step(6, "keyset"):
        _check_in_time(keyset, issue["kid"], file.issue.proof.index)
    batch, item, enterprise = _check_facts(file, issue, trust)
    with _step(8, "made_at"):
        if rfc3339(file.made_at) < issue["t"]:
            raise malformed("", "早于标识发放", "it is before the codes were issued")
    return ProofResult(
        code=code,
        index=file.index,
        entry_index=file.issue.proof.index,
        checkpoint=checkpoint,
        keyset=keyset,
        key_is_revoked=word is Word.KEY_REVOKED,
        issue=issue,
        batch=batch,
        item=item,
        enterprise=enterprise,
        made_at=file.made_at,
    )


def _read_code(url: str, keyset: KeySet) -> tuple[CodeUri, Word]:
    """Step 3: the code, which the key signed and which is spelt as it is printed."""
    result = verify_offline(url, keyset)
    if result.code is None or result.code.code.token is None or result.word not in PROVABLE:
        raise malformed("", f"标识核对的结果是 {result.word}", f"the code is {result.word}")
    host, code = result.code
    token = result.code.code.token
    if build_uri(host, code.gtin, code.lot, code.serial, write_token(token.kid, token.signature)) != url:
        raise malformed("", "与印刷的写法不同", "it is not spelt as codes are printed")
    return result.code, result.word


def _stands(step: int, logged: LoggedEntry, type_: str, name: str, trust: Trust) -> tuple[Checkpoint, dict[str, Any]]:
    """The checkpoint under which an entry stands in the log, and its fields; it is of `type_` and obeys its schema."""
    where = entry_place(name)
    with _step(step, f"{where}log_proof"):
        checkpoint = proofs.verify(logged.proof, entry_hash(logged.entry), trust)
    with _step(step, f"{where}entry"):
        fields = entries.decode(logged.entry)
        entries.check(fields)
        if fields["type"] != type_:
            raise malformed("", f"不是 {type_} 类的条目", f"it is not of type {type_}")
    return checkpoint, fields


def _check_member(file: ProofFile, code: CodeUri, origin: str, issue: Mapping[str, Any]) -> None:
    """Step 5: the code is number `index` of the set that the entry commits to."""
    _, (gtin, lot, _, token) = code
    assert token is not None
    for name, said in (("gtin", gtin), ("lot", lot), ("kid", token.kid)):
        if issue[name] != said:
            raise malformed("url", f"{name} 与发放条目不符", f"its {name} is not that of the run's entry")
    if file.run != issue["run"]:
        raise malformed("code/run", f"条目发放的是第 {issue['run']} 批", f"the entry issues run {issue['run']}")
    if file.index >= issue["count"]:
        raise malformed("code/index", f"该批只有 {issue['count']} 枚", f"the run has {issue['count']} codes only")
    leaf = leaf_hash(file.nonce, code.code.message(origin, token.kid))
    with _step(5, "code/path"):
        root = root_from_path(leaf, file.index, issue["count"], file.path)
    if root != b64decode(issue["codes_root"]):
        raise malformed("code", "这枚标识不在所发放的集合之内", "the code is not in the set that was issued")


def _check_in_time(keyset: KeySet, kid: str, index: int) -> None:
    """Step 6: of a revoked key only the runs that the log held in time count."""
    key = keyset.key(kid)
    assert key is not None
    if key.revoked_at is not None and index >= key.revoked_at:
        raise malformed(
            "",
            f"密钥 {kid} 已撤销，只认第 {key.revoked_at} 条之前的发放",
            f"key {kid} is revoked and confirms runs below entry {key.revoked_at} only",
        )


def _check_facts(file: ProofFile, issue: Mapping[str, Any], trust: Trust) -> list[Mapping[str, Any]]:
    """Step 7: the entries of batch, item and enterprise, each the one that the entry before it names."""
    found: list[Mapping[str, Any]] = []
    named = issue
    for name, type_ in FACT_TYPES.items():
        logged: LoggedEntry = getattr(file, name)
        _, fields = _stands(7, logged, type_, name, trust)
        with _step(7, f"facts/{name}/log_proof"):
            if logged.proof.index != named[name]:
                raise malformed("", f"所指的是第 {named[name]} 条", f"the one to be proven is entry {named[name]}")
            if logged.proof.note != file.issue.proof.note:
                raise malformed("", "存证快照与发放条目的不同", "its checkpoint is not that of the run's entry")
        found.append(fields)
        named = fields
    batch, item, _ = found
    with _step(7):
        if batch["lot"] != issue["lot"]:
            raise malformed("facts/batch/entry", "批次号与发放条目不符", "its lot is not that of the run")
        if item["gtin"] != issue["gtin"]:
            raise malformed("facts/item/entry", "商品条码与发放条目不符", "its GTIN is not that of the run")
    return found


@contextmanager
def _step(number: int, where: str = "") -> Iterator[None]:
    """Name the step, and the member `where` of the file unless it is empty, in whatever is refused inside."""
    try:
        yield
    except (InvalidInputError, LedgerError) as error:
        if "step" in error.extras:
            raise
        faults = tuple(replace(fault, field=where or fault.field) for fault in error.faults)
        raise InvalidInputError(faults, {"step": number}) from error
