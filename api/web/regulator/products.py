"""Products: one of them with its classes, rights and history, and the form that enters another."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk
from api.web.regulator.words import Words, events_of
from api.web.translation import N_, sayer
from gimark.accounts.rules import Permission, require
from gimark.explorer import LoggedEntry
from gimark.ledger import book
from gimark.registry.rights.actions import KEY, ProductClassForm, add_product
from gimark.registry.rights.queries import product, rights
from gimark.registry.rolls.names import Names
from gimark.store.paging import MOST, Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator/products")

NEW, ONE = "regulator/product-new.html", "regulator/product.html"
# Rows of the form: as many classes as a standard tells apart, and those that are there at once.
ROWS, FIRST_ROWS = 10, 3
FOOD, LICENCE = "food", "licence"


@router.get("/new")
def ask(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The form."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    return desk_page(process, seat, request, NEW, form=blank(), rows=ROWS, first_rows=FIRST_ROWS, longest_key=KEY)


@router.post("/new")
def enter(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Enter it. It becomes public with its first right."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        made = add_product(act, seat.actor, sent.text("name"), sent.optional("name_en"), classes_in(sent))
        said = say(N_("已录入“%(name)s”。登记第一项权利后对外公示。"), name=made.name_zh)
        return Done(f"/regulator/products/{made.ref}", said)

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        shown = {"rows": ROWS, "first_rows": FIRST_ROWS, "longest_key": KEY}
        return refused(process, seat, request, NEW, sent, error, **shown)


@router.get("/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them."""
    with process.here.store.reading() as session:
        facts = product(session, seat.actor, ref)
        held = rights(session, seat.actor, Wanted(MOST), ref).items
        named = {right.ref: right for right in Names(session).rights.values()}
        indices = {index for one in held for index in (one.ledger_index, *(c.ledger_index for c in one.changes))}
        entries = [LoggedEntry(index, book.entry(session, index)) for index in sorted(indices, reverse=True)]
    return desk_page(
        process,
        seat,
        request,
        ONE,
        facts=facts,
        held=held,
        named=named,
        events=events_of(entries, seat.language),
        may_register=Permission.MANAGE_REGISTRY in seat.actor.permissions,
        w=Words(seat.language),
    )


def classes_in(sent: Sent) -> list[ProductClassForm]:
    """The classes, down to the last row in which anything stands; a row left out between is refused at its place."""
    rows = [_class(sent, f"classes/{row}") for row in range(ROWS)]
    last = max((row for row, (_, is_filled) in enumerate(rows) if is_filled), default=-1)
    return [form for form, _ in rows[: last + 1]]


def _class(sent: Sent, row: str) -> tuple[ProductClassForm, bool]:
    """One row, and whether anything stands in it."""
    key, name, name_en = (sent.text(f"{row}/{field}") for field in ("key", "name", "name_en"))
    traits = sent.texts(f"{row}/traits")
    form = ProductClassForm(key, name, name_en or None, FOOD in traits, LICENCE in traits)
    return form, bool(key or name or name_en or traits)
