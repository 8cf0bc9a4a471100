"""Acts on ranges of a run's codes: activate, void, return. Each takes the caller's transaction; it commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.accounts.seconds import require_second
from gimark.clock import SHANGHAI, local_day
from gimark.codes.serial import read_typed
from gimark.errors import ConflictError, Fault, invalid
from gimark.issuance.figures import add_changed
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun, RangeAct, RangeSpan
from gimark.issuance.queries import ActOnRange, run_states, visible_run
from gimark.issuance.rules import (
    ENDING,
    MASS,
    CodeState,
    RangeKind,
    RunStates,
    Span,
    check_act,
    checked_spans,
    codes_in,
)
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.ledger import book
from gimark.production import volume
from gimark.production.model import Batch, MovementKind
from gimark.production.registering import covering
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Act
from gimark.texts import checked_reason

NEEDED = {
    RangeKind.ACTIVATE: Permission.CHANGE_CODES,
    RangeKind.RETURN: Permission.RETURN_CODES,
    RangeKind.VOID: Permission.VOID_CODES,
    RangeKind.REPRINT: Permission.CHANGE_CODES,
}
MOVEMENTS = {
    RangeKind.ACTIVATE: MovementKind.ACTIVATE,
    RangeKind.VOID: MovementKind.VOID,
    RangeKind.RETURN: MovementKind.RETURN,
}


@dataclass(frozen=True, slots=True)
class RangeForm:
    """An act on inclusive zero-based ranges; a reason is given for everything but activation."""

    kind: RangeKind
    spans: tuple[Span, ...]
    reason: str | None = None


def change_ranges(act: Act, actor: Actor, run_ref: str, form: RangeForm, second: Actor | None = None) -> ActOnRange:
    """Activate, void, return or permit the reprint of codes (ledger: run.*), all of them or none.

    Ending more codes of a batch on one day than `MASS` allows takes a second person (`accounts.seconds`), who may void:
    voided or returned, a code never comes back. Volume follows: activation counts against the confirmed mass, what is
    voided or returned gives its volume back.

    Raises InvalidInputError for a bad range or no reason, ConflictError when a code's state does not allow the act,
    VolumeExceededError, NotAuthorisedError (packed on a day without authorization).
    """
    require(actor, NEEDED[form.kind])
    book.lock(act)
    run = visible_run(act.session, actor, run_ref)
    spans = checked_spans(form.spans, run.count)
    _check_reason(form)
    states = run_states(act.session, run)
    check_act(states, form.kind, spans)
    batch = act.session.get_one(Batch, run.batch_id)
    if form.kind is RangeKind.ACTIVATE:
        _check_activation(act, batch)
    elif takes_two(act.session, run, form.kind, spans, act.now):
        require_second(act.session, actor, second, Permission.VOID_CODES)
    entry: dict[str, object] = {"run": run.ledger_index, "ranges": [list(span) for span in spans]}
    if form.reason is not None:
        entry["reason"] = form.reason
    index = book.append(act, f"run.{form.kind}", actor.ledger_word, **entry)
    _post(act, batch, run, states, form.kind, spans, index)
    add_changed(act, act.session.get_one(TradeItem, batch.item_id).enterprise_id, form.kind, codes_in(spans))
    row = RangeAct(run_id=run.id, kind=form.kind, reason=form.reason, at=act.now, ledger_index=index)
    act.session.add(row)
    act.session.flush()
    act.session.add_all(RangeSpan(act_id=row.id, first=first, last=last) for first, last in spans)
    act.session.flush()
    if form.kind in ENDING:
        enqueue(act, PUBLISH_STATUS, f"{PUBLISH_STATUS}:{index}")
    return ActOnRange(form.kind, tuple(spans), form.reason, act.now, index)


def takes_two(session: Session, run: IssueRun, kind: RangeKind, spans: Sequence[Span], now: datetime) -> bool:
    """Whether the act takes a second person: with it more codes of the batch end on this day than one alone may end."""
    return kind in ENDING and MASS.is_passed_by(_ended_on(session, run.batch_id, now) + codes_in(spans))


def _ended_on(session: Session, batch_id: int, now: datetime) -> int:
    """How many codes of the batch were voided or returned on the day of `now` (Asia/Shanghai), by whomever."""
    began = datetime.combine(local_day(now), time(), SHANGHAI)
    asked = select(func.sum(RangeSpan.last - RangeSpan.first + 1)).join(RangeAct, RangeAct.id == RangeSpan.act_id)
    asked = asked.join(IssueRun, IssueRun.id == RangeAct.run_id).where(IssueRun.batch_id == batch_id)
    return int(session.scalar(asked.where(RangeAct.kind.in_(ENDING), RangeAct.at >= began)) or 0)


def span_of_codes(run: IssueRun, keyring: Keyring, first: str, last: str) -> Span:
    """The range between two codes as typed or scanned by hand (`38GP-ERNQ-BQTSA`), both included.

    Raises InvalidInputError naming `first` or `last` when one is no code, or is not of this run.
    """
    return index_of_code(run, keyring, first, "first"), index_of_code(run, keyring, last, "last")


def index_of_code(run: IssueRun, keyring: Keyring, text: str, where: str) -> int:
    """The index of a code as typed or scanned by hand. Raises InvalidInputError naming `where`."""
    serial = read_typed(text, where)
    for epoch, (number, index) in keyring.places(serial):
        if epoch == run.epoch and number == run.number and index < run.count:
            return index
    raise invalid(
        where, "不是这一批的标识", "the code is not of this run", "请核对标签和赋码批", "Check the label and the run"
    )


def _post(
    act: Act, batch: Batch, run: IssueRun, states: RunStates, kind: RangeKind, spans: list[Span], index: int
) -> None:
    if kind is RangeKind.REPRINT:
        return
    parts = [part for span in spans for part in states.parts(span)]
    all_g = run.net_g * sum(part.size for part in parts)
    active_g = run.net_g * sum(part.size for part in parts if part.state is CodeState.ACTIVE)
    if kind is RangeKind.ACTIVATE:
        volume.post(act, batch, MOVEMENTS[kind], 0, all_g, index)
    else:
        volume.post(act, batch, MOVEMENTS[kind], -all_g, -active_g, index)


def _check_reason(form: RangeForm) -> None:
    if form.kind is RangeKind.ACTIVATE:
        if form.reason is not None:
            raise invalid("reason", "激活不写理由", "activation takes no reason", "请留空", "Leave it empty")
    else:
        checked_reason(form.reason)


def _check_activation(act: Act, batch: Batch) -> None:
    if batch.is_recalled:
        raise ConflictError(
            (
                Fault(
                    "batch",
                    "批次已召回",
                    "the batch was recalled",
                    "不能再激活它的标识",
                    "Its codes cannot be activated",
                ),
            )
        )
    if batch.packed_on is None:
        raise ConflictError(
            (
                Fault(
                    "batch",
                    "批次尚未确认包装",
                    "the batch's packing is not confirmed",
                    "请先确认包装量和包装日期，再激活",
                    "Confirm the packed mass and date first",
                ),
            )
        )
    covering(act, act.session.get_one(TradeItem, batch.item_id), batch.packed_on)
