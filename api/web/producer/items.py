"""Trade items: what the enterprise sells under each of its GTINs."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.desk.wares import item_in
from api.web.producer.words import RIGHT_KIND
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.clock import local_day
from gimark.registry.authorizations.rules import Standing
from gimark.registry.authorizations.standings import standing_authorizations
from gimark.registry.enterprises.queries import own_enterprise
from gimark.registry.items.actions import register_item
from gimark.registry.items.queries import items
from gimark.registry.rights.queries import products
from gimark.store.paging import MOST, Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/producer/items")

LIST, NEW = "producer/items.html", "producer/item-new.html"
# An item may be registered before its authorization begins, or while that is suspended; no code is issued for it then.
USABLE = frozenset({Standing.ACTIVE, Standing.NOT_YET, Standing.SUSPENDED})


@router.get("")
def show(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """The items, in the order of registration."""
    listing = listing_of(request)
    with process.here.store.reading() as session:
        found = items(session, seat.actor, listing.wanted)
        classes = _class_names(session, seat)
    may_register = Permission.MANAGE_ITEMS in seat.actor.permissions
    return desk_page(
        process, seat, request, LIST, listing=listing, found=found, classes=classes, can_register=may_register
    )


@router.get("/new")
def ask(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """The form, with the rights and classes that the enterprise is authorised for."""
    require(seat.actor, Permission.MANAGE_ITEMS)
    offered = _choices(process, seat)
    return desk_page(process, seat, request, NEW, form=blank(), **offered)


@router.post("/new")
def register(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Register one."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        own = own_enterprise(act.session, seat.actor)
        assert own is not None
        form = item_in(sent, own.ref)
        register_item(act, seat.actor, form)
        return Done("/producer/items", say(N_("商品“%(name)s”已登记。"), name=form.name_zh))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, NEW, sent, error, **_choices(process, seat))


def _choices(process: Process, seat: Seat) -> dict[str, Any]:
    """The rights that the enterprise is authorised for, and their classes."""
    store, say = process.here.store, sayer(seat.language)
    with store.reading() as session:
        held = standing_authorizations(session, seat.actor, local_day(store.clock.now()))
        names = _class_names(session, seat)
    usable = [one for one in held if one.standing in USABLE]
    chosen = {
        one.right_ref: (
            f"{one.product_en if seat.language == 'en' and one.product_en else one.product_zh}",
            say(RIGHT_KIND[one.kind]),
        )
        for one in usable
    }
    classes = sorted({key for one in usable for key in one.classes})
    return {
        "rights": [(ref, name, kind) for ref, (name, kind) in chosen.items()],
        "classes": [(key, names.get(key, key)) for key in classes],
    }


def _class_names(session: Session, seat: Seat) -> dict[str, str]:
    """Every class of every product, by its key, as the seat's language has it."""
    is_english = seat.language == "en"
    return {
        kind.key: kind.name_en if is_english and kind.name_en else kind.name_zh
        for product in products(session, seat.actor, Wanted(MOST)).items
        for kind in product.classes
    }
