"""Jobs: long or periodic work as rows, written in the same transaction as the act that asks for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gimark.jobs.rules import JobState
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class Job(Base):
    """One piece of work for the worker, known to whoever asked for it by its `key`.

    A worker holds a running job until `lease_until`. `attempts` counts how often it was taken up and is the fence:
    what a holder writes counts only while `attempts` is still what it was when that holder took the job.
    `failures` counts failures since the last success or retry. `every_s` (seconds) makes the job periodic: it goes
    back to the queue instead of ending.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="running_under_a_lease"),
        CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="ended_at_an_instant"
        ),
        CheckConstraint("every_s IS NULL OR every_s > 0", name="period_positive"),
        CheckConstraint("progress_done >= 0 AND progress_done <= progress_total", name="progress_within_total"),
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_state_id", "state", "id"),
    )

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(by_value(JobState, name="job_state"), default=JobState.QUEUED)
    run_after: Mapped[datetime]
    every_s: Mapped[int | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
