"""Jobs as those see them who asked for the work: an order for codes or for labels, and what became of it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.issuance.issuing import issue_job
from gimark.issuance.model import IssueOrder, IssueRun, PrintOrder
from gimark.issuance.printing import print_job
from gimark.jobs.actions import cancel, retry
from gimark.jobs.kinds import ISSUE_CODES, PRINT_LABELS
from gimark.jobs.model import Job
from gimark.jobs.queries import JobFacts, job, job_by_key, job_not_found, jobs
from gimark.jobs.rules import JobState
from gimark.store.paging import Portion, Wanted
from gimark.store.unit_of_work import Act


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """A job with what it makes: the run, once it is issued, or the print order."""

    job: JobFacts
    run_ref: str | None = None
    print_ref: str | None = None


def work(session: Session, actor: Actor, ref: str) -> WorkFacts:
    """The job `ref`. A producer sees its own orders' jobs. Needs READ. Raises NotFoundError."""
    require(actor, Permission.READ)
    return _seen(session, actor, job(session, ref))


def work_of_order(session: Session, actor: Actor, order_ref: str) -> WorkFacts:
    """The job that issues a large order of codes. Raises NotFoundError."""
    found = job_by_key(session, issue_job(order_ref))
    if found is None:
        raise job_not_found()
    return _seen(session, actor, found)


def work_of_print(session: Session, print_ref: str) -> JobFacts | None:
    """The job of a print order; None when it was so long ago that it is forgotten."""
    return job_by_key(session, print_job(print_ref))


def visible_work(session: Session, actor: Actor, wanted: Wanted, state: JobState | None = None) -> Portion[JobFacts]:
    """The jobs (in `state`) in the order in which they were asked for; of a producer, those of its orders. READ.

    Jobs leave when they are old while orders stay, so jobs are walked and their orders looked up, not the other way.
    """
    require(actor, Permission.READ)
    if actor.enterprise_id is None:
        return jobs(session, wanted, state)
    return jobs(session, wanted, state, _is_of(actor.enterprise_id))


def _is_of(enterprise_id: int) -> ColumnElement[bool]:
    def ordered(kind: str, order: type[IssueOrder] | type[PrintOrder]) -> ColumnElement[bool]:
        ref = func.substr(Job.key, len(kind) + 2)
        own = exists().where(order.ref == ref, order.enterprise_id == enterprise_id)
        return and_(Job.kind == kind, own)

    return or_(ordered(ISSUE_CODES, IssueOrder), ordered(PRINT_LABELS, PrintOrder))


def retry_work(act: Act, actor: Actor, ref: str) -> None:
    """Try a failed job again at once. Needs MANAGE_JOBS. Raises NotFoundError, ConflictError."""
    require(actor, Permission.MANAGE_JOBS)
    retry(act, ref)


def cancel_work(act: Act, actor: Actor, ref: str) -> None:
    """End a job that has not ended. Needs MANAGE_JOBS. Raises NotFoundError, ConflictError."""
    require(actor, Permission.MANAGE_JOBS)
    cancel(act, ref)


def _seen(session: Session, actor: Actor, found: JobFacts) -> WorkFacts:
    ref = found.key.removeprefix(f"{found.kind}:")
    owner: int | None = None
    seen = WorkFacts(found)
    if found.kind == ISSUE_CODES:
        order = session.scalar(select(IssueOrder).where(IssueOrder.ref == ref))
        if order is not None:
            owner = order.enterprise_id
            run_ref = session.scalar(select(IssueRun.ref).where(IssueRun.order_id == order.id))
            seen = WorkFacts(found, run_ref=run_ref)
    elif found.kind == PRINT_LABELS:
        owner = session.scalar(select(PrintOrder.enterprise_id).where(PrintOrder.ref == ref))
        seen = WorkFacts(found, print_ref=ref)
    if actor.enterprise_id not in (None, owner):
        raise job_not_found()
    return seen
