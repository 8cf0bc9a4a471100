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

    Raises ConflictError when that key's private half is gone (destroyed at its end).
    """
    key = keyring.issuing.get(run.codes.kid)
    cipher = keyring.ciphers.get(run.epoch)
    if key is None or cipher is None:
        raise ConflictError(
            (
                Fault(
                    "kid",
                    f"密钥 {run.codes.kid} 的私钥已不在，不能再制作这批标识",
                    f"the private half of key {run.codes.kid} is gone, so these codes cannot be made again",
                    "请使用已发布的文件；新标识请另行申请",
                    "Use the files already released; order new codes for more",
                ),
            )
        )
    return cipher, key.signer
