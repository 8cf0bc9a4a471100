"""What the published status list names: recalled lots, and every code that was voided or returned.

A code stands there as the first 8 bytes of the SHA-256 of its signed message: whoever holds the code can look it up,
whoever holds the list learns no code from it (codes-and-ledger, "Keys").
"""

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.codes.run import CHUNK, RunCodes
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun, RangeAct
from gimark.issuance.queries import acts_on, states_of
from gimark.issuance.rules import ENDED, RangeKind
from gimark.issuance.signing import IssuedRun, issued_run
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem

DIGEST_SIZE = 8
RECALLED = "recalled"


def recalled_lots(session: Session) -> list[tuple[str, str, str]]:
    """(gtin, lot, reason word) of every recalled batch, sorted."""
    rows = session.execute(
        select(TradeItem.gtin, Batch.lot).join(TradeItem, TradeItem.id == Batch.item_id).where(Batch.is_recalled)
    )
    return sorted((gtin, lot, RECALLED) for gtin, lot in rows)


def ended_codes(session: Session, keyring: Keyring) -> list[bytes]:
    """The digests (8 bytes) of every voided or returned code, sorted."""
    touched = select(RangeAct.run_id).where(RangeAct.kind.in_((RangeKind.VOID, RangeKind.RETURN)))
    runs = session.scalars(select(IssueRun).where(IssueRun.id.in_(touched)).order_by(IssueRun.number)).all()
    acts = acts_on(session, [run.id for run in runs])
    digests: list[bytes] = []
    for run in runs:
        issued = issued_run(session, keyring, run.number)
        for stretch in states_of(run.count, acts[run.id]).stretches:
            if stretch.state in ENDED:
                digests.extend(_digests(keyring, issued, stretch.first, stretch.size))
    return sorted(digests)


def _digests(keyring: Keyring, run: IssuedRun, first: int, count: int) -> Iterator[bytes]:
    codes: RunCodes = run.codes
    cipher = keyring.ciphers[run.epoch]
    for start in range(first, first + count, CHUNK):
        rows = codes.messages(cipher.encode(codes.run, start, min(CHUNK, first + count - start)))
        for row in rows:
            yield hashlib.sha256(row.tobytes()).digest()[:DIGEST_SIZE]
