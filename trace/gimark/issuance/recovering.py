"""Proving codes after their serial master was lost: from the sealed exports of their runs, the ledger and the key set.

What is printed names GTIN, lot and key, so the ledger's run.issue entries say which runs the code can be of; that run's
export has its serial, at its index, beside its nonce. No row of the register is asked: a log rebuilt from its published
entries is enough.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gimark.codes.uri import CodeUri
from gimark.errors import Fault, InvalidInputError, NotFoundError, invalid
from gimark.issuance.nonce_export import ExportedRun, ExportReader
from gimark.issuance.proving import LoggedRun, check_provable, not_issued, proof_of
from gimark.keys import keyset as keysets
from gimark.keys.note import split_note
from gimark.ledger import book

ReadExport = Callable[[int, ExportReader], bool]
"""Has the reader read the export of a run, named by its number; False when there is none."""

_MARK = b'"type":"run.issue"'


def prove_from_export(session: Session, read: ReadExport, keyset_note: bytes, url: CodeUri, now: datetime) -> bytes:
    """The proof file of the code `url`, the same as the serial master would have given.

    Raises NotFoundError when no run of the ledger has this code, when the export of a run that may have it is missing,
    or for what a reader of the proof would refuse; InvalidInputError when an export does not hold.
    """
    code = url.code
    if code.token is None:
        raise not_issued()
    host = keysets.parse(split_note(keyset_note)[0]).hosts[0]
    missing: list[int] = []
    for entry, said in logged_runs(session):
        if (said["gtin"], said["lot"], said["kid"]) != (code.gtin, code.lot, code.token.kid):
            continue
        run = LoggedRun(said["run"], entry, said["kid"])
        reader = ExportReader(host, export_name(run.number), code.serial)
        if not read(run.number, reader):
            missing.append(run.number)
            continue
        found = reader.opened()
        check_is_of(found.run, entry, said)
        if found.index is not None and found.membership is not None:
            check_provable(session, keyset_note, url, run)
            return proof_of(session, keyset_note, url, run, found.index, found.membership, now)
    raise _not_exported(missing) if missing else not_issued()


def check_export(session: Session, read: ReadExport, number: int, host: str) -> int:
    """Read the export of run `number` to its end; how many codes it can prove.

    Raises NotFoundError when there is none, InvalidInputError unless it leads to the root in the run's ledger entry,
    and is of that run.
    """
    reader = ExportReader(host, export_name(number))
    if not read(number, reader):
        raise _not_exported([number])
    found = reader.opened()
    check_is_of(found.run, found.run.entry, json.loads(book.entry(session, found.run.entry)))
    if found.run.codes.run != number:
        raise _of_another(number)
    return found.run.codes.count


def logged_runs(session: Session) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every run.issue of the ledger, with its index."""
    for index, body in enumerate(book.entries(session, 0, book.size(session))):
        if _MARK in body:
            said = json.loads(body)
            if said["type"] == "run.issue":
                yield index, said


def export_name(number: int) -> str:
    """What the export of a run is called among others."""
    return f"{number}.age"


def check_is_of(run: ExportedRun, entry: int, said: dict[str, Any]) -> None:
    """Refuse, with InvalidInputError, an export that says anything else than the run's ledger entry."""
    codes = run.codes
    claimed = (run.entry, codes.run, codes.gtin, codes.lot, codes.count, codes.kid, run.epoch, run.codes_root)
    logged = tuple(said.get(name) for name in ("run", "gtin", "lot", "count", "kid", "epoch"))
    if claimed != (entry, *logged, b64decode(said.get("codes_root", ""))):
        raise _of_another(codes.run)


def _of_another(number: int) -> InvalidInputError:
    return invalid(
        export_name(number),
        f"与账本中第 {number} 批的条目不符",
        f"it does not agree with the ledger's entry of run {number}",
        "请核对是否拿了另一套系统或另一批的文件",
        "Make sure that it is not another installation's or another run's",
    )


def _not_exported(numbers: list[int]) -> NotFoundError:
    runs = ", ".join(map(str, numbers))
    return NotFoundError(
        (
            Fault(
                "run",
                f"第 {runs} 批没有随机数导出文件",
                f"there is no export of the nonces of run {runs}",
                "请从备份恢复 nonces 文件夹后再试",
                "Restore the nonces folder from its backup and try again",
            ),
        )
    )
