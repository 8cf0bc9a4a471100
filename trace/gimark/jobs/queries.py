"""Reading jobs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from gimark.errors import Fault, NotFoundError
from gimark.jobs.model import Job
from gimark.jobs.rules import JobState
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as a page shows it. Progress is `progress_done` of `progress_total` (0 of 0 = nothing reported yet)."""

    ref: str
    kind: str
    key: str
    state: JobState
    progress_done: int
    progress_total: int
    failures: int
    error: str | None
    run_after: datetime
    created_at: datetime
    finished_at: datetime | None

    def reason(self, language: Literal["zh", "en"]) -> str | None:
        """Why it failed last, in one of the two languages that its error has, as far as it has both."""
        if self.error is None:
            return None
        chinese, _, english = self.error.partition(" / ")
        return english if language == "en" and english else chinese


def due(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    """The jobs of these kinds that may be taken: waiting and due, or running under a lease that ran out."""
    return and_(
        Job.kind.in_(kinds),
        or_(
            and_(Job.state == JobState.QUEUED, Job.run_after <= now),
            and_(Job.state == JobState.RUNNING, Job.lease_until <= now),
        ),
    )


def job_not_found() -> NotFoundError:
    """No job with this ref."""
    return NotFoundError(
        (Fault("job", "没有这个任务", "there is no such job", "请核对任务编号", "Check the job's reference"),)
    )


def job(session: Session, ref: str) -> JobFacts:
    """The job with this ref. Raises NotFoundError."""
    row = session.scalar(select(Job).where(Job.ref == ref))
    if row is None:
        raise job_not_found()
    return _facts(row)


def job_by_key(session: Session, key: str) -> JobFacts | None:
    """The job asked for under `key`, or None."""
    row = session.scalar(select(Job).where(Job.key == key))
    return _facts(row) if row else None


def jobs_by_key(session: Session, keys: Collection[str]) -> dict[str, JobFacts]:
    """The jobs asked for under any of `keys`, by key."""
    return {row.key: _facts(row) for row in session.scalars(select(Job).where(Job.key.in_(keys)))}


def jobs(
    session: Session, wanted: Wanted, state: JobState | None = None, *only: ColumnElement[bool]
) -> Portion[JobFacts]:
    """All jobs (in `state`, and such as `only` says), in the order in which they were asked for."""
    asked = select(Job).where(*only)
    if state is not None:
        asked = asked.where(Job.state == state)
    return portion(session, asked, Job.id, Job.ref, wanted).map(_facts)


def job_counts(session: Session) -> dict[JobState, int]:
    """How many jobs are in each state."""
    counted = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    return {state: counted.get(state, 0) for state in JobState}


def is_any_due(session: Session, kinds: Collection[str], now: datetime) -> bool:
    """Whether a worker for `kinds` would find something to take."""
    return bool(session.scalar(select(exists().where(due(kinds, now)))))


def _facts(row: Job) -> JobFacts:
    return JobFacts(
        row.ref,
        row.kind,
        row.key,
        row.state,
        row.progress_done,
        row.progress_total,
        row.failures,
        row.error,
        row.run_after,
        row.created_at,
        row.finished_at,
    )
