"""Ordering codes with their labels: the batch first, then how many and on what, seen before anything is done."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.jobs.ordering import order_codes_with_labels
from api.jobs.previewing import LabelChoice, preview_of_batch
from api.v1.door import Here
from api.web.assets import LABEL_CHOICE
from api.web.desk.forms import REFUSED, Form, Refusal, Sending, Sent, blank, refused, sentence
from api.web.desk.pages import HEADERS, desk_page, see
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.producer.label_forms import beside, read_choice, shown_choice
from api.web.producer.words import BATCH
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.errors import Checklist, InvalidInputError
from gimark.issuance.orders import order_rows
from gimark.issuance.stages import OrderStage
from gimark.production.lists import BatchFilter
from gimark.production.overview import BatchRow, batch_row, batch_rows
from gimark.store.paging import Wanted

router = APIRouter(prefix="/producer/orders/new")

CHOOSE, ORDER = "producer/order-batch.html", "producer/order-new.html"
NEWEST = 100
STEPS = (N_("选批次"), N_("数量与标签"), N_("制作与下载"))
CAME_TO_NOTHING = (OrderStage.ISSUE_FAILED, OrderStage.UNFINISHED)
SHOWN_AGAIN = ("count", "template", "printer", "dpi", "format", "skip", "right", "down")


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
    chosen = shown_choice(process, seat, form).template
    form = Form({**form.values, "template": (chosen,)}, form.faults, form.once)
    return desk_page(process, seat, request, ORDER, form=form, **_beside(process, seat, row, form))


@router.get("/label.svg")
def picture(
    process: Here,
    seat: AtProducerDesk,
    batch: str,
    template: str,
    dpi: int = 300,
    on_pack: Annotated[tuple[str, ...], Query(max_length=20)] = (),
) -> Response:
    """One label of a batch, true to size, with a specimen in the place of a code."""
    svg = preview_of_batch(process.here, seat.actor, batch, LabelChoice(template, dpi, on_pack=on_pack))
    return Response(svg.encode(), 200, HEADERS, "image/svg+xml")


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
        count, choice = _asked(process, seat, sent)
        done = order_codes_with_labels(process.here, seat.actor, row.batch.ref, count, choice, sent.once)
    except REFUSED as error:
        return _refused(process, seat, request, sent, error, row)
    say = sayer(seat.language)
    told = say(N_("已下单。可以关掉这一页，稍后再来下载。"))
    if done.refusal is not None:
        why = " ".join(sentence(fault, seat.language) for fault in done.refusal.faults)
        told = say(N_("已赋码，标签没有做成：%(why)s"), why=why)
    return see(process, request, f"/producer/orders/{done.ref}", told)


def _asked(process: Process, seat: Seat, sent: Sent) -> tuple[int, LabelChoice]:
    checklist = Checklist()
    count = checklist.take(lambda: sent.whole("count"))
    choice = checklist.take(lambda: read_choice(process, seat, sent))
    checklist.settle()
    assert count is not None
    assert choice is not None
    return count, choice


def _choose_batch(process: Process, seat: Seat, request: Request) -> Response:
    store = process.here.store
    process.fonts.begin()  # the next page shows a label
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


def _beside(process: Process, seat: Seat, row: BatchRow, form: Form) -> dict[str, Any]:
    say = sayer(seat.language)
    with process.here.store.reading() as session:
        # Whoever came back from an order would otherwise order once more without knowing.
        made = order_rows(session, seat.actor, Wanted(newest_first=True), row.batch.ref).items
    return {
        "row": row,
        "latest": next((order for order in made if order.stage not in CAME_TO_NOTHING), None),
        "steps": [say(step) for step in STEPS],
        "script": LABEL_CHOICE.path,
        **beside(process, seat, row.batch.ref, form),
    }


def _refused(process: Process, seat: Seat, request: Request, sent: Sent, error: Refusal, row: BatchRow) -> Response:
    beside = _beside(process, seat, row, sent.form(error, seat.language))
    return refused(process, seat, request, ORDER, sent, error, **beside)
