"""What the checks of a run say: which codes may have been copied, and who swept over it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.issuance.model import IssueRun
from gimark.issuance.queries import ActOnRange, acts_on, states_of
from gimark.issuance.rules import ENDED, CodeState, Stretch
from gimark.scans.clones import (
    Check,
    CloneLimits,
    CloneReason,
    Suspicion,
    certain_reasons,
    clone_reasons,
    suspicion,
    sweeps,
    without_sweeps,
)
from gimark.scans.hours import instant_of
from gimark.scans.model import CodeMark, MarkKind, ScanCheck


@dataclass(frozen=True, slots=True)
class Finding:
    """What speaks for a copy of one code, with its evidence."""

    idx: int
    suspicion: Suspicion
    reasons: frozenset[CloneReason]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class RunAssessment:
    """The findings of a run, most suspect first, and the (day, network tag) of every sweep over it."""

    findings: tuple[Finding, ...]
    sweeps: tuple[tuple[date, bytes], ...]


def checks_of_run(session: Session, run_id: int) -> dict[int, list[Check]]:
    """The checks of a run's codes that are still kept, by index, earliest first."""
    rows = session.execute(
        select(ScanCheck.idx, ScanCheck.hour, ScanCheck.province, ScanCheck.device)
        .where(ScanCheck.run_id == run_id)
        .order_by(ScanCheck.hour)
    )
    found: dict[int, list[Check]] = defaultdict(list)
    for idx, hour, province, device in rows:
        found[idx].append(Check(instant_of(hour), province, bytes(device)))
    return found


def assess_run(session: Session, run: IssueRun, limits: CloneLimits) -> RunAssessment:
    """What the kept checks of a run say. A code that the regulator marked is left out: it was looked into.

    Until enterprises register their test devices, an unactivated code counts only once it is overdue.
    """
    checks = checks_of_run(session, run.id)
    swept = sweeps([(idx, check) for idx, of_code in checks.items() for check in of_code], limits)
    marked = _marked(session, run.id)
    acts = acts_on(session, [run.id])[run.id]
    states = states_of(run.count, acts)
    findings = []
    for idx, of_code in checks.items():
        own = without_sweeps(of_code, swept)
        if idx in marked or not own:
            continue
        reasons = clone_reasons(own, limits) | _certain(run, states.at(idx), acts, own, limits)
        if reasons:
            findings.append(Finding(idx, suspicion(reasons), reasons, tuple(own)))
    findings.sort(key=lambda finding: (finding.suspicion is not Suspicion.SUSPECT, -len(finding.reasons), finding.idx))
    return RunAssessment(tuple(findings), tuple(sorted(swept)))


def _certain(
    run: IssueRun, stretch: Stretch, acts: Sequence[ActOnRange], checks: Sequence[Check], limits: CloneLimits
) -> frozenset[CloneReason]:
    """The certain reasons as of the latest check; one made before a code ended says nothing against it."""
    latest = checks[-1].hour
    ended_at = next((act.at for act in acts if act.ledger_index == stretch.act_index), None)
    return certain_reasons(
        has_ended=stretch.state in ENDED and ended_at is not None and latest >= ended_at,
        unactivated_since=run.issued_at if stretch.state is CodeState.ISSUED else None,
        is_tester=True,
        at=latest,
        limits=limits,
    )


def _marked(session: Session, run_id: int) -> set[int]:
    """The codes whose latest mark still stands."""
    rows = session.scalars(select(CodeMark).where(CodeMark.run_id == run_id).order_by(CodeMark.id))
    latest = {row.idx: row.kind for row in rows}
    return {idx for idx, kind in latest.items() if kind is not MarkKind.CLEARED}
