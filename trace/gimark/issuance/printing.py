"""Ordering files to print. A code is printed once; printing it again is an act with a reason, in the ledger."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import ScalarResult, delete, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.clock import local_day
from gimark.errors import ConflictError, Fault, IdempotencyKeyReusedError, invalid
from gimark.issuance.labelling import label_facts
from gimark.issuance.marks.queries import mark_in_use
from gimark.issuance.model import IssueOrder, IssueRun, PrintFile, PrintOrder, PrintState, RangeAct
from gimark.issuance.queries import PrintFacts, print_facts, run_states, visible_run
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import PrintFormat, RangeKind, Span, check_act, check_key, checked_spans, place_words
from gimark.issuance.templates.queries import require_serving
from gimark.jobs.actions import enqueue, retry_by_key
from gimark.jobs.kinds import PRINT_LABELS
from gimark.ledger import book
from gimark.production.model import Batch
from gimark.production.registering import covering
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Act

_PLAIN = (PrintFormat.PDF.value, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PrintForm:
    """An order for the files of codes [first, last] of a run.

    `dpi` is the printer's resolution. `on_pack` names mandatory items that stand on the package itself;
    `reprint_reason` allows codes printed before. `skip` places of the first sheet stay free; everything is moved by
    `offset_um` (micrometres to the right and down).
    """

    run_ref: str
    first: int
    last: int
    template: str
    dpi: int
    idempotency_key: str
    on_pack: tuple[str, ...] = ()
    reprint_reason: str | None = None
    format: PrintFormat = PrintFormat.PDF
    skip: int = 0
    offset_um: tuple[int, int] = (0, 0)

    @property
    def body_sha256(self) -> bytes:
        """What a repeat must equal. Orders of the first release knew nothing of printers, and keep their hash."""
        printer = (self.format.value, self.skip, *self.offset_um)
        body = (
            *(self.run_ref, self.first, self.last, self.template, self.dpi),
            *(sorted(self.on_pack), self.reprint_reason),
            *(printer if printer != _PLAIN else ()),
        )
        return hashlib.sha256(repr(body).encode()).digest()


def order_print(act: Act, actor: Actor, form: PrintForm) -> PrintFacts:
    """Queue a print job for the codes. Part of the caller's transaction, which commits.

    Raises ConflictError for a recalled batch or an ended code, and when a code was ordered for print before and no
    reason for a reprint is given: a label printed twice looks like a copied one to everybody who scans it; and
    InvalidInputError for a stored template of a right that these labels do not bear. The same order again is answered
    as it stands; one that failed is tried again.
    """
    require(actor, Permission.CHANGE_CODES)
    book.lock(act)
    run = visible_run(act.session, actor, form.run_ref)
    check_key(form.idempotency_key)
    existing = _under_key(act.session, run, form.idempotency_key)
    if existing is not None:
        return _repeated(act, existing, form)
    [span] = checked_spans([(form.first, form.last)], run.count)
    check_printable(act, run, span)
    batch = act.session.get_one(Batch, run.batch_id)
    require_serving(act.session, form.template, act.session.get_one(TradeItem, batch.item_id))
    enterprise_id = act.session.get_one(IssueOrder, run.order_id).enterprise_id
    order = PrintOrder(
        enterprise_id=enterprise_id,
        run_id=run.id,
        first=form.first,
        last=form.last,
        template=form.template,
        dpi=form.dpi,
        format=form.format,
        skip=form.skip,
        offset_right_um=form.offset_um[0],
        offset_down_um=form.offset_um[1],
        mark_sha256=mark_in_use(act.session, enterprise_id),
        on_pack=sorted(form.on_pack),
        facts_sha256=label_facts(act.session, run).sha256,
        state=PrintState.QUEUED,
        idempotency_key=form.idempotency_key,
        body_sha256=form.body_sha256,
        reprints_act_id=_permit_reprint(act, actor, run, span, form),
        ordered_at=act.now,
        released_at=None,
    )
    act.session.add(order)
    act.session.flush()
    enqueue(act, PRINT_LABELS, key=print_job(order.ref), payload={"order": order.ref})
    return print_facts(act.session, order)


def check_printable(act: Act, run: IssueRun, span: Span) -> None:
    """Refuse labels for codes that must not be on sale. Asked when they are ordered, and before they are released.

    Raises ConflictError for a recalled batch and for voided or returned codes, NotAuthorisedError when a right the
    item carries is not authorised on the packing date (today, while the batch is not confirmed).
    """
    batch = act.session.get_one(Batch, run.batch_id)
    if batch.is_recalled:
        raise ConflictError(
            (Fault("batch", "批次已召回", "the batch was recalled", "它的标识不能再印", "Its codes are not printed"),)
        )
    check_act(run_states(act.session, run), RangeKind.REPRINT, [span])
    covering(act, act.session.get_one(TradeItem, batch.item_id), batch.packed_on or local_day(act.now))


def set_print_state(act: Act, ref: str, state: PrintState) -> PrintOrder:
    """Note where the work on an order stands. Before it is begun, and before its files leave, its codes are checked.

    Raises what `check_printable` raises, for RENDERING and RELEASED.
    """
    order = act.session.scalars(select(PrintOrder).where(PrintOrder.ref == ref)).one()
    if state in (PrintState.RENDERING, PrintState.RELEASED):
        book.lock(act)
        check_printable(act, act.session.get_one(IssueRun, order.run_id), (order.first, order.last))
    if state is PrintState.RELEASED:
        order.released_at = act.now
    order.state = state
    act.session.flush()
    return order


def earlier_print(session: Session, run: IssueRun, idempotency_key: str) -> PrintFacts | None:
    """What the enterprise that owns `run` ordered under this key before, whatever it was."""
    order = _under_key(session, run, idempotency_key)
    return None if order is None else print_facts(session, order)


def print_order(session: Session, ref: str) -> PrintFacts:
    """The print order `ref`; NotFoundError when there is none. For the worker, which acts for nobody."""
    order = session.scalar(select(PrintOrder).where(PrintOrder.ref == ref))
    if order is None:
        raise not_found("print_order")
    return print_facts(session, order)


def visible_print(session: Session, actor: Actor, ref: str) -> PrintFacts:
    """The print order `ref` if this actor may see it; NotFoundError otherwise."""
    enterprise_id = session.scalar(select(PrintOrder.enterprise_id).where(PrintOrder.ref == ref))
    if enterprise_id is None:
        raise not_found("print_order")
    require_enterprise(actor, enterprise_id, "print_order")
    return print_order(session, ref)


def superseding(session: Session, order: PrintOrder) -> list[PrintOrder]:
    """The later orders that print labels of `order` again, failed ones apart, in the order in which they came."""
    span = (order.first, order.last)
    later = [one for one in _ordered(session, order.run_id, span) if one.id > order.id and one.reprints_act_id]
    return sorted(later, key=lambda one: one.id)


def print_job(order_ref: str) -> str:
    """The key of the job that makes an order's files."""
    return f"{PRINT_LABELS}:{order_ref}"


