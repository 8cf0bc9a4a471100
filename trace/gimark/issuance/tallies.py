"""How many codes of each run of a batch stand in which state, at a fixed number of statements a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.issuance.lists import RunFilter, runs
from gimark.issuance.model import IssueRun
from gimark.issuance.queries import RunFacts, acts_on, states_of
from gimark.issuance.rules import CodeState
from gimark.store.paging import Portion, Wanted


@dataclass(frozen=True, slots=True)
class RunTally:
    """A run, and how many of its codes are in each state."""

    facts: RunFacts
    codes: Mapping[CodeState, int]


def run_tallies(session: Session, actor: Actor, wanted: Wanted, batch_ref: str) -> Portion[RunTally]:
    """The runs of a batch, in the order in which they were issued. Needs READ. Raises NotFoundError."""
    found = runs(session, actor, wanted, RunFilter(batch_ref=batch_ref))
    named = select(IssueRun.ref, IssueRun.id).where(IssueRun.ref.in_([one.facts.ref for one in found.items]))
    ids: dict[str, int] = dict(session.execute(named).all())
    acts = acts_on(session, list(ids.values()))

    def tally(facts: RunFacts) -> RunTally:
        states = states_of(facts.count, acts[ids[facts.ref]])
        return RunTally(facts, {state: states.number_in(state) for state in CodeState})

    return found.map(lambda one: tally(one.facts))
