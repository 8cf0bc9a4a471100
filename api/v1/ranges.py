"""Ranges of a run's codes: activating, voiding, returning them, and where each stands."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from api.v1.answering import Accepted, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Instant, RangeShown, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.proposals import NOT_YET, ProposalShown, asked_for
from gimark.accounts.rules import Permission
from gimark.approvals.asked import Ending
from gimark.issuance import lists
from gimark.issuance.keyring import Keyring
from gimark.issuance.lists import RunRanges
from gimark.issuance.model import IssueRun
from gimark.issuance.queries import ActOnRange, acts_on, visible_run
from gimark.issuance.ranges import RangeForm, change_ranges, index_of_code
from gimark.issuance.rules import ENDING, CodeState, RangeKind, Span
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/runs/{run}/ranges", tags=["ranges"], route_class=JsonRoute)

MOST_RANGES = 1_000
ACTED = {
    "kind": "activate",
    "ranges": [{"first": 0, "last": 249}],
    "reason": None,
    "at": "2026-11-22T01:50:00Z",
    "ledger_index": 24,
}


class RangeSent(Sent):
    """The codes from the first to the last, both included: each an index, or a code as typed (`38GP-ERNQ-BQTSA`)."""

    first: Count | Text
    last: Count | Text


class RangeActSent(Sent):
    """What is to happen to which codes. `reason`, which will be public, is for everything but activation."""

    model_config = examples(
        {"kind": "activate", "ranges": [{"first": 0, "last": 249}]},
        {"kind": "void", "ranges": [{"first": "38GP-ERNQ-BQTSA", "last": "38GP-ERNQ-BQTSA"}], "reason": "标签破损"},
    )

    kind: Literal["activate", "void", "return"]
    ranges: Annotated[list[RangeSent], Field(min_length=1, max_length=MOST_RANGES)]
    reason: Text | None = None


class RangeActShown(Shown):
    """An act on codes of a run."""

    model_config = examples(ACTED)

    kind: RangeKind
    ranges: list[RangeShown]
    reason: str | None
    at: Instant
    ledger_index: Count

    @classmethod
    def of(cls, act: ActOnRange) -> "RangeActShown":
        """What is shown of an act."""
        return cls(
            kind=act.kind,
            ranges=[RangeShown(first=first, last=last) for first, last in act.spans],
            reason=act.reason,
            at=act.at,
            ledger_index=act.ledger_index,
        )


class StretchShown(RangeShown):
    """Codes in one state since the act at `ledger_index`; null: since they were issued."""

    state: CodeState
    ledger_index: Count | None


class RunRangesShown(Shown):
    """Every code of a run: how many are in each state, where they stand, and the acts that made it so."""

    model_config = examples(
        {
            "run": "1d3f5h7k9n2q4s6v",
            "counts": {"issued": 50, "active": 250, "voided": 0, "returned": 0},
            "states": [
                {"first": 0, "last": 249, "state": "active", "ledger_index": 24},
                {"first": 250, "last": 299, "state": "issued", "ledger_index": None},
            ],
            "acts": [ACTED],
        }
    )

    run: Ref
    counts: dict[CodeState, Count]
    states: list[StretchShown]
    acts: list[RangeActShown]

    @classmethod
    def of(cls, ref: str, found: RunRanges) -> "RunRangesShown":
        """What is shown of a run's codes."""
        return cls(
            run=ref,
            counts={state: found.states.number_in(state) for state in CodeState},
            states=[
                StretchShown(first=part.first, last=part.last, state=part.state, ledger_index=part.act_index)
                for part in found.states.stretches
            ],
            acts=[RangeActShown.of(act) for act in found.acts],
        )


@router.get("", response_model=RunRangesShown, summary="Show where codes stand", openapi_extra=needs(Permission.READ))
def show_ranges(process: Here, actor: Caller, run: RefInPath, known: KnownTag = None) -> Response:
    """The whole list: neighbours in the same state by the same act are one range."""
    with process.here.store.reading() as session:
        return told(RunRangesShown.of(run, lists.run_ranges(session, actor, run)), known)


@router.post(
    "",
    status_code=201,
    response_model=RangeActShown,
    responses={202: {"model": ProposalShown, "description": NOT_YET}, **conflicts()},
    summary="Activate, void or return codes",
    openapi_extra=needs(Permission.CHANGE_CODES),
)
def change_codes(process: Here, actor: Caller, making: Making, run: RefInPath, sent: RangeActSent) -> Response:
    """One act on all of the ranges, or none (ledger: run.activate, run.void, run.return). A regulator may void.

    Activation needs a confirmed batch and counts against its packed mass; what is voided or returned is so for good,
    and gives its volume back. Ending over 3,000 codes of a batch on one day takes two people: 202 and a proposal.
    """
    keyring, kind = process.here.keyring, RangeKind(sent.kind)

    def make(act: Act) -> Made | Accepted:
        row = visible_run(act.session, actor, run)
        spans = tuple(_span(row, keyring, at, asked) for at, asked in enumerate(sent.ranges))
        if kind in ENDING:
            came = asked_for(act, actor, Ending(run, kind, spans, sent.reason or ""))
            if isinstance(came, Accepted):
                return came
            done = acts_on(act.session, [row.id])[row.id][-1]
        else:
            done = change_ranges(act, actor, run, RangeForm(kind, spans, sent.reason))
        return Made(RangeActShown.of(done), f"/v1/runs/{run}/ranges")

    return making.once(make)


def _span(run: IssueRun, keyring: Keyring, at: int, asked: RangeSent) -> Span:
    return _index(run, keyring, asked.first, f"ranges/{at}/first"), _index(
        run, keyring, asked.last, f"ranges/{at}/last"
    )


def _index(run: IssueRun, keyring: Keyring, asked: int | str, where: str) -> int:
    return asked if isinstance(asked, int) else index_of_code(run, keyring, asked, where)
