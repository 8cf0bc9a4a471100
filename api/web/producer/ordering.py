"""Ordering codes with their labels: the batch first, then how many and on what, seen before anything is done."""

from fastapi import APIRouter, Request, Response

from api.jobs.ordering import order_codes_with_labels
from api.jobs.previewing import LabelChoice
from api.v1.door import Here
from api.web.assets import LABEL_CHOICE
from api.web.desk.forms import REFUSED, Form, Refusal, Sending, Sent, blank, refused, sentence
from api.web.desk.pages import desk_page, see
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.producer.label_forms import choices, preview, read_choice, usual_choice
from api.web.producer.words import BATCH
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.errors import Checklist, InvalidInputError
from gimark.production.lists import BatchFilter
from gimark.production.overview import BatchRow, batch_row, batch_rows
from gimark.store.paging import Wanted

router = APIRouter(prefix="/producer/orders/new")

CHOOSE, ORDER = "producer/order-batch.html", "producer/order-new.html"
NEWEST = 100
STEPS = (N_("选批次"), N_("数量与标签"), N_("制作与下载"))
SHOWN_AGAIN = ("batch", "count", "template", "dpi", "format", "skip", "right", "down")


@router.get("")
def ask(request: Request, process: Here, seat: AtProducerDesk, batch: str = "") -> Response:
    """The batches that have room, or the order for one of them as the address has it."""
    require(seat.actor, Permission.ISSUE_CODES)
    if not batch:
        return _choose_batch(process, seat, request)
    given = request.query_params
    row = _row(process, seat, batch)
    usual = {"template": "", "dpi": "300", "format": "pdf", "count": str(row.issuable)}
    form = blank(
        **{**usual, **{name: given[name] for name in SHOWN_AGAIN if name in given}},
        on_pack=tuple(given.getlist("on_pack")),
    )
    return desk_page(process, seat, request, ORDER, form=_complete(form), **_beside(process, seat, row, form))


@router.post("")
def order(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Order them, and go on to the order's page. What cannot be printed is refused before a code is issued.

    The button that only shows the label (where no script does) sends `show` and orders nothing.
    """
    row = _row(process, seat, sent.text("batch"))
    if sent.text("show"):
        form = sent.form(InvalidInputError(()), seat.language)
        return desk_page(process, seat, request, ORDER, form=form, **_beside(process, seat, row, form))
    try:
        count, choice = _asked(sent)
        done = order_codes_with_labels(process.here, seat.actor, row.batch.ref, count, choice, sent.once)
    except REFUSED as error:
        return _refused(process, seat, request, sent, error, row)
    say = sayer(seat.language)
    told = say(N_("已下单。可以关掉这一页，稍后再来下载。"))
    if done.refusal is not None:
        why = " ".join(sentence(fault, seat.language) for fault in done.refusal.faults)
        told = say(N_("已赋码，标签没有做成：%(why)s"), why=why)
    return see(process, request, f"/producer/orders/{done.ref}", told)


def _asked(sent: Sent) -> tuple[int, LabelChoice]:
    checklist = Checklist()
    count = checklist.take(lambda: sent.whole("count"))
    choice = checklist.take(lambda: read_choice(sent))
    checklist.settle()
    assert count is not None
    assert choice is not None
    return count, choice


def _choose_batch(process: Process, seat: Seat, request: Request) -> Response:
    store = process.here.store
    with store.reading() as session:
        newest = Wanted(NEWEST, newest_first=True)
        found = batch_rows(session, seat.actor, newest, BatchFilter(), store.clock.now()).items
    rows = [row for row in found if row.issuable]
    say = sayer(seat.language)
    steps = [say(step) for step in STEPS]
    return desk_page(process, seat, request, CHOOSE, rows=rows, words=BATCH, steps=steps)


def _row(process: Process, seat: Seat, batch: str) -> BatchRow:
    store = process.here.store
    with store.reading() as session:
        return batch_row(session, seat.actor, batch, store.clock.now())


def _complete(form: Form) -> Form:
    """The form with the template that is shown chosen."""
    return Form({**form.values, "template": (usual_choice(form).template,)}, form.faults, form.once)


def _beside(process: Process, seat: Seat, row: BatchRow, form: Form) -> dict[str, object]:
    say = sayer(seat.language)
    return {
        "row": row,
        "preview": preview(process, seat, row.batch.ref, usual_choice(form)),
        "steps": [say(step) for step in STEPS],
        "script": LABEL_CHOICE.path,
        **choices(process, seat, row.batch.ref),
    }


def _refused(process: Process, seat: Seat, request: Request, sent: Sent, error: Refusal, row: BatchRow) -> Response:
    beside = _beside(process, seat, row, sent.form(error, seat.language))
    return refused(process, seat, request, ORDER, sent, error, **beside)
