"""What happens to a job. Every action here is part of the caller's transaction, which the caller commits.

Who may ask for a retry or a cancellation is for the caller to check: jobs know nothing of users.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gimark.errors import ConflictError, Fault, IdempotencyKeyReusedError
from gimark.jobs.model import Job
from gimark.jobs.queries import due, job_not_found
from gimark.jobs.rules import ATTEMPTS_ALLOWED, ENDS, LONGEST_BACKOFF, JobState, backoff, failure_text, is_lasting
from gimark.store.unit_of_work import Act

GONE = "执行者没有按时报告进度，租约已过期 / the worker fell silent and its lease ran out"


class LeaseLostError(Exception):
    """The job is no longer this worker's: its lease ran out and another took it, or it was cancelled."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as the worker holds it. `fence` is the number of this attempt; a later holder's is higher."""

    id: int
    ref: str
    kind: str
    key: str
    payload: Mapping[str, Any]
    fence: int


def enqueue(
    act: Act,
    kind: str,
    key: str,
    payload: Mapping[str, Any] | None = None,
    *,
    run_after: datetime | None = None,
    every: timedelta | None = None,
) -> str:
    """Ask for work; the job's ref. It runs once the caller's act is committed, not before `run_after` (now).

    The same key again is the same job, whatever its state, and nothing new is asked for. With `every` the job is
    periodic; a new period for a known key takes its place. Raises IdempotencyKeyReusedError when the key's job has
    another kind or payload.
    """
    payload = json.loads(json.dumps(dict(payload or {})))
    every_s = int(every.total_seconds()) if every else None
    job = _by_key(act.session, key)
    if job is None:
        fresh = Job(
            kind=kind, key=key, payload=payload, run_after=run_after or act.now, every_s=every_s, created_at=act.now
        )
        try:
            with act.session.begin_nested():
                act.session.add(fresh)
        except IntegrityError:
            job = _by_key(act.session, key)
            if job is None:
                raise
        else:
            return fresh.ref
    if (job.kind, job.payload) != (kind, payload):
        raise _key_reused(key)
    if job.every_s != every_s:
        job.every_s = every_s
        if every is not None and job.state is JobState.QUEUED:
            job.run_after = min(job.run_after, act.now + every)
    return job.ref


def claim(act: Act, kinds: Collection[str], lease: timedelta) -> Claim | None:
    """Take the job that has been due longest, until now + `lease`; None when there is none.

    On PostgreSQL rows that another worker is just taking are skipped; on SQLite the act holds the only write lock.
    A lease that ran out counts as a failure, so that a job which kills its worker does not do so for ever.
    """
    longest_due = select(Job).where(due(kinds, act.now)).order_by(Job.run_after, Job.id).limit(1)
    while (job := act.session.scalar(longest_due.with_for_update(skip_locked=True))) is not None:
        if job.state is JobState.RUNNING:
            job.failures += 1
            job.error = GONE
            if job.failures >= ATTEMPTS_ALLOWED and job.every_s is None:
                _end(job, JobState.FAILED, act.now)
                act.session.flush()
                continue
        job.state, job.lease_until = JobState.RUNNING, act.now + lease
        job.attempts += 1
        act.session.flush()
        return Claim(job.id, job.ref, job.kind, job.key, job.payload, job.attempts)
    return None


def report(act: Act, held: Claim, done: int, total: int, lease: timedelta) -> None:
    """Write progress (0 ≤ done ≤ total) and hold the job until now + `lease`. Raises LeaseLostError."""
    job = _held(act, held)
    job.progress_done, job.progress_total = done, total
    job.lease_until = act.now + lease


def complete(act: Act, held: Claim) -> None:
    """The work is done: the job ends, or waits for its next turn when it is periodic. Raises LeaseLostError."""
    job = _held(act, held)
    job.failures, job.error = 0, None
    if job.every_s is None:
        _end(job, JobState.DONE, act.now)
    else:
        _requeue(job, act.now + timedelta(seconds=job.every_s))


def fail(act: Act, held: Claim, error: Exception) -> None:
    """The work failed: try again later, or end as failed when that cannot help or was done often enough.

    A periodic job never ends by failing, and never waits longer than its period. Raises LeaseLostError.
    """
    job = _held(act, held)
    job.failures += 1
    job.error = failure_text(error)
    wait = backoff(job.failures)
    if job.every_s is not None:
        _requeue(job, act.now + min(wait, timedelta(seconds=job.every_s)))
    elif is_lasting(error) or job.failures >= ATTEMPTS_ALLOWED:
        _end(job, JobState.FAILED, act.now)
    else:
        _requeue(job, act.now + wait)


def postpone(act: Act, held: Claim, delay: timedelta) -> None:
    """Put the job back for later; that is no failure. Raises LeaseLostError."""
    _requeue(_held(act, held), act.now + delay)


def retry(act: Act, ref: str) -> None:
    """Try a failed job again at once. Raises NotFoundError, and ConflictError for a job that has not failed."""
    job = _by_ref(act, ref)
    if job.state is not JobState.FAILED:
        raise _wrong_state(job, "只有失败的任务可以重试", "only a failed job can be tried again")
    job.failures, job.error, job.finished_at = 0, None, None
    _requeue(job, act.now)


def retry_by_key(act: Act, key: str, payload: Mapping[str, Any] | None = None) -> None:
    """`retry` for one who asks for the work again, as its payload now says if one is given: another may be asking.

    Nothing when the job has not failed. Raises NotFoundError.
    """
    job = _by_key(act.session, key)
    if job is None:
        raise job_not_found()
    if job.state is JobState.FAILED:
        if payload is not None:
            job.payload = dict(payload)
        retry(act, job.ref)


def cancel(act: Act, ref: str) -> None:
    """End a job that has not ended; whoever runs it learns so at its next report.

    Raises NotFoundError, and ConflictError for one that has ended or is periodic.
    """
    job = _by_ref(act, ref)
    if job.state in ENDS or job.every_s is not None:
        raise _wrong_state(
            job, "只有未结束的一次性任务可以取消", "only a single job that has not ended can be cancelled"
        )
    _end(job, JobState.CANCELLED, act.now)


def bring_near(act: Act, lease: timedelta) -> int:
    """Mend what a clock that was set back has left far ahead, where nobody would come by for as long; how many jobs.

    What was asked for waits no longer than it was to wait, a period or a back-off no longer than it is, and no lease
    ends later than `lease` from now.
    """
    now, mended = act.now, 0
    ahead = or_(Job.run_after > now, Job.lease_until > now + lease)
    for job in act.session.scalars(select(Job).where(Job.state.not_in(ENDS), ahead).with_for_update()):
        before = job.run_after, job.lease_until
        if job.created_at > now:
            job.run_after -= job.created_at - now
            job.created_at = now
        if job.every_s is not None:
            job.run_after = min(job.run_after, now + timedelta(seconds=job.every_s))
        elif job.failures:
            job.run_after = min(job.run_after, now + LONGEST_BACKOFF)
        if job.lease_until is not None:
            job.lease_until = min(job.lease_until, now + lease)
        mended += before != (job.run_after, job.lease_until)
    return mended


def forget_ended(act: Act, before: datetime) -> int:
    """Delete jobs that ended before the instant `before`; how many. Their keys are free again afterwards."""
    result = act.session.execute(delete(Job).where(Job.state.in_(ENDS), Job.finished_at < before))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _by_key(session: Session, key: str) -> Job | None:
    return session.scalar(select(Job).where(Job.key == key).with_for_update())


def _by_ref(act: Act, ref: str) -> Job:
    job = act.session.scalar(select(Job).where(Job.ref == ref).with_for_update())
    if job is None:
        raise job_not_found()
    return job


def _held(act: Act, held: Claim) -> Job:
    mine = select(Job).where(Job.id == held.id, Job.attempts == held.fence, Job.state == JobState.RUNNING)
    job = act.session.scalar(mine.with_for_update())
    if job is None:
        raise LeaseLostError(held.ref)
    return job


def _end(job: Job, state: JobState, now: datetime) -> None:
    job.state, job.lease_until, job.finished_at = state, None, now


def _requeue(job: Job, run_after: datetime) -> None:
    job.state, job.lease_until, job.run_after = JobState.QUEUED, None, run_after


def _key_reused(key: str) -> IdempotencyKeyReusedError:
    return IdempotencyKeyReusedError(
        (
            Fault(
                "key",
                f"任务键“{key}”已用于另一项任务",
                f"the job key “{key}” belongs to other work",
                "请为另一项任务使用另一个键",
                "Use another key for other work",
            ),
        )
    )


def _wrong_state(job: Job, reason_zh: str, reason_en: str) -> ConflictError:
    return ConflictError(
        (Fault("job", reason_zh, reason_en, f"任务现为 {job.state}", f"The job is {job.state}"),), {"state": job.state}
    )
