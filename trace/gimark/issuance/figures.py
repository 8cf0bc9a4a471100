"""Sums over a stretch of the ledger: what was issued, activated, voided and returned, in codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.clock import SHANGHAI, local_day
from gimark.issuance.model import IssueRun, RangeAct, RangeSpan, RunAuthorization
from gimark.issuance.rules import RangeKind
from gimark.production.model import Batch
from gimark.registry.authorizations.model import Authorization
from gimark.registry.items.model import TradeItem


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """Codes that acts of a stretch were about. A code that was activated and then voided counts in both."""

    runs: int
    issued: int
    activated: int
    voided: int
    returned: int


def code_figures(session: Session, actor: Actor, first_index: int) -> CodeFigures:
    """The figures of all acts from ledger index `first_index` on; a producer's are of its own codes. Needs READ."""
    require(actor, Permission.READ)
    runs, codes = session.execute(
        select(func.count(IssueRun.id), func.coalesce(func.sum(IssueRun.count), 0))
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .where(IssueRun.ledger_index >= first_index, *_own(actor))
    ).one()
    by_kind = _by_kind(session, actor, first_index)
    return CodeFigures(
        runs=runs,
        issued=int(codes),
        activated=by_kind.get(RangeKind.ACTIVATE, 0),
        voided=by_kind.get(RangeKind.VOID, 0),
        returned=by_kind.get(RangeKind.RETURN, 0),
    )


def _by_kind(session: Session, actor: Actor, first_index: int) -> Mapping[RangeKind, int]:
    asked = (
        select(RangeAct.kind, func.sum(RangeSpan.last - RangeSpan.first + 1))
        .join(RangeSpan, RangeSpan.act_id == RangeAct.id)
        .join(IssueRun, IssueRun.id == RangeAct.run_id)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .where(RangeAct.ledger_index >= first_index, *_own(actor))
        .group_by(RangeAct.kind)
    )
    return {kind: int(codes) for kind, codes in session.execute(asked)}


def _own(actor: Actor) -> list[ColumnElement[bool]]:
    return [] if actor.enterprise_id is None else [TradeItem.enterprise_id == actor.enterprise_id]


def issued_under(session: Session, actor: Actor, authorization_ref: str, now: datetime) -> tuple[int, int]:
    """Codes issued under an authorization: ever, and since 1 January (Asia/Shanghai), as its yearly limit counts them.

    None of an authorization that is not there, or another's. Needs READ.
    """
    require(actor, Permission.READ)
    new_year = datetime(local_day(now).year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
    this_year = func.sum(case((IssueRun.issued_at >= new_year, IssueRun.count), else_=0))
    ever, recently = session.execute(
        select(func.coalesce(func.sum(IssueRun.count), 0), func.coalesce(this_year, 0))
        .join(RunAuthorization, RunAuthorization.run_id == IssueRun.id)
        .join(Authorization, Authorization.id == RunAuthorization.authorization_id)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .where(Authorization.ref == authorization_ref, *_own(actor))
    ).one()
    return int(ever), int(recently)
