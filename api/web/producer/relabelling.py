"""Labels for an order whose codes are issued: made for the first time, or once more after they could not be."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.jobs.labelling import order_labels
from api.v1.door import Here
from api.web.assets import LABEL_CHOICE
from api.web.desk.forms import REFUSED, Form, Sending, blank, refused
from api.web.desk.pages import desk_page, see
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.producer.label_forms import beside, read_choice, shown_choice
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, not_found, require
from gimark.errors import InvalidInputError
from gimark.issuance.orders import OrderRow, order_row
from gimark.issuance.printing import PrintForm

router = APIRouter(prefix="/producer/orders/{order}/labels")

PAGE = "producer/order-labels.html"


@router.get("")
def ask(request: Request, process: Here, seat: AtProducerDesk, order: str) -> Response:
    """The choice, beginning with the usual one, or as the address has it."""
    require(seat.actor, Permission.CHANGE_CODES)
    row = _issued(process, seat, order)
    given = request.query_params
    usual = {"template": "", "printer": "", "dpi": "300", "format": "pdf"}
    shown = {name: given.get(name, text) for name, text in usual.items()}
    form = blank(**shown, first=1, last=row.count, on_pack=tuple(given.getlist("on_pack")))
    form = Form({**form.values, "template": (shown_choice(process, seat, form).template,)}, form.faults, form.once)
    return desk_page(process, seat, request, PAGE, form=form, **_beside(process, seat, row, form))


@router.post("")
def make(request: Request, process: Here, seat: AtProducerDesk, order: str, sent: Sending) -> Response:
    """Have them made. Codes that were printed before need a reason, which is public."""
    row = _issued(process, seat, order)
    run_ref = row.run_ref
    assert run_ref is not None
    if sent.text("show"):
        form = sent.form(InvalidInputError(()), seat.language)
        return desk_page(process, seat, request, PAGE, form=form, **_beside(process, seat, row, form))
    try:
        choice = read_choice(process, seat, sent)
        order_labels(
            process.here,
            seat.actor,
            PrintForm(
                run_ref=run_ref,
                first=sent.whole("first") - 1,
                last=sent.whole("last") - 1,
                template=choice.template,
                dpi=choice.dpi,
                idempotency_key=sent.once,
                on_pack=choice.on_pack,
                reprint_reason=sent.optional("reprint_reason"),
                format=choice.format,
                skip=choice.skip,
                offset_um=choice.offset_um,
            ),
        )
    except REFUSED as error:
        form = sent.form(error, seat.language)
        return refused(process, seat, request, PAGE, sent, error, **_beside(process, seat, row, form))
    return see(process, request, f"/producer/orders/{order}", sayer(seat.language)(N_("标签正在制作。")))


def _issued(process: Process, seat: Seat, order: str) -> OrderRow:
    """The order, once it has codes. Raises NotFoundError."""
    with process.here.store.reading() as session:
        row = order_row(session, seat.actor, order)
    if row.run_ref is None:
        raise not_found("order")
    return row


def _beside(process: Process, seat: Seat, row: OrderRow, form: Form) -> dict[str, Any]:
    return {"row": row, "script": LABEL_CHOICE.path, **beside(process, seat, row.batch_ref, form)}
