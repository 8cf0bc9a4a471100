"""The register of trade items."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk
from api.web.regulator.words import Words, name_of
from gimark.registry.directory.rules import parts_of
from gimark.registry.enterprises.queries import enterprise
from gimark.registry.items.queries import item
from gimark.registry.rights.queries import products
from gimark.registry.rolls.items import ItemFilter, item_rows
from gimark.registry.rolls.names import Named, Names
from gimark.store.paging import MOST, Wanted

router = APIRouter(prefix="/regulator/items")


@router.get("")
def items(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The list."""
    listing = listing_of(request, ("q", "product"), ("-registered", "gtin"))
    chosen = ItemFilter(parts_of(listing.filters["q"]), listing.filters["product"] or None)
    with process.here.store.reading() as session:
        found = item_rows(session, seat.actor, listing.wanted, chosen, listing.order)
        known = products(session, seat.actor, Wanted(MOST)).items
    choices = [(one.ref, name_of(Named(one.ref, one.name_zh, one.name_en), seat.language)) for one in known]
    return desk_page(process, seat, request, "regulator/items.html", listing=listing, found=found, products=choices)


@router.get("/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them."""
    with process.here.store.reading() as session:
        facts = item(session, seat.actor, ref)
        holder = enterprise(session, seat.actor, facts.enterprise_ref)
        names = Names(session)
        rights = [right for right in names.rights.values() if right.ref in facts.right_refs]
        product_id = next(id_ for id_, product in names.products.items() if product.ref == facts.product_ref)
        product_class = names.class_of(product_id, facts.product_class)
    return desk_page(
        process,
        seat,
        request,
        "regulator/item.html",
        facts=facts,
        holder=holder,
        rights=rights,
        product_class=product_class,
        w=Words(seat.language),
    )
