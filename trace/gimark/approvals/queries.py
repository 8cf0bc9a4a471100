"""Reading proposals: one's own office's, and what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.approvals.asked import Asked, read
from gimark.approvals.model import Proposal, ProposalDecision
from gimark.approvals.rules import NEEDED, ActKind, Decision, ProposalState, state_at
from gimark.issuance.model import IssueRun
from gimark.production.model import Batch
from gimark.registry.authorizations.model import Authorization
from gimark.registry.enterprises.model import Enterprise
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, by whom (login name) and when. A reason is given for a refusal, an index for an approval."""

    by: str
    at: datetime
    reason: str | None
    ledger_index: int | None


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """A proposal as a desk shows it. Names are login names; `enterprise_ref` is set when an enterprise asked.

    `subject` is what it acts on as people call it: an authorization's number or a lot.

    `may_decide` says whether this reader may approve or refuse it now, as far as roles tell.
    """

    ref: str
    asked: Asked
    kind: ActKind
    subject_ref: str
    subject: str
    reason: str
    enterprise_ref: str | None
    enterprise_name: str | None
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: ProposalState
    decided: Decided | None
    is_own: bool
    may_decide: bool


def proposals(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    now: datetime,
    state: ProposalState | None = None,
    subject_ref: str | None = None,
    person_id: int | None = None,
) -> Portion[ProposalFacts]:
    """The proposals that the actor may see, in one state or all, on one thing or all, in the order of their asking.

    With `person_id` only those that this user asked for or decided.

    A producer sees those of its enterprise, an office all. Needs READ.
    """
    query = _visible(actor)
    if state is not None:
        query = query.where(is_in(state, now))
    if subject_ref is not None:
        query = query.where(Proposal.subject_ref == subject_ref)
    if person_id is not None:
        decided = select(ProposalDecision.proposal_id).where(ProposalDecision.decided_by_id == person_id)
        query = query.where(or_(Proposal.asked_by_id == person_id, Proposal.id.in_(decided)))
    found = portion(session, query, Proposal.id, Proposal.ref, wanted)
    facts = _facts(session, actor, found.items, now)
    return Portion(tuple(facts), found.next)


def proposal(session: Session, actor: Actor, ref: str, now: datetime) -> ProposalFacts:
    """One of them. Raises NotFoundError."""
    return _facts(session, actor, (visible_proposal(session, actor, ref),), now)[0]


def waiting_for(session: Session, actor: Actor, now: datetime) -> int:
    """How many proposals wait that this actor did not ask for and may decide on."""
    if Permission.APPROVE not in actor.permissions:
        return 0
    kinds = [kind for kind in ActKind if NEEDED[kind] in actor.permissions]
    query = _visible(actor).where(is_in(ProposalState.WAITING, now), Proposal.kind.in_(kinds))
    return session.scalar(query.where(Proposal.asked_by_id != actor.user_id).with_only_columns(func.count())) or 0


def visible_proposal(session: Session, actor: Actor, ref: str) -> Proposal:
    """The proposal's row if the actor may see it; NotFoundError otherwise."""
    found = session.scalar(_visible(actor).where(Proposal.ref == ref))
    if found is None:
        raise not_found("proposal")
    return found


def _visible(actor: Actor) -> Select[Proposal]:
    require(actor, Permission.READ)
    query = select(Proposal)
    return query if actor.enterprise_id is None else query.where(Proposal.enterprise_id == actor.enterprise_id)


def is_in(state: ProposalState, now: datetime) -> ColumnElement[bool]:
    """Whether a proposal is in `state` at `now`, for a query of proposals."""
    decided = select(ProposalDecision.proposal_id).where(ProposalDecision.proposal_id == Proposal.id)
    if state is ProposalState.WAITING:
        return and_(Proposal.expires_at > now, ~decided.exists())
    if state is ProposalState.EXPIRED:
        return and_(Proposal.expires_at <= now, ~decided.exists())
    return decided.where(ProposalDecision.decision == Decision(state.value)).exists()


def _facts(session: Session, actor: Actor, rows: tuple[Proposal, ...], now: datetime) -> list[ProposalFacts]:
    asked = select(ProposalDecision).where(ProposalDecision.proposal_id.in_([row.id for row in rows]))
    decided = {row.proposal_id: row for row in session.scalars(asked)}
    people = {row.asked_by_id for row in rows} | {row.decided_by_id for row in decided.values()}
    names: dict[int, str] = dict(session.execute(select(User.id, User.name).where(User.id.in_(people))).all())
    asking = select(Enterprise).where(Enterprise.id.in_({row.enterprise_id for row in rows} - {None}))
    enterprises = {enterprise.id: enterprise for enterprise in session.scalars(asking)}
    subjects = _subjects(session, rows)
    return [
        _one(row, decided.get(row.id), actor, now, names, enterprises.get(row.enterprise_id or 0), subjects)
        for row in rows
    ]


def _subjects(session: Session, rows: Sequence[Proposal]) -> dict[str, str]:
    """What people call the things that proposals act on, by their references."""
    refs = [row.subject_ref for row in rows]
    numbers = select(Authorization.ref, Authorization.number).where(Authorization.ref.in_(refs))
    lots = select(Batch.ref, Batch.lot).where(Batch.ref.in_(refs))
    runs = select(IssueRun.ref, IssueRun.lot).where(IssueRun.ref.in_(refs))
    return {ref: name for asked in (numbers, lots, runs) for ref, name in session.execute(asked)}


def _one(
    row: Proposal,
    decision: ProposalDecision | None,
    actor: Actor,
    now: datetime,
    names: dict[int, str],
    enterprise: Enterprise | None,
    subjects: dict[str, str],
) -> ProposalFacts:
    asked = read(row.kind, row.payload)
    state = state_at(now, decision.decision if decision else None, row.expires_at)
    is_own = row.asked_by_id == actor.user_id
    may = {Permission.APPROVE, NEEDED[row.kind]} <= actor.permissions
    decided = None
    if decision is not None:
        by = names[decision.decided_by_id]
        decided = Decided(by, decision.decided_at, decision.reason, decision.ledger_index)
    return ProposalFacts(
        ref=row.ref,
        asked=asked,
        kind=row.kind,
        subject_ref=row.subject_ref,
        subject=subjects[row.subject_ref],
        reason=asked.reason,
        enterprise_ref=enterprise.ref if enterprise else None,
        enterprise_name=enterprise.name_zh if enterprise else None,
        asked_by=names[row.asked_by_id],
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=state,
        decided=decided,
        is_own=is_own,
        may_decide=may and not is_own and state is ProposalState.WAITING,
    )
