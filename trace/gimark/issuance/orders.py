"""Orders for codes as a desk shows them: from the wish to the files, in one row each.

An order is known by its ref from the first moment, before its run exists; what became of it is read beside it. A page
costs a fixed number of statements, however many orders there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.issuance.issuing import issue_job
from gimark.issuance.leaving import Withheld, withheld
from gimark.issuance.model import IssueOrder, IssueRun, PrintOrder, PrintState
from gimark.issuance.printing import print_job
from gimark.issuance.queries import PrintFacts, print_facts
from gimark.issuance.stages import OrderStage, stage_of
from gimark.jobs.queries import JobFacts, jobs_by_key
from gimark.production.lists import visible_batch
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order for codes. `run_ref` is None until they are official; `printed` is the state of its newest labels.

    `issuing` and `printing` are the jobs at work on it, None where there is none, or none any more.
    """

    ref: str
    number: int
    batch_ref: str
    lot: str
    item_zh: str
    item_en: str | None
    net_g: int
    count: int
    ordered_at: datetime
    run_ref: str | None
    print_ref: str | None
    printed: PrintState | None
    issuing: JobFacts | None
    printing: JobFacts | None

    @property
    def stage(self) -> OrderStage:
        """How far it is."""
        issuing = None if self.issuing is None else self.issuing.state
        return stage_of(is_issued=self.run_ref is not None, issuing=issuing, printed=self.printed)


@dataclass(frozen=True, slots=True)
class OrderedLabels:
    """Labels ordered for a run, with their files, and the job that makes them (None when it is forgotten).

    `withheld` says why released files leave no more, None while they do.
    """

    facts: PrintFacts
    job: JobFacts | None
    withheld: Withheld | None


def order_rows(session: Session, actor: Actor, wanted: Wanted, batch_ref: str | None = None) -> Portion[OrderRow]:
    """The orders that the actor may see (of one batch), in the order in which they came. Needs READ.

    Raises NotFoundError for a batch that the actor may not see.
    """
    asked = select(IssueOrder)
    if batch_ref is None:
        asked = scoped(asked, actor, IssueOrder.enterprise_id)
    else:
        # Who sees the batch sees its orders: to ask again whose they are would let SQLite go through all of theirs.
        asked = asked.where(IssueOrder.batch_id == visible_batch(session, actor, batch_ref).id)
    found = portion(session, asked, IssueOrder.id, IssueOrder.ref, wanted)
    return Portion(_rows(session, found.items), found.next)


def order_row(session: Session, actor: Actor, ref: str) -> OrderRow:
    """One of them. Needs READ. Raises NotFoundError."""
    return _rows(session, [_visible(session, actor, ref)])[0]


def orders_named(session: Session, refs: Sequence[str]) -> dict[str, OrderRow]:
    """These orders by ref, whoever asks: for the process that looks on behalf of those who were let in to see them."""
    found = session.scalars(select(IssueOrder).where(IssueOrder.ref.in_(refs))).all()
    return {row.ref: row for row in _rows(session, found)}


def labels_of(session: Session, actor: Actor, ref: str) -> tuple[OrderedLabels, ...]:
    """The labels that were ordered for an order's run, the newest first. Needs READ. Raises NotFoundError."""
    order = _visible(session, actor, ref)
    run = select(IssueRun.id).where(IssueRun.order_id == order.id).scalar_subquery()
    prints = session.scalars(select(PrintOrder).where(PrintOrder.run_id == run).order_by(PrintOrder.id.desc())).all()
    jobs = jobs_by_key(session, [print_job(one.ref) for one in prints])
    return tuple(
        OrderedLabels(
            print_facts(session, one),
            jobs.get(print_job(one.ref)),
            withheld(session, one) if one.state is PrintState.RELEASED else None,
        )
        for one in prints
    )


def order_of_run(session: Session, actor: Actor, run_ref: str) -> str:
    """The ref of the order that a run was issued for. Needs READ. Raises NotFoundError."""
    require(actor, Permission.READ)
    row = session.execute(
        select(IssueOrder.ref, IssueOrder.enterprise_id)
        .join(IssueRun, IssueRun.order_id == IssueOrder.id)
        .where(IssueRun.ref == run_ref)
    ).one_or_none()
    if row is None:
        raise not_found("run")
    require_enterprise(actor, row[1], "run")
    return str(row[0])


def _visible(session: Session, actor: Actor, ref: str) -> IssueOrder:
    require(actor, Permission.READ)
    order = session.scalar(select(IssueOrder).where(IssueOrder.ref == ref))
    if order is None:
        raise not_found("order")
    require_enterprise(actor, order.enterprise_id, "order")
    return order


def _rows(session: Session, orders: Sequence[IssueOrder]) -> tuple[OrderRow, ...]:
    runs = {
        run.order_id: run
        for run in session.scalars(
            select(IssueRun)
            .options(defer(IssueRun.level8))
            .where(IssueRun.order_id.in_([order.id for order in orders]))
        )
    }
    batches = {
        batch_id: (ref, lot, name_zh, name_en, net_g)
        for batch_id, ref, lot, name_zh, name_en, net_g in session.execute(
            select(Batch.id, Batch.ref, Batch.lot, TradeItem.name_zh, TradeItem.name_en, TradeItem.net_g)
            .join(TradeItem, TradeItem.id == Batch.item_id)
            .where(Batch.id.in_({order.batch_id for order in orders}))
        )
    }
    newest = _newest_prints(session, [run.id for run in runs.values()])
    keys = [issue_job(order.ref) for order in orders] + [print_job(one.ref) for one in newest.values()]
    jobs = jobs_by_key(session, keys)
    return tuple(_row(order, batches[order.batch_id], runs.get(order.id), newest, jobs) for order in orders)


def _row(
    order: IssueOrder,
    batch: tuple[str, str, str, str | None, int],
    run: IssueRun | None,
    newest: dict[int, PrintOrder],
    jobs: dict[str, JobFacts],
) -> OrderRow:
    batch_ref, lot, item_zh, item_en, net_g = batch
    labels = None if run is None else newest.get(run.id)
    return OrderRow(
        ref=order.ref,
        number=order.number,
        batch_ref=batch_ref,
        lot=lot,
        item_zh=item_zh,
        item_en=item_en,
        net_g=net_g,
        count=order.count,
        ordered_at=order.ordered_at,
        run_ref=None if run is None else run.ref,
        print_ref=None if labels is None else labels.ref,
        printed=None if labels is None else labels.state,
        issuing=jobs.get(issue_job(order.ref)),
        printing=None if labels is None else jobs.get(print_job(labels.ref)),
    )


def _newest_prints(session: Session, run_ids: Sequence[int]) -> dict[int, PrintOrder]:
    """The newest labels of each run; in the order of their keys the newest comes last and stays."""
    asked = select(PrintOrder).where(PrintOrder.run_id.in_(run_ids)).order_by(PrintOrder.id)
    return {one.run_id: one for one in session.scalars(asked)}
