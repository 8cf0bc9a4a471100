"""The register of products and the rights over their names: each fact with where it is known from."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk
from api.web.figures import day_text
from api.web.language import Language
from api.web.public.journey import Event
from api.web.public.rights import FACTS, right_in_words
from api.web.regulator.right_forms import WHOLE
from api.web.regulator.words import TAGS, Words, name_of
from api.web.translation import N_, sayer
from gimark.accounts.rules import Permission, not_found
from gimark.registry.directory.rights import listed_right
from gimark.registry.rights.model import FactName
from gimark.registry.rights.queries import RightRecord, product, products, rights
from gimark.registry.rolls.names import Named, Names
from gimark.store.paging import MOST, Wanted

router = APIRouter(prefix="/regulator/rights")


@router.get("")
def list_rights(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The list."""
    listing = listing_of(request, ("product",), ("registered",))
    with process.here.store.reading() as session:
        found = rights(session, seat.actor, listing.wanted, listing.filters["product"] or None)
        named = {right.ref: right for right in Names(session).rights.values()}
        known = products(session, seat.actor, Wanted(MOST)).items
    choices = [(one.ref, name_of(Named(one.ref, one.name_zh, one.name_en), seat.language)) for one in known]
    return desk_page(
        process,
        seat,
        request,
        "regulator/rights.html",
        listing=listing,
        found=found,
        named=named,
        products=choices,
        may_register=Permission.MANAGE_REGISTRY in seat.actor.permissions,
        w=Words(seat.language),
    )


@router.get("/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them: what is registered, where each fact is known from, and what became of it."""
    with process.here.store.reading() as session:
        listed = listed_right(session, ref)
        if listed is None:
            raise not_found("right")
        classes = product(session, seat.actor, listed.record.product_ref).classes
    told = right_in_words(listed, seat.language)
    return desk_page(
        process,
        seat,
        request,
        "regulator/right.html",
        right=told,
        record=listed.record,
        classes=[Named(one.key, one.name_zh, one.name_en) for one in classes],
        sources=_sources(listed.record, seat.language),
        unsaid=[(name, sayer(seat.language)(FACTS[name])) for name in FactName if name not in listed.record.evidence],
        events=[_event(event) for event in reversed(told.events)],
        may_amend=Permission.MANAGE_REGISTRY in seat.actor.permissions,
    )


def _sources(record: RightRecord, language: Language) -> list[tuple[str, str, str, str, str]]:
    """Of the right as a whole and of facts with a source of their own: key, name, source, how it is known, by whom."""
    say = sayer(language)
    lines = [(WHOLE, say(N_("整项权利")), record.source, say(TAGS[record.source_tag]), "")]
    for name in FactName:
        known = record.evidence.get(name)
        if known is None:
            continue
        by = "" if known.confirmed is None else f"{known.confirmed.by} · {day_text(known.confirmed.on, language)}"
        lines.append((name.value, say(FACTS[name]), known.source, say(TAGS[known.certainty]), by))
    return lines


def _event(event: Event) -> tuple[object, ...]:
    return event.state, event.when, event.title, event.detail, event.entry
