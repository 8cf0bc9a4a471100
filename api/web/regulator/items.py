"""The register of trade items: the list, one of them with its history, and registering another for an enterprise."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.desk.wares import item_in
from api.web.regulator.words import Words, events_of, name_of
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark import explorer
from gimark.accounts.rules import Permission, require
from gimark.registry.directory.rules import parts_of
from gimark.registry.enterprises.queries import enterprise
from gimark.registry.items.actions import register_item
from gimark.registry.items.queries import item
from gimark.registry.rights.queries import product, products, rights
from gimark.registry.rolls.items import ItemFilter, item_rows
from gimark.registry.rolls.names import Named, Names
from gimark.store.paging import MOST, Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator")

NEW = "regulator/item-new.html"
NEWEST = 12


@router.get("/items")
def items(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The list."""
    listing = listing_of(request, ("q", "product"), ("-registered", "gtin"))
    chosen = ItemFilter(parts_of(listing.filters["q"]), listing.filters["product"] or None)
    with process.here.store.reading() as session:
        found = item_rows(session, seat.actor, listing.wanted, chosen, listing.order)
        known = products(session, seat.actor, Wanted(MOST)).items
    choices = [(one.ref, name_of(Named(one.ref, one.name_zh, one.name_en), seat.language)) for one in known]
    may_register = Permission.MANAGE_REGISTRY in seat.actor.permissions
    values: dict[str, Any] = {"found": found, "products": choices, "may_register": may_register}
    return desk_page(process, seat, request, "regulator/items.html", listing=listing, **values)


@router.get("/items/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them."""
    with process.here.store.reading() as session:
        facts = item(session, seat.actor, ref)
        holder = enterprise(session, seat.actor, facts.enterprise_ref)
        names = Names(session)
        carried = [right for right in names.rights.values() if right.ref in facts.right_refs]
        product_id = next(id_ for id_, product in names.products.items() if product.ref == facts.product_ref)
        product_class = names.class_of(product_id, facts.product_class)
        logged = explorer.newest(session, limit=NEWEST, about=facts.gtin)
    return desk_page(
        process,
        seat,
        request,
        "regulator/item.html",
        facts=facts,
        holder=holder,
        rights=carried,
        product_class=product_class,
        events=events_of(logged.entries, seat.language),
        has_more=logged.before is not None,
        w=Words(seat.language),
    )


@router.get("/enterprises/{enterprise}/items/new")
def ask(request: Request, process: Here, seat: AtRegulatorDesk, enterprise: str) -> Response:
    """First of which product, then the form."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    chosen = request.query_params.get("product", "")
    values = _choices(process, seat, enterprise, chosen)
    return desk_page(process, seat, request, NEW, form=blank(product=chosen), **values)


@router.post("/enterprises/{enterprise}/items/new")
def register(request: Request, process: Here, seat: AtRegulatorDesk, enterprise: str, sent: Sending) -> Response:
    """Register it for the enterprise."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        made = register_item(act, seat.actor, item_in(sent, enterprise))
        said = say(N_("商品“%(name)s”已登记。"), name=made.name_zh)
        return Done(f"/regulator/items/{made.ref}", said)

    values = _choices(process, seat, enterprise, sent.text("product"))
    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, NEW, sent, error, **values)


def _choices(process: Process, seat: Seat, enterprise_ref: str, product_ref: str) -> dict[str, Any]:
    """Whose it is to be, the products with a right, and of the one that was chosen its rights, classes and grades."""
    with process.here.store.reading() as session:
        holder = enterprise(session, seat.actor, enterprise_ref)
        known = tuple(Names(session).rights.values())
        chosen = product(session, seat.actor, product_ref) if product_ref else None
        held = rights(session, seat.actor, Wanted(MOST), product_ref).items if product_ref else ()
    w, language = Words(seat.language), seat.language
    routes = {right.ref: w.route(right) for right in known}
    grades = dict.fromkeys(grade for one in held for grade in one.defined_grades)
    with_right = {right.product.ref: name_of(right.product, language) for right in known}
    return {
        "holder": holder,
        "products": [(ref, name, "") for ref, name in with_right.items()],
        "product": chosen,
        "rights": [(one.ref, routes[one.ref], "") for one in held],
        "classes": [(c.key, name_of(Named(c.key, c.name_zh, c.name_en), language)) for c in chosen.classes]
        if chosen
        else [],
        "grades": [(grade, grade) for grade in grades],
    }
