"""Orders for codes: the list, and one order from the wish to the files and to where each of its codes stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api.jobs.ordering import labels_job
from api.v1.door import Here
from api.web.assets import ORDER_PROGRESS
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.figures import Entry, count_text, entry_of, minute_text
from api.web.language import Language
from api.web.producer.words import CODE, RANGE_ACT, STAGE
from api.web.translation import N_, Say, sayer
from gimark.accounts.rules import Permission
from gimark.codes.serial import typed_form
from gimark.issuance.keyring import Keyring
from gimark.issuance.lists import ListedRun, RunRanges, run, run_ranges
from gimark.issuance.orders import OrderedLabels, OrderRow, labels_of, order_row, order_rows
from gimark.issuance.queries import ActOnRange
from gimark.issuance.rules import CodeState, Stretch
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
# A run that was cut into more pieces is rare, and its whole list is in the API.
SHOWN_STRETCHES, SHOWN_ACTS = 60, 60

Event = tuple[str, str, str, str | None, Entry]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of codes in one state, numbered from 1 as people count, with the typed codes of its two ends."""

    first: int
    last: int
    count: int
    state: CodeState
    first_code: str
    last_code: str


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
    pieces = [] if issued is None else _pieces(process.here.keyring, *issued)
    may = seat.actor.permissions
    return desk_page(
        process,
        seat,
        request,
        "producer/order.html",
        row=row,
        labels=labels,
        steps=[say(step) for step in STEPS],
        step=AT_STEP[row.stage],
        is_under_way=row.stage in UNDER_WAY,
        failure=_failure(row, labels, follow_up, seat.language),
        pieces=pieces[:SHOWN_STRETCHES],
        hidden_pieces=len(pieces[SHOWN_STRETCHES:]),
        events=[] if issued is None else _events(*issued, say, seat.language),
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


def _pieces(keyring: Keyring, found: ListedRun, ranges: RunRanges) -> list[Piece]:
    return [_piece(keyring, found, part) for part in ranges.states.stretches]


def _piece(keyring: Keyring, found: ListedRun, part: Stretch) -> Piece:
    facts = found.facts
    ends = [
        typed_form(keyring.ciphers[facts.epoch].encode(facts.number, index, 1)[0].tobytes().decode())
        for index in (part.first, part.last)
    ]
    return Piece(part.first + 1, part.last + 1, part.size, part.state, *ends)


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
    if job is None or job.error is None:
        return None
    chinese, _, english = job.error.partition(" / ")
    return english if language == "en" and english else chinese


def _events(found: ListedRun, ranges: RunRanges, say: Say, language: Language) -> list[Event]:
    """What was done with the codes, the newest first."""
    facts = found.facts
    issued = say(N_("赋码 %(count)s 枚"), count=count_text(facts.count))
    first = ("on", minute_text(facts.issued_at, language), issued, None, entry_of(facts.ledger_index))
    later = [_event(act, say, language) for act in ranges.acts[-SHOWN_ACTS:]]
    return [*reversed(later), first]


def _event(act: ActOnRange, say: Say, language: Language) -> Event:
    word = RANGE_ACT[act.kind]
    count = sum(last - first + 1 for first, last in act.spans)
    first, last = act.spans[0][0] + 1, act.spans[-1][1] + 1
    where = say(N_("第 %(first)s 至 %(last)s 枚"), first=count_text(first), last=count_text(last))
    detail = where if act.reason is None else f"{where} · {act.reason}"
    title = say(N_("%(act)s %(count)s 枚"), act=say(word.text), count=count_text(count))
    return word.tone, minute_text(act.at, language), title, detail, entry_of(act.ledger_index)
