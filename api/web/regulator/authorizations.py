"""The register of authorizations: the list, one of them with its whole history, and granting another."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.regulator.words import Words, history_of, name_of, right_choices, standing_choices
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, not_found, require
from gimark.clock import local_day
from gimark.issuance.figures import issued_under
from gimark.registry.authorizations.actions import grant_authorization
from gimark.registry.authorizations.rules import ALLOWED_AFTER, Standing, Terms, last_state
from gimark.registry.directory.rules import parts_of
from gimark.registry.enterprises.queries import enterprise
from gimark.registry.rights.queries import product, right
from gimark.registry.rolls.authorizations import AuthorizationFilter, authorization_row, authorization_rows
from gimark.registry.rolls.names import Names
from gimark.registry.rolls.standings import last_day_of_notice
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator")
FORM = "regulator/authorization-new.html"
SOON = "soon"


@router.get("/authorizations")
def authorizations(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The list; `ends=soon` are those that end within the time of notice."""
    listing = listing_of(request, ("q", "standing", "right", "ends"), ("-granted",))
    asked = listing.filters
    today = local_day(process.here.store.clock.now())
    is_soon = asked["ends"] == SOON
    standing = Standing(asked["standing"]) if asked["standing"] in set(Standing) else None
    chosen = AuthorizationFilter(
        parts_of(asked["q"]),
        asked["right"] or None,
        standing=Standing.ACTIVE if is_soon and standing is None else standing,
        ends_by=last_day_of_notice(today) if is_soon else None,
    )
    with process.here.store.reading() as session:
        found = authorization_rows(session, seat.actor, listing.wanted, chosen, today)
        rights = right_choices(Names(session).rights.values(), seat.language)
    return desk_page(
        process,
        seat,
        request,
        "regulator/authorizations.html",
        listing=listing,
        found=found,
        rights=rights,
        standings=standing_choices(seat.language),
        w=Words(seat.language),
    )


@router.get("/authorizations/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them: its terms, how it stands, what was issued under it, and every act on it."""
    now = process.here.store.clock.now()
    today = local_day(now)
    with process.here.store.reading() as session:
        row = authorization_row(session, seat.actor, ref, today)
        used = issued_under(session, seat.actor, ref, now)
    permitted = ALLOWED_AFTER[last_state(row.history.changes)]
    may_act = Permission.MANAGE_AUTHORIZATIONS in seat.actor.permissions
    return desk_page(
        process,
        seat,
        request,
        "regulator/authorization.html",
        row=row,
        used=used,
        acts=permitted if may_act else frozenset(),
        history=history_of(row, seat.language),
        w=Words(seat.language),
    )


@router.get("/enterprises/{enterprise}/authorizations/new")
def ask(request: Request, process: Here, seat: AtRegulatorDesk, enterprise: str) -> Response:
    """The form of a new one: first which right, then the terms."""
    require(seat.actor, Permission.MANAGE_AUTHORIZATIONS)
    chosen = request.query_params.get("right", "")
    form = blank(right=chosen, **{"from": local_day(process.here.store.clock.now()).isoformat()})
    return desk_page(process, seat, request, FORM, form=form, **_choices(process, seat, enterprise, chosen))


@router.post("/enterprises/{enterprise}/authorizations/new")
def grant(request: Request, process: Here, seat: AtRegulatorDesk, enterprise: str, sent: Sending) -> Response:
    """Grant it."""
    require(seat.actor, Permission.MANAGE_AUTHORIZATIONS)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        made = grant_authorization(act, seat.actor, enterprise, sent.text("right"), terms_in(sent))
        said = say(N_("已核准 %(number)s，账本第 %(index)s 条。"), number=made.number, index=f"{made.ledger_index:,}")
        return Done(f"/regulator/authorizations/{made.ref}", said)

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        values = _choices(process, seat, enterprise, sent.text("right"))
        return refused(process, seat, request, FORM, sent, error, **values)


def terms_in(sent: Sent) -> Terms:
    """The terms that a form says."""
    limit = sent.whole("labels_per_year") if sent.text("labels_per_year") else None
    return Terms(
        sent.texts("classes"), sent.text("number"), sent.day("from"), sent.optional_day("until"), labels_per_year=limit
    )


def _choices(process: Process, seat: Seat, enterprise_ref: str, right_ref: str) -> dict[str, Any]:
    """Whom it is for, the rights, and of the right that was chosen its product's classes."""
    with process.here.store.reading() as session:
        holder = enterprise(session, seat.actor, enterprise_ref)
        names = Names(session)
        values: dict[str, Any] = {
            "holder": holder,
            "rights": [(*choice, "") for choice in right_choices(names.rights.values(), seat.language)],
            "right": None,
        }
        if right_ref:
            record = right(session, seat.actor, right_ref)
            known = next((one for one in names.rights.values() if one.ref == right_ref), None)
            if known is None:
                raise not_found("right")
            classes = product(session, seat.actor, record.product_ref).classes
            in_en = seat.language == "en"
            values |= {
                "right": record,
                "right_name": f"{name_of(known.product, seat.language)} · {Words(seat.language).route(known)}",
                "classes": [(one.key, (in_en and one.name_en) or one.name_zh, "") for one in classes],
            }
    return values
