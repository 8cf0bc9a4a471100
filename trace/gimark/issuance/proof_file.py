"""The proof file `gi-proof/v1` as bytes: one canonical JSON object with all that it takes to check a code's issue.

Read strictly, nothing verified: what the parts prove is `verifying`'s to say.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from gimark.clock import rfc3339
from gimark.codes.cipher import NONCE_SIZE
from gimark.errors import InvalidInputError, LedgerError, invalid
from gimark.keys.lines import instant
from gimark.ledger import canonical
from gimark.ledger.proofs import LogProof
from gimark.merkle import HASH_SIZE

# Four entries of 65,535 bytes, their proofs and a key set stay well below.
MAX_BYTES = 1 << 20
FACTS = ("batch", "item", "enterprise")
_MEMBERS = ("code", "entry", "facts", "keyset", "log_proof", "made_at", "url")
_REMEDY = (
    "请从查验结果页重新下载；仍不符时请保留原文件并向县局报告",
    "Download it again from the code's page; if it stays so, keep the file and tell the county",
)


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """The exact bytes of a ledger entry, and the proof that it stands in the ledger."""

    entry: bytes
    proof: LogProof

    def members(self) -> dict[str, str]:
        """As it stands in the file."""
        return {"entry": self.entry.decode(), "log_proof": self.proof.encode().decode()}


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a proof file holds: the printed `url`, its place and path in the run's set, the four entries behind it.

    `keyset` is the key set's note. `made_at` is the maker's own word, signed by nobody.
    """

    url: str
    run: int
    index: int
    nonce: bytes
    path: tuple[bytes, ...]
    issue: LoggedEntry
    batch: LoggedEntry
    item: LoggedEntry
    enterprise: LoggedEntry
    keyset: bytes
    made_at: datetime

    def encode(self) -> bytes:
        """The file."""
        return canonical.encode(
            {
                "url": self.url,
                "code": {
                    "run": self.run,
                    "index": self.index,
                    "nonce": b64encode(self.nonce).decode(),
                    "path": [b64encode(step).decode() for step in self.path],
                },
                **self.issue.members(),
                "keyset": self.keyset.decode(),
                "facts": {name: getattr(self, name).members() for name in FACTS},
                "made_at": rfc3339(self.made_at),
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """What the file `raw` says; raises InvalidInputError naming the first member that is not as it must be."""
        whole = _object(_decoded(raw), "", _MEMBERS)
        code = _object(whole["code"], "code", ("index", "nonce", "path", "run"))
        facts = _object(whole["facts"], "facts", FACTS)
        if not isinstance(code["path"], list):
            raise malformed("code/path", "不是数组", "it is not an array")
        return cls(
            url=_text(whole["url"], "url"),
            run=_number(code["run"], "code/run"),
            index=_number(code["index"], "code/index"),
            nonce=_binary(code["nonce"], "code/nonce", NONCE_SIZE),
            path=tuple(_binary(step, f"code/path/{place}", HASH_SIZE) for place, step in enumerate(code["path"])),
            issue=_logged(whole, ""),
            **{name: _logged(_object(facts[name], f"facts/{name}", ("entry", "log_proof")), name) for name in FACTS},
            keyset=_text(whole["keyset"], "keyset").encode(),
            made_at=_instant(whole["made_at"], "made_at"),
        )


def entry_place(name: str) -> str:
    """Where the entry of the fact `name` stands in the file, with a slash behind; that of the run stands outside."""
    return f"facts/{name}/" if name else ""


def malformed(where: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    """The error of a proof file whose member `where` is not as it must be."""
    return invalid(where, reason_zh, reason_en, *_REMEDY)


def _decoded(raw: bytes) -> Any:
    if len(raw) > MAX_BYTES:
        raise malformed("", f"文件超过 {MAX_BYTES:,} 字节", f"the file is longer than {MAX_BYTES:,} bytes")
    try:
        return canonical.decode(raw)
    except LedgerError as error:
        raise InvalidInputError(error.faults) from error


def _object(value: Any, where: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(names):
        listed = "、".join(sorted(names)), ", ".join(sorted(names))
        raise malformed(where, f"应恰好有这些成员：{listed[0]}", f"its members are not exactly {listed[1]}")
    return value


def _logged(members: Mapping[str, Any], name: str) -> LoggedEntry:
    where = entry_place(name)
    entry, proof = (_text(members[part], f"{where}{part}").encode() for part in ("entry", "log_proof"))
    try:
        parsed = LogProof.parse(proof)
    except InvalidInputError as error:
        raise malformed(f"{where}log_proof", error.faults[0].reason_zh, error.faults[0].reason_en) from error
    if parsed.extra is not None:
        raise malformed(f"{where}log_proof", "多出 extra 一行", "it has an extra line")
    return LoggedEntry(entry, parsed)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise malformed(where, "不是文字", "it is not a text")
    return value


def _number(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise malformed(where, "不是从 0 起的整数", "it is not an integer from 0 on")
    return value


def _binary(value: Any, where: str, size: int) -> bytes:
    text = _text(value, where)
    with suppress(binascii.Error, ValueError):
        decoded = b64decode(text, validate=True)
        if len(decoded) == size and b64encode(decoded).decode() == text:
            return decoded
    raise malformed(where, f"不是 {size} 字节的规范 Base64", f"it is not {size} bytes in canonical base64")


def _instant(value: Any, where: str) -> datetime:
    text = _text(value, where)
    with suppress(ValueError):
        found = instant(text)
        if rfc3339(found) == text:
            return found
    raise malformed(where, "不是 UTC 的整秒时间", "it is not an instant in UTC with whole seconds")
