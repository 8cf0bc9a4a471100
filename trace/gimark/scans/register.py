"""What the register says of a batch and its runs, read in one go for the snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.clock import SHANGHAI, local_day
from gimark.issuance.model import IssueRun
from gimark.issuance.queries import ActOnRange, acts_on, states_of
from gimark.issuance.rules import CodeState, RangeKind, RunStates
from gimark.production.model import Batch
from gimark.production.queries import BatchFacts, batch_facts, volume_of
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations_of, fitting
from gimark.registry.authorizations.rules import Standing as AuthorizationStanding
from gimark.registry.directory.rules import may_be_named
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.model import GiProduct, ProductClass, Right, Town
from gimark.scans.rules import Checks, OfficialAct, Package, RightFacts, RunFacts, Standing, Ware

ENDED_BY = {RangeKind.VOID: "void", RangeKind.RETURN: "return"}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """An issue run with the state of each of its codes, and the acts that made them so, by ledger index."""

    id: int
    gtin: str
    lot: str
    epoch: int
    facts: RunFacts
    states: RunStates
    acts: Mapping[int, ActOnRange]


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch with all of its runs, as of a ledger size.

    `names` are the ledger indices that the record draws on: an entry that names one of them makes it out of date.
    `memo` keeps what was worked out from the record (verdicts, pages) and goes with it.
    """

    package: Package
    authorised: bool | None
    authorisation_end: OfficialAct | None
    within_volume: bool
    runs: Mapping[int, RunRecord]
    names: frozenset[int]
    memo: dict[object, Any] = field(default_factory=dict)

    def standing(self, run: RunRecord, index: int, checks: Checks, *, copied: bool) -> Standing:
        """How the code at `index` of `run` stands."""
        stretch = run.states.at(index)
        act = run.acts[stretch.act_index] if stretch.act_index is not None else None
        return Standing(
            run=run.facts,
            package=self.package,
            state=stretch.state,
            act=_ending(act),
            activated_at=act.at if act is not None and stretch.state is CodeState.ACTIVE else None,
            authorised=self.authorised,
            authorisation_end=self.authorisation_end,
            within_volume=self.within_volume,
            copied=copied,
            checks=checks,
        )


def batch_of_run(session: Session, number: int, now: datetime) -> BatchRecord | None:
    """The batch that run `number` is of, with all of its runs; None when no such run was issued."""
    batch_id = session.scalar(select(IssueRun.batch_id).where(IssueRun.number == number))
    return None if batch_id is None else _record(session, session.get_one(Batch, batch_id), now)


def batch_of_lot(session: Session, gtin: str, lot: str, now: datetime) -> BatchRecord | None:
    """The batch of a trade item's lot; None when none is registered."""
    found = select(Batch).join(TradeItem, TradeItem.id == Batch.item_id)
    batch = session.scalar(found.where(TradeItem.gtin == gtin, Batch.lot == lot))
    return None if batch is None else _record(session, batch, now)


def rights_of_item(session: Session, item: TradeItem) -> list[tuple[Right, GiProduct, list[AuthorizationFacts]]]:
    """The rights an item carries in ledger order, each with the enterprise's authorizations for it."""
    rows = session.execute(
        select(Right, GiProduct)
        .join(TradeItemRight, TradeItemRight.right_id == Right.id)
        .join(GiProduct, GiProduct.id == Right.product_id)
        .where(TradeItemRight.item_id == item.id)
        .order_by(Right.ledger_index)
    ).all()
    held = authorizations_of(session, item.enterprise_id, [right.id for right, _ in rows])
    return [(right, product, [a for a in held if a.right_id == right.id]) for right, product in rows]


def chosen(held: Sequence[AuthorizationFacts], product_class: str, day: date) -> AuthorizationFacts | None:
    """The authorization that speaks for a right on `day`: the last that covers the class, else the last of all."""
    return fitting(held, product_class, day) or next(reversed(held), None)


def right_facts(right: Right, product: GiProduct, authorization: AuthorizationFacts, day: date) -> RightFacts:
    """A right with the terms of its authorization on `day`."""
    terms = authorization.history.terms_on(day)
    return RightFacts(
        kind=right.kind.value,
        gi_name_zh=product.name_zh,
        gi_name_en=product.name_en,
        standard=right.standard,
        announcement=right.announcement,
        trademark=right.trademark,
        holder=right.holder,
        authorization_number=terms.number,
        authorised_from=terms.valid_from,
        authorised_until=terms.valid_until,
        authorization_index=authorization.ledger_index,
    )


