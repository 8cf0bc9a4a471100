"""How long print files are kept: their hashes say for good what was printed, the files themselves only for a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.issuance.model import PrintFile, PrintOrder, PrintState
from gimark.store.unit_of_work import Act

# No job works on an order in these states; a failed one that is ordered again begins without its files.
ENDED = (PrintState.RELEASED, PrintState.FAILED)
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OutdatedPrint:
    """An order whose files have been kept long enough; `digests` are those of them that no other order still needs."""

    ref: str
    digests: tuple[str, ...]


def outdated_prints(session: Session, before: datetime) -> list[OutdatedPrint]:
    """Orders released (or, of failed ones, ordered) before the aware instant `before` whose files are still here, the
    oldest MOST_AT_ONCE.
    """
    ended_at = func.coalesce(PrintOrder.released_at, PrintOrder.ordered_at)
    outdated = session.scalars(
        select(PrintOrder)
        .where(PrintOrder.files_removed_at.is_(None), PrintOrder.state.in_(ENDED), ended_at < before)
        .order_by(PrintOrder.id)
        .limit(MOST_AT_ONCE)
    ).all()
    return [OutdatedPrint(order.ref, _digests(session, order.id, [one.id for one in outdated])) for order in outdated]


def note_files_removed(act: Act, ref: str) -> None:
    """Note that the files of the print order `ref` are gone. The caller commits."""
    order = act.session.scalars(select(PrintOrder).where(PrintOrder.ref == ref)).one()
    order.files_removed_at = act.now


def _digests(session: Session, order_id: int, outdated: list[int]) -> tuple[str, ...]:
    mine = select(PrintFile.sha256).where(PrintFile.order_id == order_id)
    # The same codes printed again came out with the same bytes, which are one file.
    kept = (
        select(PrintFile.sha256)
        .join(PrintOrder, PrintOrder.id == PrintFile.order_id)
        .where(PrintOrder.files_removed_at.is_(None), PrintOrder.id.not_in(outdated), PrintFile.sha256.in_(mine))
    )
    return tuple(session.scalars(mine.where(PrintFile.sha256.not_in(kept)).distinct().order_by(PrintFile.sha256)))
