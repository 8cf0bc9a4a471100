"""Proposals: acts that take two people, asked for by one and decided by another."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import Accepted, Changing, KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Grams, Instant, RangeShown, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Actor, Permission
from gimark.approvals import actions, queries
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Asked, Ending, Override, Revocation
from gimark.approvals.queries import Decided, ProposalFacts
from gimark.approvals.rules import ActKind, ProposalState
from gimark.issuance.rules import RangeKind
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/proposals", tags=["proposals"], route_class=JsonRoute)

WAITING = {
    "ref": "4c6e8g0j2m5p7r9t",
    "kind": "revoke_authorization",
    "subject": "5p7r9t1w3y6a8c0e",
    "reason": "连续两批未按标准生产，整改后仍不合格",
    "from": "2026-11-22",
    "how": None,
    "ranges": None,
    "extra_g": None,
    "enterprise": None,
    "asked_by": "chenjian",
    "asked_at": "2026-11-22T01:41:00Z",
    "expires_at": "2026-11-29T01:41:00Z",
    "state": "waiting",
    "decision": None,
}
NOT_YET = "Not done yet: a second person has to approve it. `Location` is the proposal's."


class DecisionShown(Shown):
    """Who decided, when, why it was refused, and the ledger number of what was approved."""

    by: str
    at: Instant
    reason: str | None
    ledger_index: Count | None

    @classmethod
    def of(cls, decided: Decided) -> "DecisionShown":
        """What is shown of a decision."""
        return cls.model_validate(decided, from_attributes=True)


class ProposalShown(Shown):
    """An act that waits for a second person, or what became of it.

    `subject` is what it acts on: an authorization, a batch or a run. Of the values only those of its `kind` are set:
    `from` (null: the day of approval) of a revocation, `how` and `ranges` of ended codes, `extra_g` of an exception to
    the volume rule. `enterprise` is set when an enterprise's user asked.
    """

    model_config = examples(WAITING)

    ref: Ref
    kind: ActKind
    subject: Ref
    reason: str
    from_: Annotated[date | None, Field(serialization_alias="from")]
    how: RangeKind | None
    ranges: list[RangeShown] | None
    extra_g: Grams | None
    enterprise: Ref | None
    asked_by: str
    asked_at: Instant
    expires_at: Instant
    state: ProposalState
    decision: DecisionShown | None

    @classmethod
    def of(cls, facts: ProposalFacts) -> "ProposalShown":
        """What is shown of a proposal."""
        asked = facts.asked
        ending = asked if isinstance(asked, Ending) else None
        return cls(
            ref=facts.ref,
            kind=facts.kind,
            subject=facts.subject_ref,
            reason=facts.reason,
            from_=asked.effective_on if isinstance(asked, Revocation) else None,
            how=ending and ending.how,
            ranges=ending and [RangeShown(first=first, last=last) for first, last in ending.spans],
            extra_g=asked.extra_g if isinstance(asked, Override) else None,
            enterprise=facts.enterprise_ref,
            asked_by=facts.asked_by,
            asked_at=facts.asked_at,
            expires_at=facts.expires_at,
            state=facts.state,
            decision=DecisionShown.of(facts.decided) if facts.decided else None,
        )


class ProposalsQuery(PageQuery):
    """Which proposals are wanted."""

    state: ProposalState | None = None


class RefusalSent(Sent):
    """Why; whoever asked reads it, the public does not."""

    model_config = examples({"reason": "整改期限未到"})

    reason: Text


def asked_for(act: Act, actor: Actor, asked: Asked) -> Accepted | int:
    """The ledger index of what one person could do; of what takes two, the answer that it waits."""
    outcome = do_or_propose(act, actor, asked)
    if outcome.proposal_ref is None:
        assert outcome.ledger_index is not None
        return outcome.ledger_index
    return Accepted(_shown(act, actor, outcome.proposal_ref), f"/v1/proposals/{outcome.proposal_ref}")


@router.get("", response_model=Page[ProposalShown], summary="List proposals", openapi_extra=needs(Permission.READ))
def list_proposals(
    request: Request, process: Here, actor: Caller, query: Annotated[ProposalsQuery, Query()]
) -> Response:
    """In the order in which they were asked for; for a producer's key, its enterprise's."""
    now = process.here.store.clock.now()
    with process.here.store.reading() as session:
        return page(request, queries.proposals(session, actor, query.wanted, now, query.state).map(ProposalShown.of))


@router.get(
    "/{proposal}", response_model=ProposalShown, summary="Show a proposal", openapi_extra=needs(Permission.READ)
)
def show_proposal(process: Here, actor: Caller, proposal: RefInPath, known: KnownTag = None) -> Response:
    """One proposal. Its ETag is what a decision must name."""
    now = process.here.store.clock.now()
    with process.here.store.reading() as session:
        return told(ProposalShown.of(queries.proposal(session, actor, proposal, now)), known)


@router.post(
    "/{proposal}/approval",
    response_model=ProposalShown,
    responses=conflicts(),
    summary="Approve a proposal",
    openapi_extra=needs(Permission.APPROVE),
)
def approve_proposal(changing: Changing, actor: Caller, proposal: RefInPath) -> Response:
    """The act is done at once, as whoever asked for it, with its ledger entry; all of it is judged again as it is now.

    You are another person than who asked, and may do such an act yourself.
    """
    return changing.of(lambda act: _shown(act, actor, proposal), lambda act: actions.approve(act, actor, proposal))


@router.post(
    "/{proposal}/refusal",
    response_model=ProposalShown,
    responses=conflicts(),
    summary="Refuse a proposal",
    openapi_extra=needs(Permission.APPROVE),
)
def refuse_proposal(changing: Changing, actor: Caller, proposal: RefInPath, sent: RefusalSent) -> Response:
    """Turn it down, saying why. Nothing is done."""
    return changing.of(
        lambda act: _shown(act, actor, proposal), lambda act: actions.refuse(act, actor, proposal, sent.reason)
    )


@router.post(
    "/{proposal}/withdrawal",
    response_model=ProposalShown,
    responses=conflicts(),
    summary="Withdraw a proposal",
    openapi_extra=needs(Permission.READ),
)
def withdraw_proposal(changing: Changing, actor: Caller, proposal: RefInPath) -> Response:
    """Take your own proposal back."""
    return changing.of(lambda act: _shown(act, actor, proposal), lambda act: actions.withdraw(act, actor, proposal))


def _shown(act: Act, actor: Actor, ref: str) -> ProposalShown:
    return ProposalShown.of(queries.proposal(act.session, actor, ref, act.now))
