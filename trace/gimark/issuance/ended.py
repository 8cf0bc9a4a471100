"""What the published status list names: recalled lots, and every code that was voided or returned.

A code stands there as the first 8 bytes of the SHA-256 of its signed message: whoever holds the code can look it up,
whoever holds the list learns no code from it (codes-and-ledger, "Keys").
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.codes.run import CHUNK, RunCodes
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun, RangeAct
from gimark.issuance.queries import acts_on, states_of
from gimark.issuance.rules import ENDED, RangeKind
from gimark.issuance.signing import IssuedRun, issued_run
from gimark.keys.statuslist import mark
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem

RECALLED = "recalled"


def recalled_lots(session: Session) -> dict[tuple[str, str], str]:
    """The reason word by (gtin, lot) of every recalled batch."""
    rows = session.execute(
        select(TradeItem.gtin, Batch.lot).join(TradeItem, TradeItem.id == Batch.item_id).where(Batch.is_recalled)
    )
    return {(gtin, lot): RECALLED for gtin, lot in rows}  # noqa: C420 - rows become plain tuples


def ended_codes(session: Session, keyring: Keyring) -> frozenset[bytes]:
    """The marks (8 bytes) of every voided or returned code."""
    touched = select(RangeAct.run_id).where(RangeAct.kind.in_((RangeKind.VOID, RangeKind.RETURN)))
    runs = session.scalars(select(IssueRun).where(IssueRun.id.in_(touched)).order_by(IssueRun.number)).all()
    acts = acts_on(session, [run.id for run in runs])
    marks: set[bytes] = set()
    for run in runs:
        issued = issued_run(session, keyring, run.number)
        for stretch in states_of(run.count, acts[run.id]).stretches:
            if stretch.state in ENDED:
                marks.update(_marks(keyring, issued, stretch.first, stretch.size))
    return frozenset(marks)


def _marks(keyring: Keyring, run: IssuedRun, first: int, count: int) -> Iterator[bytes]:
    codes: RunCodes = run.codes
    cipher = keyring.ciphers[run.epoch]
    for start in range(first, first + count, CHUNK):
        rows = codes.messages(cipher.encode(codes.run, start, min(CHUNK, first + count - start)))
        for row in rows:
            yield mark(row.tobytes())
