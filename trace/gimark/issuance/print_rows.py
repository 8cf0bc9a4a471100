"""Print orders as a list shows them: each with its run, its lot, and whose it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.issuance.lists import print_orders
from gimark.issuance.model import IssueRun, PrintState
from gimark.issuance.rules import PrintFormat
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.store.paging import Portion, Wanted


@dataclass(frozen=True, slots=True)
class PrintRow:
    """A print order: the number and the lot of its run, whose it is, and which labels (indices) it is for."""

    number: int
    lot: str
    enterprise_zh: str
    enterprise_en: str | None
    first: int
    last: int
    template: str
    format: PrintFormat
    dpi: int
    state: PrintState
    ordered_at: datetime
    released_at: datetime | None


def print_rows(session: Session, actor: Actor, wanted: Wanted, batch_ref: str | None = None) -> Portion[PrintRow]:
    """The print orders that the actor may see (of one batch), in the order in which they came. Needs READ.

    Raises NotFoundError for a batch that the actor may not see.
    """
    found = print_orders(session, actor, wanted, batch_ref=batch_ref)
    of = {
        ref: (number, lot, name_zh, name_en)
        for ref, number, lot, name_zh, name_en in session.execute(
            select(IssueRun.ref, IssueRun.number, IssueRun.lot, Enterprise.name_zh, Enterprise.name_en)
            .join(Batch, Batch.id == IssueRun.batch_id)
            .join(TradeItem, TradeItem.id == Batch.item_id)
            .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
            .where(IssueRun.ref.in_({row.run_ref for row in found.items}))
        )
    }
    return found.map(
        lambda row: PrintRow(
            *of[row.run_ref],
            first=row.first,
            last=row.last,
            template=row.template,
            format=row.format,
            dpi=row.dpi,
            state=row.state,
            ordered_at=row.ordered_at,
            released_at=row.released_at,
        )
    )