def ware_of(session: Session, item: TradeItem, enterprise: Enterprise) -> Ware:
    """An item and its maker, a person whose name was taken back apart."""
    its_class = session.get_one(ProductClass, (item.product_id, item.product_class))
    is_named = may_be_named(
        is_sole_trader=enterprise.kind is EnterpriseKind.SOLE_TRADER, has_salt=enterprise.subject_salt is not None
    )
    return Ware(
        gtin=item.gtin,
        item_name_zh=item.name_zh,
        item_name_en=item.name_en,
        class_zh=its_class.name_zh,
        class_en=its_class.name_en,
        grade=item.grade,
        net_g=item.net_g,
        enterprise_zh=enterprise.name_zh if is_named else None,
        enterprise_en=enterprise.name_en if is_named else None,
        uscc=enterprise.uscc if is_named else None,
        address=enterprise.address if is_named else None,
    )


def _record(session: Session, batch: Batch, now: datetime) -> BatchRecord:
    facts = batch_facts(session, batch)
    item = session.get_one(TradeItem, batch.item_id)
    enterprise = session.get_one(Enterprise, item.enterprise_id)
    day = facts.terms.packed_on or local_day(now)
    rights = rights_of_item(session, item)
    carried = [(right, product, chosen(held, item.product_class, day)) for right, product, held in rights]
    end = _uncovered(carried, item.product_class, day)
    runs = _runs(session, batch.id)
    return BatchRecord(
        package=_package(session, facts, item, enterprise, [(r, p, a) for r, p, a in carried if a is not None], day),
        authorised=None if facts.terms.packed_on is None else end is None,
        authorisation_end=end.act if end is not None and facts.terms.packed_on is not None else None,
        within_volume=volume_of(session, batch, now).is_within_approval,
        runs=runs,
        names=frozenset(
            {batch.ledger_index, item.ledger_index, enterprise.ledger_index}
            | {right.ledger_index for right, _, _ in rights}
            | {a.ledger_index for _, _, held in rights for a in held}
            | {run.facts.ledger_index for run in runs.values()}
        ),
    )


def _package(
    session: Session,
    facts: BatchFacts,
    item: TradeItem,
    enterprise: Enterprise,
    carried: Iterable[tuple[Right, GiProduct, AuthorizationFacts]],
    day: date,
) -> Package:
    recall = facts.recall
    return Package(
        **asdict(ware_of(session, item, enterprise)),
        lot=facts.lot,
        producer_lot=facts.producer_lot,
        town_zh=session.get_one(Town, facts.terms.town_code).name_zh,
        town_en=session.get_one(Town, facts.terms.town_code).name_en,
        harvested_from=facts.terms.harvested_from,
        harvested_until=facts.terms.harvested_until,
        packed_on=facts.terms.packed_on,
        planned_g=facts.terms.planned_g,
        packed_g=facts.terms.packed_g,
        rights=tuple(right_facts(right, product, a, day) for right, product, a in carried),
        batch_ref=facts.ref,
        batch_index=facts.ledger_index,
        confirm_index=facts.confirm_index,
        recall=None if recall is None else OfficialAct("recall", recall.reason, recall.at, recall.ledger_index),
    )


def _runs(session: Session, batch_id: int) -> dict[int, RunRecord]:
    rows = session.scalars(select(IssueRun).where(IssueRun.batch_id == batch_id)).all()
    acts = acts_on(session, [row.id for row in rows])
    return {
        row.number: RunRecord(
            id=row.id,
            gtin=row.gtin,
            lot=row.lot,
            epoch=row.epoch,
            facts=RunFacts(row.number, row.count, row.kid, row.issued_at, row.ledger_index),
            states=states_of(row.count, acts[row.id]),
            acts={act.ledger_index: act for act in acts[row.id]},
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class _Uncovered:
    """A right that was not authorised on the day; `act` is what ended it, None when it never began."""

    act: OfficialAct | None


def _uncovered(
    carried: Iterable[tuple[Right, GiProduct, AuthorizationFacts | None]], product_class: str, day: date
) -> _Uncovered | None:
    """The first right that no authorization covers on `day`; None when all are covered."""
    for _, _, authorization in carried:
        if authorization is None:
            return _Uncovered(None)
        if not authorization.history.covers(product_class, day):
            return _Uncovered(_authorisation_end(authorization, day))
    return None


def _authorisation_end(authorization: AuthorizationFacts, day: date) -> OfficialAct | None:
    standing, change = authorization.history.standing_on(day)
    if change is not None:
        return OfficialAct(change.kind.value, change.reason, _midnight(change.effective_on), change.ledger_index)
    until = authorization.history.terms_on(day).valid_until
    if standing is AuthorizationStanding.EXPIRED and until is not None:
        return OfficialAct("expire", None, _midnight(until + timedelta(days=1)), authorization.ledger_index)
    return None


def _ending(act: ActOnRange | None) -> OfficialAct | None:
    if act is None or act.kind not in ENDED_BY:
        return None
    return OfficialAct(ENDED_BY[act.kind], act.reason, act.at, act.ledger_index)


def _midnight(day: date) -> datetime:
    """The beginning of a day in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)
