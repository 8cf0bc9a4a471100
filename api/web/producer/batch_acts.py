"""What is done with a registered batch: its packing confirmed, its data amended, the whole of it recalled."""

from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Form, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.desk.towns import town_choices
from api.web.producer.registering import kg_text
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.clock import local_day
from gimark.errors import Checklist, ConflictError, Fault
from gimark.exchange.cells import grams_of
from gimark.production.actions import amend_batch, confirm_batch, recall_batch
from gimark.production.lists import batch_acts
from gimark.production.overview import BatchRow, batch_row
from gimark.production.rules import BatchTerms
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/producer/batches/{batch}")

CONFIRM, AMEND, RECALL = "producer/batch-confirm.html", "producer/batch-amend.html", "producer/batch-recall.html"


@router.get("/confirmation")
def ask_confirmation(request: Request, process: Here, seat: AtProducerDesk, batch: str) -> Response:
    """What was really packed, and when; today and the planned mass to begin with."""
    require(seat.actor, Permission.MANAGE_BATCHES)
    row = _row(process, seat, batch)
    today = local_day(process.here.store.clock.now())
    form = blank(packed_g=kg_text(row.batch.terms.planned_g), packed_on=today)
    return desk_page(process, seat, request, CONFIRM, form=form, row=row)


@router.post("/confirmation")
def confirm(request: Request, process: Here, seat: AtProducerDesk, batch: str, sent: Sending) -> Response:
    """Confirm it."""
    say = sayer(seat.language)
    row = _row(process, seat, batch)
    try:
        packed_g, packed_on = _packing(sent)

        def do(act: Act) -> Done:
            done = confirm_batch(act, seat.actor, batch, packed_g, packed_on)
            return Done(f"/producer/batches/{batch}", say(N_("批次 %(lot)s 的包装已确认。"), lot=done.lot))

        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, CONFIRM, sent, error, row=row)


@router.get("/amendment")
def ask_amendment(request: Request, process: Here, seat: AtProducerDesk, batch: str) -> Response:
    """The batch as it is, to be corrected."""
    require(seat.actor, Permission.MANAGE_BATCHES)
    row = _row(process, seat, batch)
    terms = row.batch.terms
    form = blank(
        town=terms.town_code,
        harvested_from=terms.harvested_from,
        harvested_until=terms.harvested_until,
        planned_g=kg_text(terms.planned_g),
        packed_g=None if terms.packed_g is None else kg_text(terms.packed_g),
        packed_on=terms.packed_on,
        seen=_version(process, seat, batch),
    )
    return _amendment(process, seat, request, row, form)


@router.post("/amendment")
def amend(request: Request, process: Here, seat: AtProducerDesk, batch: str, sent: Sending) -> Response:
    """Amend it, unless somebody did something with it since the form was opened."""
    say = sayer(seat.language)
    row = _row(process, seat, batch)
    try:
        terms = _terms(sent, row.batch.terms)

        def do(act: Act) -> Done:
            if sent.text("seen") != str(len(batch_acts(act.session, seat.actor, batch))):
                raise _changed_meanwhile()
            done = amend_batch(act, seat.actor, batch, terms, sent.text("reason"))
            return Done(f"/producer/batches/{batch}", say(N_("批次 %(lot)s 已更正。"), lot=done.lot))

        return once(process, seat, request, sent, do)
    except REFUSED as error:
        values = {"row": row, "towns": _towns(process, seat)}
        return refused(process, seat, request, AMEND, sent, error, **values)


@router.get("/recall")
def ask_recall(request: Request, process: Here, seat: AtProducerDesk, batch: str) -> Response:
    """What a recall will do."""
    require(seat.actor, Permission.RECALL_BATCHES)
    return desk_page(process, seat, request, RECALL, form=blank(), row=_row(process, seat, batch))


@router.post("/recall")
def recall(request: Request, process: Here, seat: AtProducerDesk, batch: str, sent: Sending) -> Response:
    """Recall it."""
    say = sayer(seat.language)
    row = _row(process, seat, batch)
    try:

        def do(act: Act) -> Done:
            done = recall_batch(act, seat.actor, batch, sent.text("reason"))
            told = N_("批次 %(lot)s 已召回，它的标识从现在起显示红色。")
            return Done(f"/producer/batches/{batch}", say(told, lot=done.lot))

        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, RECALL, sent, error, row=row)


def _row(process: Process, seat: Seat, batch: str) -> BatchRow:
    store = process.here.store
    with store.reading() as session:
        return batch_row(session, seat.actor, batch, store.clock.now())


def _version(process: Process, seat: Seat, batch: str) -> int:
    """How many acts there are on the batch: what an amendment was decided on."""
    with process.here.store.reading() as session:
        return len(batch_acts(session, seat.actor, batch))


def _towns(process: Process, seat: Seat) -> list[tuple[str, str]]:
    with process.here.store.reading() as session:
        return town_choices(session, seat)


def _amendment(process: Process, seat: Seat, request: Request, row: BatchRow, form: Form) -> Response:
    return desk_page(process, seat, request, AMEND, form=form, row=row, towns=_towns(process, seat))


def _packing(sent: Sent) -> tuple[int, date]:
    checklist = Checklist()
    packed_g = checklist.take(lambda: grams_of(sent.text("packed_g"), "packed_g"))
    packed_on = checklist.take(lambda: sent.day("packed_on"))
    checklist.settle()
    assert packed_g is not None
    assert packed_on is not None
    return packed_g, packed_on


def _terms(sent: Sent, before: BatchTerms) -> BatchTerms:
    """The terms as typed; those of the packing alone when it was confirmed."""
    checklist = Checklist()
    harvested_from = checklist.take(lambda: sent.day("harvested_from"))
    harvested_until = checklist.take(lambda: sent.day("harvested_until"))
    planned_g = checklist.take(lambda: grams_of(sent.text("planned_g"), "planned_g"))
    packing: tuple[int, date] | None = None
    if before.packed_on is not None:
        packing = checklist.take(lambda: _packing(sent))
    checklist.settle()
    assert harvested_from is not None
    assert harvested_until is not None
    assert planned_g is not None
    terms = BatchTerms(sent.text("town"), harvested_from, harvested_until, planned_g)
    return terms if packing is None else replace(terms, packed_g=packing[0], packed_on=packing[1])


def _changed_meanwhile() -> ConflictError:
    return ConflictError(
        (
            Fault(
                "",
                "这一批刚被别人办理过",
                "somebody has done something with this batch since you opened the page",
                "没有执行任何操作；请重新打开这一页，看过最新资料再更正",
                "Nothing was done; open the page again and look at the batch as it is now",
            ),
        )
    )
