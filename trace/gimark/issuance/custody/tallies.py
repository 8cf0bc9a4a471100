"""Print orders of a batch or a run with what became of their labels, at a fixed number of statements a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.issuance.custody.model import CustodyReport, CustodySpan, FileDownload
from gimark.issuance.custody.rules import Accounted, Fate, Told
from gimark.issuance.lists import ListedPrint, print_orders
from gimark.issuance.model import IssueRun, PrintOrder
from gimark.store.paging import Portion, Wanted


@dataclass(frozen=True, slots=True)
class LabelTally:
    """A print order of the run with that number, and how many of its labels had each fate (None: nobody has said).

    `downloads` says how many times a file of it was given out.
    """

    order: ListedPrint
    run_number: int
    labels: Mapping[Fate | None, int]
    is_reported: bool
    downloads: int


def label_tallies(
    session: Session, actor: Actor, wanted: Wanted, *, batch_ref: str | None = None, run_ref: str | None = None
) -> Portion[LabelTally]:
    """The print orders of a batch or of a run, in the order in which they came. Needs READ. Raises NotFoundError."""
    found = print_orders(session, actor, wanted, run_ref, batch_ref=batch_ref)
    asked = (
        select(PrintOrder.ref, PrintOrder.id, IssueRun.number)
        .join(IssueRun, IssueRun.id == PrintOrder.run_id)
        .where(PrintOrder.ref.in_([order.ref for order in found.items]))
    )
    rows = {ref: (order_id, number) for ref, order_id, number in session.execute(asked)}
    told = _told(session, [order_id for order_id, _ in rows.values()])
    fetched = _fetched(session, list(told))

    def tally(order: ListedPrint) -> LabelTally:
        order_id, number = rows[order.ref]
        accounted = Accounted.unsaid((order.first, order.last)).after(told[order_id])
        labels = {fate: accounted.number(fate) for fate in (*Fate, None)}
        return LabelTally(order, number, labels, bool(told[order_id]), fetched.get(order_id, 0))

    return found.map(tally)


def _told(session: Session, order_ids: list[int]) -> dict[int, list[Told]]:
    """Everything that was reported of each order, the earlier first."""
    told: dict[int, list[Told]] = {order_id: [] for order_id in order_ids}
    asked = (
        select(CustodyReport.order_id, CustodySpan.first, CustodySpan.last, CustodySpan.fate)
        .join(CustodySpan, CustodySpan.report_id == CustodyReport.id)
        .where(CustodyReport.order_id.in_(told))
        .order_by(CustodyReport.id, CustodySpan.first)
    )
    for order_id, first, last, fate in session.execute(asked):
        told[order_id].append(Told(first, last, fate))
    return told


def _fetched(session: Session, order_ids: list[int]) -> dict[int, int]:
    asked = select(FileDownload.order_id, func.count()).where(FileDownload.order_id.in_(order_ids))
    return dict(session.execute(asked.group_by(FileDownload.order_id)).all())
