"""What two people decide on, and where a proposal stands."""

from datetime import datetime, timedelta
from enum import StrEnum

from gimark.accounts.rules import Permission
from gimark.errors import ConflictError, Fault

# Long enough for somebody's leave or a weekend with holidays around it; what is older should be asked for anew.
LIFE = timedelta(days=7)


class ActKind(StrEnum):
    """The acts that one person may have to ask another for."""

    REVOKE_AUTHORIZATION = "revoke_authorization"
    RECALL_BATCH = "recall_batch"
    END_CODES = "end_codes"
    OVERRIDE_VOLUME = "override_volume"


# What the second person of each must be allowed to do beside approving.
NEEDED = {
    ActKind.REVOKE_AUTHORIZATION: Permission.MANAGE_AUTHORIZATIONS,
    ActKind.RECALL_BATCH: Permission.RECALL_BATCHES,
    ActKind.END_CODES: Permission.VOID_CODES,
    ActKind.OVERRIDE_VOLUME: Permission.OVERRIDE_VOLUME,
}


class Decision(StrEnum):
    """What became of a proposal, as it is kept. A proposal without one waits, until its time is over."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ProposalState(StrEnum):
    """Where a proposal stands at an instant."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def state_at(now: datetime, decision: Decision | None, expires_at: datetime) -> ProposalState:
    """Where a proposal stands at `now`."""
    if decision is not None:
        return ProposalState(decision.value)
    return ProposalState.WAITING if now < expires_at else ProposalState.EXPIRED


def no_longer_waits(state: ProposalState) -> ConflictError:
    """The refusal of what can be asked of a waiting proposal alone, for one in another state."""
    state_zh = {
        ProposalState.APPROVED: "已批准",
        ProposalState.REFUSED: "已驳回",
        ProposalState.WITHDRAWN: "已撤回",
        ProposalState.EXPIRED: "已过期",
    }[state]
    return ConflictError(
        (
            Fault(
                "proposal",
                f"申请{state_zh}",
                f"the proposal is {state.value}",
                "如仍需办理，请重新申请",
                "Ask for the act again if it is still wanted",
            ),
        ),
        {"state": state.value},
    )
