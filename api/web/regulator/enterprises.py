"""The register of enterprises: the list, one of them with all that became of it, and registering a new one."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.desk.towns import town_choices
from api.web.regulator.words import Words, events_of, kind_choices, standing_choices
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark import explorer
from gimark.accounts.rules import Permission, require
from gimark.clock import local_day
from gimark.registry.authorizations.rules import Standing
from gimark.registry.directory.rules import parts_of
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.enterprises.queries import enterprise
from gimark.registry.rolls.authorizations import AuthorizationFilter, authorization_rows
from gimark.registry.rolls.enterprises import EnterpriseFilter, enterprise_rows
from gimark.registry.rolls.items import ItemFilter, item_rows
from gimark.registry.rolls.names import Names
from gimark.store.paging import MOST, Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator/enterprises")
FORM = "regulator/enterprise-new.html"
NEWEST = 12


@router.get("")
def enterprises(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The list."""
    listing = listing_of(request, ("q", "standing", "kind", "town"), ("-registered", "uscc"))
    asked = listing.filters
    chosen = EnterpriseFilter(
        parts_of(asked["q"]),
        EnterpriseKind(asked["kind"]) if asked["kind"] in set(EnterpriseKind) else None,
        asked["town"] or None,
        Standing(asked["standing"]) if asked["standing"] in set(Standing) else None,
    )
    today = local_day(process.here.store.clock.now())
    with process.here.store.reading() as session:
        found = enterprise_rows(session, seat.actor, listing.wanted, chosen, today, listing.order)
        places = town_choices(session, seat)
    return desk_page(
        process,
        seat,
        request,
        "regulator/enterprises.html",
        listing=listing,
        found=found,
        kinds=kind_choices(seat.language),
        towns=places,
        standings=standing_choices(seat.language),
        w=Words(seat.language),
        may_register=Permission.MANAGE_REGISTRY in seat.actor.permissions,
    )


@router.get("/new")
def ask(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The form of a new one."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    form = blank(kind=EnterpriseKind.COOPERATIVE)
    return desk_page(process, seat, request, FORM, form=form, **_choices(process, seat))


@router.post("/new")
def register(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Register it."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        form = EnterpriseForm(
            uscc=sent.text("uscc"),
            name_zh=sent.text("name"),
            kind=sent.choice("kind", EnterpriseKind),
            town_code=sent.text("town"),
            address=sent.text("address"),
            name_en=sent.optional("name_en"),
            contact=sent.optional("contact"),
            phone=sent.optional("phone"),
            sc_licence=sent.optional("sc_licence"),
        )
        made = register_enterprise(act, seat.actor, form)
        said = say(N_("已登记%(name)s，账本第 %(index)s 条。"), name=made.name_zh, index=f"{made.ledger_index:,}")
        return Done(f"/regulator/enterprises/{made.ref}", said)

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, FORM, sent, error, **_choices(process, seat))


@router.get("/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them, with its authorizations, items and what the ledger has about it."""
    today = local_day(process.here.store.clock.now())
    with process.here.store.reading() as session:
        facts = enterprise(session, seat.actor, ref)
        held = authorization_rows(session, seat.actor, Wanted(MOST), AuthorizationFilter(enterprise=ref), today)
        items = item_rows(session, seat.actor, Wanted(MOST), ItemFilter(enterprise=ref))
        town = Names(session).town(facts.town_code)
        logged = explorer.newest(session, limit=NEWEST, about=facts.uscc)
    return desk_page(
        process,
        seat,
        request,
        "regulator/enterprise.html",
        facts=facts,
        town=town,
        kind=dict(kind_choices(seat.language))[facts.kind],
        held=held,
        items=items,
        events=events_of(logged.entries, seat.language),
        has_more=logged.before is not None,
        w=Words(seat.language),
        may_grant=Permission.MANAGE_AUTHORIZATIONS in seat.actor.permissions,
        may_register=Permission.MANAGE_REGISTRY in seat.actor.permissions,
    )


def _choices(process: Process, seat: Seat) -> dict[str, Any]:
    with process.here.store.reading() as session:
        return {"towns": town_choices(session, seat), "kinds": [(*kind, "") for kind in kind_choices(seat.language)]}