def add_file(act: Act, order_ref: str, name: str, span: Span, sha256: str, size: int) -> None:
    """Note a finished part. A retry that made the same bytes again changes nothing; other bytes are refused."""
    order = act.session.scalars(select(PrintOrder).where(PrintOrder.ref == order_ref)).one()
    known = act.session.get(PrintFile, (order.id, name))
    if known is None:
        act.session.add(PrintFile(order_id=order.id, name=name, first=span[0], last=span[1], sha256=sha256, size=size))
        act.session.flush()
    elif known.sha256 != sha256:
        raise ConflictError(
            (
                Fault(
                    name,
                    "同一部分重做后字节不同",
                    "the same part came out with other bytes",
                    "请停止印刷并联系平台管理员：模板或字体在途中被更换",
                    "Stop printing and tell the administrator: a template or font changed on the way",
                ),
            )
        )


def _begin_again(act: Act, order: PrintOrder) -> None:
    """A failed order once more, from what the register says now: nothing of it ever left.

    Raises ConflictError when its codes were ordered anew since.
    """
    span = (order.first, order.last)
    since = None if order.reprints_act_id else _ordered(act.session, order.run_id, span).first()
    if since is not None:
        raise _printed_before(since, span)
    run = act.session.get_one(IssueRun, order.run_id)
    check_printable(act, run, span)
    act.session.execute(delete(PrintFile).where(PrintFile.order_id == order.id))
    order.facts_sha256, order.state = label_facts(act.session, run).sha256, PrintState.QUEUED
    order.files_removed_at, order.mark_sha256 = None, mark_in_use(act.session, order.enterprise_id)
    act.session.flush()


def _under_key(session: Session, run: IssueRun, key: str) -> PrintOrder | None:
    mine = select(IssueOrder.enterprise_id).where(IssueOrder.id == run.order_id).scalar_subquery()
    return session.scalar(select(PrintOrder).where(PrintOrder.enterprise_id == mine, PrintOrder.idempotency_key == key))


def _ordered(session: Session, run_id: int, span: Span) -> ScalarResult[PrintOrder]:
    """The orders, failed ones apart, that a code of `span` stands in."""
    return session.scalars(
        select(PrintOrder)
        .where(PrintOrder.run_id == run_id, PrintOrder.state != PrintState.FAILED)
        .where(PrintOrder.first <= span[1], PrintOrder.last >= span[0])
        .order_by(PrintOrder.first)
    )


def _permit_reprint(act: Act, actor: Actor, run: IssueRun, span: Span, form: PrintForm) -> int | None:
    printed = _ordered(act.session, run.id, span).first()
    if printed is None:
        if form.reprint_reason is not None:
            raise invalid(
                "reprint_reason",
                "这些标识还没有印过",
                "these codes were not printed yet",
                "请去掉补印理由",
                "Leave it empty",
            )
        return None
    if form.reprint_reason is None:
        raise _printed_before(printed, span)
    done = change_ranges(act, actor, run.ref, RangeForm(RangeKind.REPRINT, (span,), form.reprint_reason))
    return act.session.scalar(select(RangeAct.id).where(RangeAct.ledger_index == done.ledger_index))


def _printed_before(order: PrintOrder, span: Span) -> ConflictError:
    which_zh, which_en = place_words(max(order.first, span[0]), min(order.last, span[1]))
    return ConflictError(
        (
            Fault(
                "first",
                f"{which_zh}已有印刷订单 {order.ref}",
                f"{which_en}: print order {order.ref} has them already",
                "请下载那张订单的文件；标签损坏须补印的，请写明理由",
                "Download that order's files; to reprint damaged labels, give the reason",
            ),
        )
    )


def _repeated(act: Act, order: PrintOrder, form: PrintForm) -> PrintFacts:
    if order.body_sha256 == form.body_sha256:
        if order.state is PrintState.FAILED:
            _begin_again(act, order)
        if order.state is not PrintState.RELEASED:
            retry_by_key(act, print_job(order.ref))
        return print_facts(act.session, order)
    raise IdempotencyKeyReusedError(
        (
            Fault(
                "idempotency_key",
                "同一个幂等键已用于另一张印刷订单",
                "the same idempotency key came with another print order",
                "新订单请换一个键；重试请保持内容不变",
                "Use a new key for a new order; to retry, send the same content",
            ),
        )
    )
