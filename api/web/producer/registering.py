"""Registering a batch in under a minute: the form begins as the last batch ended, or as the one that is copied."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Form, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.desk.towns import town_choices
from api.web.producer.batches import item_name, own_items
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.clock import local_day
from gimark.errors import Checklist
from gimark.exchange.cells import folded, grams_of
from gimark.production.actions import register_batch
from gimark.production.registering import BatchForm
from gimark.production.suggesting import suggestion
from gimark.quantities import GRAMS_PER_KG
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/producer/batches/new")

PAGE = "producer/batch-new.html"


@router.get("")
def ask(request: Request, process: Here, seat: AtProducerDesk, copy: str | None = None) -> Response:
    """The form, filled as far as can be guessed."""
    require(seat.actor, Permission.MANAGE_BATCHES)
    store = process.here.store
    with store.reading() as session:
        like = suggestion(session, seat.actor, local_day(store.clock.now()), copy)
    form = blank(
        item=like.item_ref,
        lot=like.lot,
        town=like.town_code,
        harvested_from=like.harvested_from,
        harvested_until=like.harvested_until,
        planned_g=None if like.planned_g is None else kg_text(like.planned_g),
    )
    return _page(process, seat, request, form, is_copy=copy is not None)


@router.post("")
def register(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Register it, and go on to its page, from where codes are ordered."""
    say = sayer(seat.language)
    try:
        form = _batch_form(sent)

        def do(act: Act) -> Done:
            batch = register_batch(act, seat.actor, form)
            return Done(f"/producer/batches/{batch.ref}", say(N_("批次 %(lot)s 已登记。"), lot=batch.lot))

        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, PAGE, sent, error, **_choices(process, seat), is_copy=False)


def _batch_form(sent: Sent) -> BatchForm:
    """What was typed, with everything at once that cannot be read."""
    checklist = Checklist()
    harvested_from = checklist.take(lambda: sent.day("harvested_from"))
    harvested_until = checklist.take(lambda: sent.day("harvested_until"))
    planned_g = checklist.take(lambda: grams_of(sent.text("planned_g"), "planned_g"))
    checklist.settle()
    assert harvested_from is not None
    assert harvested_until is not None
    assert planned_g is not None
    return BatchForm(
        item_ref=sent.text("item"),
        lot=folded(sent.text("lot")).upper(),
        town_code=sent.text("town"),
        harvested_from=harvested_from,
        harvested_until=harvested_until,
        planned_g=planned_g,
        producer_lot=sent.optional("producer_lot"),
    )


def _page(process: Process, seat: Seat, request: Request, form: Form, *, is_copy: bool) -> Response:
    return desk_page(process, seat, request, PAGE, form=form, is_copy=is_copy, **_choices(process, seat))


def _choices(process: Process, seat: Seat) -> dict[str, Any]:
    with process.here.store.reading() as session:
        return {
            "items": [(one.ref, item_name(one, seat.language)) for one in own_items(session, seat.actor)],
            "towns": town_choices(session, seat),
        }


def kg_text(grams: int) -> str:
    """Grams as a person writes kilograms into a field: 1860, 0.25."""
    whole, rest = divmod(grams, GRAMS_PER_KG)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".")
