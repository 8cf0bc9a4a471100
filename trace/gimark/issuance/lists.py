"""Runs and print orders a page at a time, as each actor may see them; every page costs itself, not the county."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, Permission, require
from gimark.issuance.model import IssueRun, PrintOrder, PrintState
from gimark.issuance.printing import visible_print
from gimark.issuance.queries import ActOnRange, PrintFacts, RunFacts, acts_on, run_facts, states_of, visible_run
from gimark.issuance.rules import PrintFormat, RunStates
from gimark.ledger.days import within_days
from gimark.production.lists import visible_batch
from gimark.production.model import Batch, EnterpriseEntry, EntryKind
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs; None leaves it open. Days of issue, both included, are of Asia/Shanghai."""

    enterprise_ref: str | None = None
    batch_ref: str | None = None
    issued_from: date | None = None
    issued_until: date | None = None


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run with the batch and the enterprise that it is of."""

    facts: RunFacts
    batch_ref: str
    enterprise_ref: str


@dataclass(frozen=True, slots=True)
class RunRanges:
    """Where every code of a run stands, and the acts that made it so, in the ledger's order."""

    count: int
    states: RunStates
    acts: tuple[ActOnRange, ...]


@dataclass(frozen=True, slots=True)
class ListedPrint:
    """A print order without its files."""

    ref: str
    run_ref: str
    first: int
    last: int
    template: str
    format: PrintFormat
    dpi: int
    state: PrintState
    ordered_at: datetime
    released_at: datetime | None


def runs(session: Session, actor: Actor, wanted: Wanted, chosen: RunFilter) -> Portion[ListedRun]:
    """The runs that the actor may see, in the order in which they were issued: who asks again behind the last one it
    has misses none.

    An enterprise that is not there, or is another's, has no runs. Raises NotFoundError for such a batch. Needs READ.
    """
    require(actor, Permission.READ)
    enterprise_id = actor.enterprise_id
    if chosen.enterprise_ref is not None:
        named = session.scalar(select(Enterprise.id).where(Enterprise.ref == chosen.enterprise_ref))
        if named is None or enterprise_id not in (None, named):
            return Portion((), None)
        enterprise_id = named
    asked = select(IssueRun).options(defer(IssueRun.level8))
    number, joined = IssueRun.ledger_index, None
    if chosen.batch_ref is not None:
        batch = visible_batch(session, actor, chosen.batch_ref)
        if enterprise_id not in (None, session.get_one(TradeItem, batch.item_id).enterprise_id):
            return Portion((), None)
        asked = asked.where(IssueRun.batch_id == batch.id)
    elif enterprise_id is not None:
        number, joined = EnterpriseEntry.ledger_index, IssueRun.ledger_index
        asked = asked.select_from(EnterpriseEntry).join(IssueRun, IssueRun.ledger_index == number)
        asked = asked.where(EnterpriseEntry.enterprise_id == enterprise_id, EnterpriseEntry.kind == EntryKind.RUN)
    asked = within_days(session, asked, chosen.issued_from, chosen.issued_until, number, joined)
    found = portion(session, asked, number, IssueRun.ref, wanted, joined)
    return Portion(tuple(_runs(session, found.items)), found.next)


def run(session: Session, actor: Actor, ref: str) -> ListedRun:
    """One of them. Raises NotFoundError."""
    require(actor, Permission.READ)
    return _runs(session, [visible_run(session, actor, ref)])[0]


def issued(session: Session, actor: Actor, ref: str) -> ListedRun:
    """The run that the actor has just had issued, whatever else its key may do. Raises NotFoundError."""
    return listed_run(session, visible_run(session, actor, ref))


def run_ranges(session: Session, actor: Actor, ref: str) -> RunRanges:
    """The whole list of a run's ranges. Needs READ. Raises NotFoundError."""
    require(actor, Permission.READ)
    row = visible_run(session, actor, ref)
    acts = tuple(acts_on(session, [row.id])[row.id])
    return RunRanges(row.count, states_of(row.count, acts), acts)


def listed_run(session: Session, row: IssueRun) -> ListedRun:
    """A run that was found already, whoever asks."""
    return _runs(session, [row])[0]


def prints_of_code(session: Session, row: IssueRun, index: int) -> tuple[ListedPrint, ...]:
    """The print orders that the code at `index` of a run stands in, in the order in which they came."""
    asked = select(PrintOrder).where(PrintOrder.run_id == row.id, PrintOrder.first <= index, PrintOrder.last >= index)
    return tuple(_print(order, row.ref) for order in session.scalars(asked.order_by(PrintOrder.id)))


def print_orders(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    run_ref: str | None = None,
    enterprise_ref: str | None = None,
    batch_ref: str | None = None,
) -> Portion[ListedPrint]:
    """The print orders that the actor may see (of a run, an enterprise, a batch), in the order in which they came.

    Raises NotFoundError for a run or a batch that the actor may not see. Needs READ.
    """
    require(actor, Permission.READ)
    asked = select(PrintOrder)
    if run_ref is None and batch_ref is None:
        asked = scoped(asked, actor, PrintOrder.enterprise_id)
    # Who sees a batch or a run sees its orders: to ask again whose they are would let SQLite read all of theirs.
    if batch_ref is not None:
        of = visible_batch(session, actor, batch_ref).id
        asked = asked.where(PrintOrder.run_id.in_(select(IssueRun.id).where(IssueRun.batch_id == of)))
    if run_ref is not None:
        asked = asked.where(PrintOrder.run_id == visible_run(session, actor, run_ref).id)
    if enterprise_ref is not None:
        named = select(Enterprise.id).where(Enterprise.ref == enterprise_ref).scalar_subquery()
        asked = asked.where(PrintOrder.enterprise_id == named)
    found = portion(session, asked, PrintOrder.id, PrintOrder.ref, wanted)
    refs: dict[int, str] = dict(
        session.execute(
            select(IssueRun.id, IssueRun.ref).where(IssueRun.id.in_({row.run_id for row in found.items}))
        ).all()
    )
    return found.map(lambda row: _print(row, refs[row.run_id]))


def print_order(session: Session, actor: Actor, ref: str) -> PrintFacts:
    """One of them, with its files. Needs READ. Raises NotFoundError."""
    require(actor, Permission.READ)
    return visible_print(session, actor, ref)


def _runs(session: Session, rows: Sequence[IssueRun]) -> list[ListedRun]:
    asked = (
        select(Batch.id, Batch.ref, Enterprise.ref)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
        .where(Batch.id.in_({row.batch_id for row in rows}))
    )
    of = {key: (batch_ref, enterprise_ref) for key, batch_ref, enterprise_ref in session.execute(asked)}
    return [ListedRun(run_facts(row), *of[row.batch_id]) for row in rows]


def _print(row: PrintOrder, run_ref: str) -> ListedPrint:
    return ListedPrint(
        ref=row.ref,
        run_ref=run_ref,
        first=row.first,
        last=row.last,
        template=row.template,
        format=row.format,
        dpi=row.dpi,
        state=row.state,
        ordered_at=row.ordered_at,
        released_at=row.released_at,
    )
