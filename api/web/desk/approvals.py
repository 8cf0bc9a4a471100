"""What waits for a second person, at the regulator's and the producer's desk: the list, one proposal, the decision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api import refusals
from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.grave import STATES, effects_of, title_of
from api.web.desk.lists import listing_of
from api.web.desk.navigation import desk_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import Seat, Seated
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission
from gimark.approvals import actions, queries
from gimark.approvals.effects import effect_of
from gimark.approvals.queries import ProposalFacts
from gimark.approvals.rules import ProposalState
from gimark.errors import InvalidInputError, NotFoundError
from gimark.store.unit_of_work import Act

router = APIRouter()

LIST, ONE = "desk/approvals.html", "desk/approval.html"
# What can be asked for from here.
ACTS = {
    "/producer/approvals": (),
    "/regulator/approvals": (
        (Permission.VOID_CODES, "/regulator/voids/new", N_("作废一段标识")),
        (Permission.RECALL_BATCHES, "/regulator/recalls/new", N_("召回一批商品")),
        (Permission.OVERRIDE_VOLUME, "/regulator/overrides/new", N_("放宽用量")),
    ),
}
DESKS = {"producer": "/producer/approvals", "regulator": "/regulator/approvals"}


@router.get("/producer/approvals")
@router.get("/regulator/approvals")
def proposals(request: Request, process: Here, seat: Seated) -> Response:
    """Those that wait, or those in another state, newest first."""
    path = _path(request, seat)
    listing = listing_of(request, ("state",), ("-asked",))
    state = _state(listing.filters["state"])
    now = process.here.store.clock.now()
    with process.here.store.reading() as session:
        found = queries.proposals(session, seat.actor, listing.wanted, now, state)
    say = sayer(seat.language)
    return desk_page(
        process,
        seat,
        request,
        LIST,
        listing=listing,
        found=found.map(lambda one: (one, title_of(one.asked, seat.language))),
        states={state: (tone, say(word)) for state, (tone, word) in STATES.items()},
        state_choices=[(state.value, say(word)) for state, (_, word) in STATES.items()],
        path=path,
        acts=[(place, say(word)) for permission, place, word in ACTS[path] if permission in seat.actor.permissions],
    )


@router.get("/producer/approvals/{ref}")
@router.get("/regulator/approvals/{ref}")
def proposal(request: Request, process: Here, seat: Seated, ref: str) -> Response:
    """One proposal, with what it will do as things stand now."""
    _path(request, seat)
    return desk_page(process, seat, request, ONE, form=blank(), **_facts(process, seat, request, ref))


@router.post("/producer/approvals/{ref}/approval")
@router.post("/regulator/approvals/{ref}/approval")
def approve(request: Request, process: Here, seat: Seated, ref: str, sent: Sending) -> Response:
    """Approve it: it is done at once."""
    say = sayer(seat.language)

    def do(act: Act) -> str:
        index = actions.approve(act, seat.actor, ref)
        return say(N_("已批准并办理，账本第 %(index)s 条。"), index=f"{index:,}")

    return _decide(request, process, seat, ref, sent, do)


@router.post("/producer/approvals/{ref}/refusal")
@router.post("/regulator/approvals/{ref}/refusal")
def refuse(request: Request, process: Here, seat: Seated, ref: str, sent: Sending) -> Response:
    """Refuse it, saying why."""
    say = sayer(seat.language)

    def do(act: Act) -> str:
        actions.refuse(act, seat.actor, ref, sent.text("reason"))
        return say(N_("已驳回。"))

    return _decide(request, process, seat, ref, sent, do)


@router.post("/producer/approvals/{ref}/withdrawal")
@router.post("/regulator/approvals/{ref}/withdrawal")
def withdraw(request: Request, process: Here, seat: Seated, ref: str, sent: Sending) -> Response:
    """Take one's own back."""
    say = sayer(seat.language)

    def do(act: Act) -> str:
        actions.withdraw(act, seat.actor, ref)
        return say(N_("已撤回。"))

    return _decide(request, process, seat, ref, sent, do)


def _decide(
    request: Request, process: Process, seat: Seat, ref: str, sent: Sending, do: Callable[[Act], str]
) -> Response:
    path = f"{_path(request, seat)}/{ref}"
    try:
        return once(process, seat, request, sent, lambda act: Done(path, do(act)))
    except REFUSED as error:
        return refused(process, seat, request, ONE, sent, error, **_facts(process, seat, request, ref))


def _facts(process: Process, seat: Seat, request: Request, ref: str) -> dict[str, Any]:
    now = process.here.store.clock.now()
    with process.here.store.reading() as session:
        one = queries.proposal(session, seat.actor, ref, now)
        effects = _effects(session, seat, one, now) if one.state is ProposalState.WAITING else []
    say = sayer(seat.language)
    tone, word = STATES[one.state]
    title = title_of(one.asked, seat.language)
    return {
        "one": one,
        "title": title,
        "effects": effects,
        "tone": tone,
        "word": say(word),
        "path": _path(request, seat),
    }


def _effects(session: Session, seat: Seat, one: ProposalFacts, now: datetime) -> list[tuple[str, str]]:
    """What it would do now; nothing when what it acts on has changed so that this cannot be said."""
    try:
        return effects_of(one.asked, effect_of(session, seat.actor, one.asked, now), seat.language)
    except (InvalidInputError, NotFoundError):
        return []


def _path(request: Request, seat: Seat) -> str:
    """Where the lists of this desk are. Raises NotFoundError at another desk than the seat's."""
    desk = desk_of(seat.actor)
    if desk not in DESKS or not request.scope["path"].startswith(DESKS[desk]):
        raise NotFoundError(refusals.not_here())
    return DESKS[desk]


def _state(text: str) -> ProposalState | None:
    return ProposalState(text) if text in set(ProposalState) else None
