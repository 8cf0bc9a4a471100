"""Reading runs, the states of their codes, and print orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, not_found, require_enterprise
from gimark.issuance.model import IssueOrder, IssueRun, PrintFile, PrintOrder, PrintState, RangeAct, RangeSpan
from gimark.issuance.rules import PrintFormat, RangeKind, RunStates, Span
from gimark.store.parts import parts


@dataclass(frozen=True, slots=True)
class RunFacts:
    """An issue run as a desk shows it. Masses in grams."""

    ref: str
    number: int
    batch_id: int
    gtin: str
    lot: str
    count: int
    net_g: int
    kid: str
    epoch: int
    codes_root: bytes
    issued_at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class ActOnRange:
    """One act on ranges of a run."""

    kind: RangeKind
    spans: tuple[Span, ...]
    reason: str | None
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A finished file of a print order: the codes it covers (inclusive), its SHA-256 in hex and its bytes."""

    name: str
    first: int
    last: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PrintFacts:
    """A print order and its finished files. A name that begins with a dot is a part of another file."""

    ref: str
    run_ref: str
    first: int
    last: int
    template: str
    dpi: int
    format: PrintFormat
    skip: int
    offset_um: tuple[int, int]
    mark_sha256: str | None
    on_pack: tuple[str, ...]
    facts_sha256: bytes
    state: PrintState
    ordered_at: datetime
    released_at: datetime | None
    files_removed_at: datetime | None
    files: tuple[FileFacts, ...]

    @property
    def leaving(self) -> tuple[FileFacts, ...]:
        """The files that leave for the printer: all but the parts that others were joined from."""
        return tuple(file for file in self.files if not file.name.startswith("."))


def run_facts(run: IssueRun) -> RunFacts:
    """The run's row as facts."""
    return RunFacts(
        ref=run.ref,
        number=run.number,
        batch_id=run.batch_id,
        gtin=run.gtin,
        lot=run.lot,
        count=run.count,
        net_g=run.net_g,
        kid=run.kid,
        epoch=run.epoch,
        codes_root=run.codes_root,
        issued_at=run.issued_at,
        ledger_index=run.ledger_index,
    )


def visible_run(session: Session, actor: Actor, ref: str) -> IssueRun:
    """The run `ref` if this actor may see it; NotFoundError otherwise."""
    row = session.execute(
        select(IssueRun, IssueOrder.enterprise_id)
        .join(IssueOrder, IssueOrder.id == IssueRun.order_id)
        .where(IssueRun.ref == ref)
    ).one_or_none()
    if row is None:
        raise not_found("run")
    run, enterprise_id = row
    require_enterprise(actor, enterprise_id, "run")
    return run


def acts_on(session: Session, run_ids: Sequence[int]) -> dict[int, list[ActOnRange]]:
    """Every act on the ranges of these runs, by run, in ledger order."""
    found: dict[int, list[ActOnRange]] = {run_id: [] for run_id in run_ids}
    for part in parts(run_ids):
        acts = session.scalars(select(RangeAct).where(RangeAct.run_id.in_(part)).order_by(RangeAct.ledger_index)).all()
        spans: dict[int, list[Span]] = {act.id: [] for act in acts}
        # By their runs: one run may have had more acts than a statement takes parameters.
        theirs = select(RangeSpan).join(RangeAct, RangeAct.id == RangeSpan.act_id).where(RangeAct.run_id.in_(part))
        for span in session.scalars(theirs.order_by(RangeSpan.act_id, RangeSpan.first)):
            spans[span.act_id].append((span.first, span.last))
        for act in acts:
            found[act.run_id].append(ActOnRange(act.kind, tuple(spans[act.id]), act.reason, act.at, act.ledger_index))
    return found


def states_of(run_count: int, acts: Sequence[ActOnRange]) -> RunStates:
    """The states of a run's codes after these acts."""
    states = RunStates.fresh(run_count)
    for act in acts:
        states = states.after(act.kind, act.spans, act.ledger_index)
    return states


def run_states(session: Session, run: IssueRun) -> RunStates:
    """The states of a run's codes now."""
    return states_of(run.count, acts_on(session, [run.id])[run.id])


def print_facts(session: Session, order: PrintOrder) -> PrintFacts:
    """A print order with its files."""
    files = session.scalars(select(PrintFile).where(PrintFile.order_id == order.id).order_by(PrintFile.name))
    return PrintFacts(
        ref=order.ref,
        run_ref=session.get_one(IssueRun, order.run_id).ref,
        first=order.first,
        last=order.last,
        template=order.template,
        dpi=order.dpi,
        format=order.format,
        skip=order.skip,
        offset_um=(order.offset_right_um, order.offset_down_um),
        mark_sha256=order.mark_sha256,
        on_pack=tuple(order.on_pack),
        facts_sha256=order.facts_sha256,
        state=order.state,
        ordered_at=order.ordered_at,
        released_at=order.released_at,
        files_removed_at=order.files_removed_at,
        files=tuple(FileFacts(f.name, f.first, f.last, f.sha256, f.size) for f in files),
    )
