"""A season's acts in codes: what was issued, activated, voided and returned; and what an authorization was used for.

The season's sums are kept by the acts themselves, in the same transaction (production/seasons.py says how).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.clock import SHANGHAI, local_day
from gimark.issuance.model import IssueRun, RunAuthorization, SeasonCodes
from gimark.issuance.rules import RangeKind
from gimark.production.model import Batch
from gimark.production.seasons import add_to_season, season_at
from gimark.registry.authorizations.model import Authorization
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Act

# The column of `season_codes` that an act adds to; a reprint changes no code.
COUNTED: Mapping[RangeKind, str] = {
    RangeKind.ACTIVATE: "activated",
    RangeKind.VOID: "voided",
    RangeKind.RETURN: "returned",
}


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """Codes that a season's acts were about. A code that was activated and then voided counts in both."""

    runs: int
    issued: int
    activated: int
    voided: int
    returned: int


def add_issued(act: Act, enterprise_id: int, count: int) -> None:
    """Count a run of `count` codes that this act makes official in its season's sums. Needs the ledger's lock."""
    add_to_season(act, SeasonCodes, season_at(act.now), enterprise_id, {"runs": 1, "issued": count})


def add_changed(act: Act, enterprise_id: int, kind: RangeKind, count: int) -> None:
    """Count the codes that this act activates, voids or returns. Needs the ledger's lock."""
    if kind in COUNTED:
        add_to_season(act, SeasonCodes, season_at(act.now), enterprise_id, {COUNTED[kind]: count})


def code_figures(session: Session, actor: Actor, season_on: date) -> CodeFigures:
    """The figures of all acts in the season that begins on that day; a producer's are of its own codes. Needs READ."""
    require(actor, Permission.READ)
    columns = SeasonCodes.runs, SeasonCodes.issued, SeasonCodes.activated, SeasonCodes.voided, SeasonCodes.returned
    asked = select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(
        SeasonCodes.season_on == season_on
    )
    if actor.enterprise_id is not None:
        asked = asked.where(SeasonCodes.enterprise_id == actor.enterprise_id)
    return CodeFigures(*(int(value) for value in session.execute(asked).one()))


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
