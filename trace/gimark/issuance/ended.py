"""What the published status list names: lots that are red on line, and every code that was voided or returned.

A code stands there as the first 8 bytes of the SHA-256 of its signed message: whoever holds the code can look it up,
whoever holds the list learns no code from it (codes-and-ledger, "Keys").
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.codes.run import CHUNK, RunCodes
from gimark.errors import Fault, KeyFileError
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun, RangeAct
from gimark.issuance.queries import acts_on, states_of
from gimark.issuance.rules import ENDED, RangeKind
from gimark.issuance.signing import IssuedRun, issued_run
from gimark.keys.statuslist import mark
from gimark.production.model import Batch
from gimark.registry.authorizations.queries import authorizations_of
from gimark.registry.items.model import TradeItem, TradeItemRight

RECALLED, NOT_AUTHORISED = "recalled", "not_authorised"


def red_lots(session: Session) -> dict[tuple[str, str], str]:
    """The reason word by (gtin, lot): recalled, else packed on a day on which a right it carries was not authorised.

    A grant that begins in the past takes a lot off the list with the next daily one; until then it errs towards red.
    """
    found: dict[tuple[str, str], str] = {}
    covered: dict[tuple[int, date], bool] = {}
    rows = session.execute(
        select(TradeItem, Batch.lot, Batch.is_recalled, Batch.packed_on)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .where(Batch.is_recalled | Batch.packed_on.is_not(None))
    )
    for item, lot, is_recalled, packed_on in rows:
        if is_recalled:
            found[item.gtin, lot] = RECALLED
        elif packed_on is not None:
            place = item.id, packed_on
            covered[place] = covered[place] if place in covered else _is_covered(session, item, packed_on)
            if not covered[place]:
                found[item.gtin, lot] = NOT_AUTHORISED
    return found


def _is_covered(session: Session, item: TradeItem, day: date) -> bool:
    """Whether every right that the item carries was authorised for its class on `day`."""
    rights = session.scalars(select(TradeItemRight.right_id).where(TradeItemRight.item_id == item.id)).all()
    held = authorizations_of(session, item.enterprise_id, rights)
    fitting = {a.right_id for a in held if a.history.covers(item.product_class, day)}
    return fitting.issuperset(rights)


def ended_codes(session: Session, keyring: Keyring) -> frozenset[bytes]:
    """The marks (8 bytes) of every voided or returned code; raises KeyFileError when a serial master is missing."""
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
    cipher = keyring.ciphers.get(run.epoch)
    if cipher is None:
        raise _master_lost(run.epoch)
    for start in range(first, first + count, CHUNK):
        rows = codes.messages(cipher.encode(codes.run, start, min(CHUNK, first + count - start)))
        for row in rows:
            yield mark(row.tobytes())


def _master_lost(epoch: int) -> KeyFileError:
    return KeyFileError(
        (
            Fault(
                f"serial-{epoch}.key",
                "赋码主密钥不在，无法列出作废的标识",
                "the serial master is not here, so ended codes cannot be listed",
                "请从备份恢复；在此之前不公布新的作废名单",
                "Restore it from a backup; no new status list goes out before",
            ),
        )
    )
