"""Orders for codes: the list, and one order from the wish to the files and to where each of its codes stands."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api.jobs.ordering import labels_job
from api.v1.door import Here
from api.web.assets import ORDER_PROGRESS
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.ranges import SHOWN_STRETCHES, pieces_of, range_events
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.desk.titles import template_titles
from api.web.language import Language
from api.web.producer.words import CODE, STAGE, WITHHELD
from api.web.translation import N_, sayer
from gimark.accounts.rules import Permission
from gimark.issuance.lists import ListedRun, RunRanges, run, run_ranges
from gimark.issuance.orders import OrderedLabels, OrderRow, labels_of, order_row, order_rows
from gimark.issuance.stages import UNDER_WAY, OrderStage
from gimark.jobs.queries import JobFacts, job_by_key

router = APIRouter(prefix="/producer/orders")

STEPS = (N_("赋码"), N_("制作标签"), N_("下载文件"))
AT_STEP = {
    OrderStage.ISSUING: 1,
    OrderStage.ISSUE_FAILED: 1,
    OrderStage.UNFINISHED: 1,
    OrderStage.ISSUED: 2,
    OrderStage.PRINTING: 2,
    OrderStage.PRINT_FAILED: 2,
    OrderStage.PRINTED: 3,
}


@router.get("")
def orders(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """The newest first."""
    listing = listing_of(request, sorts=("-ordered",))
    with process.here.store.reading() as session:
        found = order_rows(session, seat.actor, listing.wanted)
    may_order = Permission.ISSUE_CODES in seat.actor.permissions
    page = "producer/orders.html"
    return desk_page(process, seat, request, page, listing=listing, found=found, stages=STAGE, can_order=may_order)


@router.get("/{order}")
def show(request: Request, process: Here, seat: AtProducerDesk, order: str) -> Response:
    """One order. While work on it is under way the page follows it (static/order-progress.js, or by loading anew)."""
    say = sayer(seat.language)
    with process.here.store.reading() as session:
        row = order_row(session, seat.actor, order)
        labels = labels_of(session, seat.actor, order)
        follow_up = job_by_key(session, labels_job(order))
        issued = _issued(session, seat, row)
        titles = template_titles(session, [one.facts.template for one in labels], seat.language)
    pieces = [] if issued is None else pieces_of(process.here.keyring, *issued)
    may = seat.actor.permissions
    return desk_page(
        process,
        seat,
        request,
        "producer/order.html",
        row=row,
        labels=labels,
        titles=titles,
        withheld=WITHHELD,
        steps=[say(step) for step in STEPS],
        step=AT_STEP[row.stage],
        is_under_way=row.stage in UNDER_WAY,
        failure=_failure(row, labels, follow_up, seat.language),
        pieces=pieces[:SHOWN_STRETCHES],
        hidden_pieces=len(pieces[SHOWN_STRETCHES:]),
        events=[] if issued is None else range_events(*issued, seat.language),
        stages=STAGE,
        codes=CODE,
        can_print=Permission.CHANGE_CODES in may,
        can_activate=Permission.CHANGE_CODES in may,
        can_return=Permission.RETURN_CODES in may,
        script=ORDER_PROGRESS.path,
    )


def _issued(session: Session, seat: Seat, row: OrderRow) -> tuple[ListedRun, RunRanges] | None:
    if row.run_ref is None:
        return None
    return run(session, seat.actor, row.run_ref), run_ranges(session, seat.actor, row.run_ref)


def _failure(
    row: OrderRow, labels: Sequence[OrderedLabels], follow_up: JobFacts | None, language: Language
) -> str | None:
    """Why the order does not go on; None while it does. A job's error is in both languages, as its row has it."""
    if row.stage is OrderStage.ISSUE_FAILED:
        return _said(row.issuing, language)
    if row.stage is OrderStage.PRINT_FAILED and labels:
        return _said(labels[0].job, language)
    if row.stage is OrderStage.ISSUED:
        return _said(follow_up, language)
    return None


def _said(job: JobFacts | None, language: Language) -> str | None:
    return None if job is None else job.reason(language)
