"""The signer that knows the runs: it signs what the register says was issued, and nothing else.

Whoever can reach it still cannot get a signature over a lot, an index or a key that no run names (codes-and-ledger,
"Keys"). Repeating a message is free, so a file can be made again.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import not_found
from gimark.codes.minting import Minted, mint
from gimark.codes.run import RunCodes
from gimark.errors import ConflictError, Fault
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun


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


def mint_issued(keyring: Keyring, run: IssuedRun, first: int, count: int) -> Minted:
    """The signed codes first..first+count-1 of an issued run, by the run's own key and epoch.

    Raises ConflictError when that key's private half is gone (destroyed at its end) or the range leaves the run.
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
    if first < 0 or count < 1 or first + count > run.codes.count:
        raise ConflictError(
            (
                Fault(
                    "ranges",
                    f"号段超出本批的 {run.codes.count} 枚",
                    f"the range leaves the run's {run.codes.count} codes",
                    "请核对号段",
                    "Check the range",
                ),
            )
        )
    return mint(run.codes, cipher, key.signer, first, count)
