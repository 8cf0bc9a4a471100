"""What an act that cannot be taken back will do, told before it is done to who asks for it and to who approves it.

Counts are of this instant. Checks come from the sums of the last count, which know runs, provinces and no single shop.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.approvals.asked import Asked, Ending, Override, Recall, Revocation
from gimark.clock import local_day
from gimark.issuance.model import IssueRun, PrintOrder, PrintState, RunAuthorization
from gimark.issuance.queries import acts_on, states_of, visible_run
from gimark.issuance.ranges import takes_two
from gimark.issuance.rules import CodeState, RunStates, Span, checked_spans
from gimark.production.lists import visible_batch
from gimark.production.model import Batch, BatchAuthorization
from gimark.registry.authorizations.model import Authorization
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.statistics.actions import counted_at
from gimark.scans.statistics.model import RunProvince
from gimark.store.parts import parts

Names = tuple[str, str | None, str, str | None]
"""Of what is acted on and of the enterprise, each in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class FileTouched:
    """A print order with labels that the act makes worthless; its files leave no more when they are all ended."""

    ref: str
    first: int
    last: int
    state: PrintState


@dataclass(frozen=True, slots=True)
class ProvinceChecks:
    """How often codes of these runs were checked in a province (two digits of GB/T 2260, "" = unknown)."""

    province: str
    checks: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What will be otherwise afterwards.

    The names are those of what is acted on and of whose it is; English ones are None where none is registered. `codes`
    are those that change, by the state they are in now; `mass_g` is the volume they stand for, or that is added by an
    exception. `lots` are the batches that turn red, with the day on which they were packed. `checks` are of the whole
    runs that the codes belong to. `takes_two` says of codes to be ended whether nobody may do it alone.
    """

    name_zh: str
    name_en: str | None
    enterprise_zh: str
    enterprise_en: str | None
    codes: dict[CodeState, int]
    mass_g: int
    lots: tuple[tuple[str, date | None], ...] = ()
    files: tuple[FileTouched, ...] = ()
    checks: tuple[ProvinceChecks, ...] = ()
    counted_at: datetime | None = None
    takes_two: bool = False

    @property
    def code_count(self) -> int:
        """How many codes change."""
        return sum(self.codes.values())

    @property
    def check_count(self) -> int:
        """How often they were checked so far."""
        return sum(line.checks for line in self.checks)


def effect_of(session: Session, actor: Actor, asked: Asked, now: datetime) -> Effect:
    """What `asked` would do at `now`. Needs READ.

    Raises NotFoundError for what is not there or another's, InvalidInputError for ranges outside of the run.
    """
    require(actor, Permission.READ)
    match asked:
        case Ending():
            return _ending(session, actor, asked, now)
        case Recall():
            return _recall(session, actor, asked.subject_ref)
        case Revocation():
            return _revocation(session, actor, asked.subject_ref, asked.effective_on or local_day(now))
        case Override():
            batch = visible_batch(session, actor, asked.subject_ref)
            return Effect(*_named(session, batch), {}, asked.extra_g)
    raise TypeError(f"no effect is known of {type(asked).__name__}")


def _ending(session: Session, actor: Actor, asked: Ending, now: datetime) -> Effect:
    run = visible_run(session, actor, asked.subject_ref)
    spans = checked_spans(asked.spans, run.count)
    codes = _by_state(states_of(run.count, acts_on(session, [run.id])[run.id]), spans)
    batch = session.get_one(Batch, run.batch_id)
    files = [file for span in spans for file in _files(session, [run.id], span)]
    unique = tuple({file.ref: file for file in files}.values())
    return Effect(
        *_named(session, batch),
        codes,
        run.net_g * _live(codes),
        (),
        unique,
        *_checks(session, [run.id]),
        takes_two(session, run, asked.how, spans, now),
    )


def _recall(session: Session, actor: Actor, ref: str) -> Effect:
    batch = visible_batch(session, actor, ref)
    return _turning_red(session, _named(session, batch), [batch])


def _revocation(session: Session, actor: Actor, ref: str, day: date) -> Effect:
    found = session.scalar(select(Authorization).where(Authorization.ref == ref))
    if found is None or actor.enterprise_id not in (None, found.enterprise_id):
        raise not_found("authorization")
    under = select(BatchAuthorization.batch_id).where(BatchAuthorization.authorization_id == found.id)
    issued = select(IssueRun.batch_id).join(RunAuthorization, RunAuthorization.run_id == IssueRun.id)
    issued = issued.where(RunAuthorization.authorization_id == found.id)
    batches = session.scalars(
        select(Batch)
        .where(Batch.id.in_(under) | Batch.id.in_(issued), ~Batch.is_recalled)
        .where((Batch.packed_on >= day) | Batch.packed_on.is_(None))
        .order_by(Batch.id)
    ).all()
    return _turning_red(session, (found.number, None, *_enterprise(session, found.enterprise_id)), batches)


def _turning_red(session: Session, names: Names, batches: Sequence[Batch]) -> Effect:
    issued = select(IssueRun.id, IssueRun.count, IssueRun.net_g)
    runs = [
        run
        for part in parts([batch.id for batch in batches])
        for run in session.execute(issued.where(IssueRun.batch_id.in_(part)))
    ]
    acts = acts_on(session, [run_id for run_id, _, _ in runs])
    codes: Counter[CodeState] = Counter()
    mass_g = 0
    for run_id, count, net_g in runs:
        found = _by_state(states_of(count, acts[run_id]), [(0, count - 1)])
        codes.update(found)
        mass_g += net_g * _live(found)
    ids = [run_id for run_id, _, _ in runs]
    lots = tuple((batch.lot, batch.packed_on) for batch in batches)
    return Effect(*names, dict(codes), mass_g, lots, _files(session, ids), *_checks(session, ids))


def _by_state(states: RunStates, spans: Sequence[Span]) -> dict[CodeState, int]:
    found: Counter[CodeState] = Counter()
    for span in spans:
        for part in states.parts(span):
            found[part.state] += part.size
    return dict(found)


def _live(codes: dict[CodeState, int]) -> int:
    return codes.get(CodeState.ISSUED, 0) + codes.get(CodeState.ACTIVE, 0)


def _named(session: Session, batch: Batch) -> Names:
    item = session.get_one(TradeItem, batch.item_id)
    name_en = item.name_en and f"{item.name_en} {batch.lot}"
    return f"{item.name_zh} {batch.lot}", name_en, *_enterprise(session, item.enterprise_id)


def _enterprise(session: Session, enterprise_id: int) -> tuple[str, str | None]:
    found = session.get_one(Enterprise, enterprise_id)
    return found.name_zh, found.name_en


def _files(session: Session, run_ids: Sequence[int], span: Span | None = None) -> tuple[FileTouched, ...]:
    asked = select(PrintOrder).where(PrintOrder.state != PrintState.FAILED)
    if span is not None:
        asked = asked.where(PrintOrder.first <= span[1], PrintOrder.last >= span[0])
    found = [order for part in parts(run_ids) for order in session.scalars(asked.where(PrintOrder.run_id.in_(part)))]
    return tuple(
        FileTouched(order.ref, order.first, order.last, order.state)
        for order in sorted(found, key=lambda order: order.id)
    )


def _checks(session: Session, run_ids: Sequence[int]) -> tuple[tuple[ProvinceChecks, ...], datetime | None]:
    asked = select(RunProvince.province, func.sum(RunProvince.checks)).group_by(RunProvince.province)
    sums: Counter[str] = Counter()
    for part in parts(run_ids):
        sums.update({line[0]: int(line[1]) for line in session.execute(asked.where(RunProvince.run_id.in_(part)))})
    lines = [ProvinceChecks(province, checks) for province, checks in sums.items()]
    return tuple(sorted(lines, key=lambda line: (-line.checks, line.province))), counted_at(session)
