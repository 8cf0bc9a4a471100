"""What the codes of an issued run are made from: run, GTIN, lot, key and epoch come from the run's row alone.

Files are signed from these values and never from a request, so nobody gets a signature over a lot, an index or a key
that no run names. Repeating a message is free, so a file can be made again.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import not_found
from gimark.codes.cipher import SerialCipher
from gimark.codes.run import RunCodes
from gimark.errors import ConflictError, Fault
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun
from gimark.keys.signer import Signer


@dataclass(frozen=True, slots=True)
class IssuedRun:
    """A run that stands in the register, with what is needed to mint its codes in any process."""

    codes: RunCodes
    epoch: int


def issued_run(session: Session, keyring: Keyring, number: int) -> IssuedRun:
    """The run `number` as its row has it. Raises NotFoundError when no such run was issued."""
    run = session.scalar(select(IssueRun).where(IssueRun.number == number))
    if run is None:
        raise not_found("run")
    return IssuedRun(codes_of(keyring, run), run.epoch)


def codes_of(keyring: Keyring, run: IssueRun) -> RunCodes:
    """What all codes of the run share."""
    return RunCodes(
        origin=keyring.origin,
        host=keyring.host,
        gtin=run.gtin,
        lot=run.lot,
        run=run.number,
        count=run.count,
        kid=run.kid,
    )


def secrets_of(keyring: Keyring, run: IssuedRun) -> tuple[SerialCipher, Signer]:
    """What makes an issued run's codes: the cipher of its epoch and its own key.

    Raises ConflictError when that key's private half is gone (destroyed at its end, or the key was revoked), or the
    epoch's serial master is.
    """
    key = keyring.issuing.get(run.codes.kid)
    if key is None:
        raise _gone(
            f"密钥 {run.codes.kid} 的私钥已到期销毁或已吊销，不能再制作这批标识",
            f"the private half of key {run.codes.kid} is gone (destroyed at its end, or revoked): these codes cannot "
            "be made again",
        )
    cipher = keyring.ciphers.get(run.epoch)
    if cipher is None:
        raise _gone(
            f"第 {run.epoch} 期的赋码主密钥不在，不能再制作这批标识",
            f"the serial master of epoch {run.epoch} is not here: these codes cannot be made again",
        )
    return cipher, key.signer


def _gone(reason_zh: str, reason_en: str) -> ConflictError:
    return ConflictError(
        (
            Fault(
                "kid",
                reason_zh,
                reason_en,
                "请使用已放行的文件；没有文件的标识请作废（用量随即恢复），再重新赋码",
                "Use the files already released; void the codes that have none, which frees their volume, and order "
                "new ones",
            ),
        )
    )
