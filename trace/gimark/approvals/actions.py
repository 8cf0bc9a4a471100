"""Asking for an act that takes two people, and deciding on it. Each takes the caller's transaction; it commits.

What one person may do alone is done at once, by the same call: whether it takes two is the act's own business.
"""

from dataclasses import dataclass

from sqlalchemy import select

from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor, Permission, require
from gimark.accounts.seconds import require_second
from gimark.approvals.asked import Asked, read, sha256_of
from gimark.approvals.model import Proposal, ProposalDecision
from gimark.approvals.queries import is_in, visible_proposal
from gimark.approvals.rules import LIFE, NEEDED, Decision, ProposalState, no_longer_waits, state_at
from gimark.errors import ConflictError, Fault, NotAllowedError, SecondPersonNeededError
from gimark.ledger import book
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, checked_text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking: the act's ledger index when it was done, else the reference of the proposal that waits."""

    ledger_index: int | None
    proposal_ref: str | None


def do_or_propose(act: Act, actor: Actor, asked: Asked) -> Outcome:
    """Do what the actor may do alone; of what takes two, keep a proposal.

    Raises what the act raises: only what is in order but for its second person is proposed. Asking for the very same
    while it waits gives the proposal that is there.
    """
    book.lock(act)
    try:
        return Outcome(asked.do(act, actor, None), None)
    except SecondPersonNeededError:
        return Outcome(None, _kept(act, actor, asked).ref)


def approve(act: Act, actor: Actor, ref: str) -> int:
    """Have a proposed act done as whoever asked for it, in this transaction; the index of its ledger entry.

    Everything is judged again as it is now: who asked must still be active and may still do it, and the act must still
    be in order. What it raises then leaves the proposal waiting. Raises NotFoundError, NotAllowedError for one's own
    proposal or one that this actor may not approve, ConflictError for one that does not wait any more.
    """
    row = _waiting(act, actor, ref)
    asked, first = read(row.kind, row.payload), _who_asked(act, row)
    require_second(act.session, first, actor, NEEDED[row.kind])
    index = asked.do(act, first, actor)
    _decide(act, row, actor, Decision.APPROVED, ledger_index=index)
    return index


def refuse(act: Act, actor: Actor, ref: str, reason: str) -> None:
    """Turn a proposal down, saying why. Whoever may approve it may refuse it. Raises as `approve`."""
    row = _waiting(act, actor, ref)
    asked_by = act.session.get_one(User, row.asked_by_id)
    require_second(act.session, as_actor(asked_by), actor, NEEDED[row.kind])
    _decide(act, row, actor, Decision.REFUSED, reason=checked_text(reason, "reason", LONG))


def withdraw(act: Act, actor: Actor, ref: str) -> None:
    """Take one's own proposal back. Raises NotFoundError, NotAllowedError for another's, ConflictError."""
    row = _waiting(act, actor, ref)
    if row.asked_by_id != actor.user_id:
        raise NotAllowedError(
            (
                Fault(
                    "proposal",
                    "只有申请人可以撤回",
                    "only who asked may take it back",
                    "不同意时请驳回并写明理由",
                    "Refuse it with a reason instead",
                ),
            )
        )
    _decide(act, row, actor, Decision.WITHDRAWN)


def _kept(act: Act, actor: Actor, asked: Asked) -> Proposal:
    digest = sha256_of(asked)
    same = select(Proposal).where(Proposal.payload_sha256 == digest, Proposal.asked_by_id == actor.user_id)
    found = act.session.scalar(same.where(is_in(ProposalState.WAITING, act.now)))
    if found is not None:
        return found
    row = Proposal(
        kind=asked.kind,
        subject_ref=asked.subject_ref,
        payload=asked.payload(),
        payload_sha256=digest,
        enterprise_id=actor.enterprise_id,
        asked_by_id=actor.user_id,
        asked_at=act.now,
        expires_at=act.now + LIFE,
    )
    act.session.add(row)
    act.session.flush()
    return row


def _waiting(act: Act, actor: Actor, ref: str) -> Proposal:
    """The proposal, under the ledger's lock: of two who decide at once, the second finds it decided."""
    require(actor, Permission.READ)
    book.lock(act)
    row = visible_proposal(act.session, actor, ref)
    decided = act.session.get(ProposalDecision, row.id)
    state = state_at(act.now, decided.decision if decided else None, row.expires_at)
    if state is ProposalState.WAITING:
        return row
    raise no_longer_waits(state)


def _who_asked(act: Act, row: Proposal) -> Actor:
    user = act.session.scalar(select(User).where(User.id == row.asked_by_id, User.is_active))
    if user is None:
        raise ConflictError(
            (
                Fault(
                    "proposal",
                    "申请人已停用",
                    "whoever asked for it is switched off",
                    "请驳回，由在岗人员重新申请",
                    "Refuse it, and have somebody who is active ask anew",
                ),
            )
        )
    return as_actor(user)


def _decide(
    act: Act,
    row: Proposal,
    actor: Actor,
    decision: Decision,
    reason: str | None = None,
    ledger_index: int | None = None,
) -> None:
    act.session.add(
        ProposalDecision(
            proposal_id=row.id,
            decision=decision,
            decided_by_id=actor.user_id,
            decided_at=act.now,
            reason=reason,
            ledger_index=ledger_index,
        )
    )
    act.session.flush()
