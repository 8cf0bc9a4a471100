"""Jobs: long work that was asked for, and how far it is."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.v1.answering import KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Instant, Ref, RefInPath, Shown, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.issuance import work
from gimark.issuance.work import WorkFacts
from gimark.jobs.queries import JobFacts
from gimark.jobs.rules import JobState

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=JsonRoute)

LISTED = {
    "ref": "9v1x4z6b8d0f2h4k",
    "kind": "issue-codes",
    "state": "running",
    "done": 40_000,
    "total": 120_000,
    "failures": 0,
    "error": None,
    "created_at": "2026-11-22T01:41:00Z",
    "finished_at": None,
}


class JobListed(Shown):
    """A job. `done` of `total` parts are finished (0 of 0: nothing reported yet); it ends as done, failed or cancelled.

    `error` is why it failed last, in Chinese and English; a job that failed for a passing reason is queued again.
    """

    model_config = examples(LISTED)

    ref: Ref
    kind: str
    state: JobState
    done: Count
    total: Count
    failures: Count
    error: str | None
    created_at: Instant
    finished_at: Instant | None

    @classmethod
    def of(cls, job: JobFacts) -> "JobListed":
        """What a list shows of a job."""
        return cls(
            ref=job.ref,
            kind=job.kind,
            state=job.state,
            done=job.progress_done,
            total=job.progress_total,
            failures=job.failures,
            error=job.error,
            created_at=job.created_at,
            finished_at=job.finished_at,
        )


class JobShown(JobListed):
    """A job with what it makes: `run` is there once it is issued, `print_order` from the first."""

    model_config = examples({**LISTED, "run": None, "print_order": None})

    run: Ref | None
    print_order: Ref | None

    @classmethod
    def made(cls, found: WorkFacts) -> "JobShown":
        """What is shown of a job."""
        return cls(**JobListed.of(found.job).model_dump(), run=found.run_ref, print_order=found.print_ref)


class JobsQuery(PageQuery):
    """Which jobs are wanted."""

    state: JobState | None = None


@router.get("", response_model=Page[JobListed], summary="List jobs", openapi_extra=needs(Permission.READ))
def list_jobs(request: Request, process: Here, actor: Caller, query: Annotated[JobsQuery, Query()]) -> Response:
    """Long work in the order in which it was asked for; for a producer's key, that of its own orders."""
    with process.here.store.reading() as session:
        return page(request, work.visible_work(session, actor, query.wanted, query.state).map(JobListed.of))


@router.get("/{job}", response_model=JobShown, summary="Show a job", openapi_extra=needs(Permission.READ))
def show_job(process: Here, actor: Caller, job: RefInPath, known: KnownTag = None) -> Response:
    """How far a job is; for a producer's key, of its own orders. Ask again every second or so."""
    with process.here.store.reading() as session:
        return told(JobShown.made(work.work(session, actor, job)), known)


@router.post(
    "/{job}/retry",
    response_model=JobShown,
    responses=conflicts(),
    summary="Try a failed job again",
    openapi_extra=needs(Permission.MANAGE_JOBS),
)
def retry_job(process: Here, actor: Caller, job: RefInPath) -> Response:
    """At once; 409 for a job that has not failed."""
    with process.here.store.acting() as act:
        work.retry_work(act, actor, job)
        shown = JobShown.made(work.work(act.session, actor, job))
        act.commit()
    return told(shown)


@router.post(
    "/{job}/cancellation",
    response_model=JobShown,
    responses=conflicts(),
    summary="Cancel a job",
    openapi_extra=needs(Permission.MANAGE_JOBS),
)
def cancel_job(process: Here, actor: Caller, job: RefInPath) -> Response:
    """End a job that has not ended; 409 for one that has, or that comes round by itself."""
    with process.here.store.acting() as act:
        work.cancel_work(act, actor, job)
        shown = JobShown.made(work.work(act.session, actor, job))
        act.commit()
    return told(shown)
