"""Whose checks are asked for, and whether the actor may ask."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.errors import invalid
from gimark.issuance.model import IssueRun
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem


@dataclass(frozen=True, slots=True)
class Scope:
    """Which runs count: all that the actor may see, or those of one enterprise (ref or USCC), batch or run (ref).

    At most one of the three is given.
    """

    enterprise: str | None = None
    batch: str | None = None
    run: str | None = None


def runs_in(session: Session, actor: Actor, scope: Scope) -> list[ColumnElement[bool]]:
    """What picks the runs in scope out of runs joined with their batches and items.

    Raises NotFoundError for what is not there or belongs to another, InvalidInputError when more than one is given.
    """
    require(actor, Permission.READ)
    given = [name for name in ("run", "batch", "enterprise") if getattr(scope, name) is not None]
    if len(given) > 1:
        raise invalid(
            given[0],
            "企业、批次、赋码批只能选一个",
            "only one of enterprise, batch and run may be given",
            "请去掉多余的",
            "Leave the others out",
        )
    if scope.run is not None:
        return [IssueRun.id == _seen(actor, "run", _run(session, scope.run))]
    if scope.batch is not None:
        return [Batch.id == _seen(actor, "batch", _batch(session, scope.batch))]
    if scope.enterprise is not None:
        return [TradeItem.enterprise_id == _seen(actor, "enterprise", _enterprise(session, scope.enterprise))]
    return [] if actor.enterprise_id is None else [TradeItem.enterprise_id == actor.enterprise_id]


def _seen(actor: Actor, name: str, row: Row[int, int] | None) -> int:
    """The id out of (id, enterprise's id), if the actor may see it."""
    if row is None:
        raise not_found(name)
    found, enterprise_id = row
    require_enterprise(actor, enterprise_id, name)
    return found


def _run(session: Session, ref: str) -> Row[int, int] | None:
    return session.execute(
        select(IssueRun.id, TradeItem.enterprise_id)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .where(IssueRun.ref == ref)
    ).one_or_none()


def _batch(session: Session, ref: str) -> Row[int, int] | None:
    return session.execute(
        select(Batch.id, TradeItem.enterprise_id).join(TradeItem, TradeItem.id == Batch.item_id).where(Batch.ref == ref)
    ).one_or_none()


def _enterprise(session: Session, key: str) -> Row[int, int] | None:
    its_own = or_(Enterprise.ref == key, Enterprise.uscc == key)
    return session.execute(select(Enterprise.id, Enterprise.id.label("own")).where(its_own)).one_or_none()
