"""Voiding codes: the first and the last label are scanned or typed, then what it will do, then the reason."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Form, Sending, blank, once, refused, sentence
from api.web.desk.grave import effects_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.regulator.lots import PROPOSED
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Ending
from gimark.approvals.effects import effect_of
from gimark.errors import InvalidInputError
from gimark.issuance.rules import MASS, RangeKind
from gimark.scans.between import between
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator/voids")

FIND, VOID = "regulator/void-find.html", "regulator/void.html"


@router.get("/new")
def ask(request: Request, process: Here, seat: AtRegulatorDesk, first: str = "", last: str = "") -> Response:
    """The two labels, then what voiding everything between them will do."""
    require(seat.actor, Permission.VOID_CODES)
    typed = {"first": first.strip(), "last": last.strip() or first.strip()}
    if not typed["first"]:
        return desk_page(process, seat, request, FIND, form=blank())
    try:
        return desk_page(process, seat, request, VOID, form=blank(**typed), **_facts(process, seat, **typed))
    except InvalidInputError as error:
        given = blank(**typed)
        form = Form(given.values, tuple((fault.field, sentence(fault, seat.language)) for fault in error.faults))
        return desk_page(process, seat, request, FIND, 422, form=form)


@router.post("/new")
def void(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Void them, or of many ask for it."""
    require(seat.actor, Permission.VOID_CODES)
    say = sayer(seat.language)
    first, last = sent.text("first"), sent.text("last")

    def do(act: Act) -> Done:
        found = between(act.session, seat.actor, process.here.keyring, process.here.keyset, first, last)
        asked = Ending(found.first.run.facts.ref, RangeKind.VOID, (found.span,), sent.text("reason"))
        outcome = do_or_propose(act, seat.actor, asked)
        if outcome.ledger_index is None:
            return Done(f"/regulator/approvals/{outcome.proposal_ref}", say(PROPOSED))
        told = say(N_("已作废，账本第 %(index)s 条。"), index=f"{outcome.ledger_index:,}")
        return Done("/regulator/voids/new", told)

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, VOID, sent, error, **_facts(process, seat, first, last))


def _facts(process: Process, seat: Seat, first: str, last: str) -> dict[str, Any]:
    here = process.here
    with here.store.reading() as session:
        found = between(session, seat.actor, here.keyring, here.keyset, first, last)
        asked = Ending(found.first.run.facts.ref, RangeKind.VOID, (found.span,), "")
        effect = effect_of(session, seat.actor, asked, here.store.clock.now())
    return {
        "effects": effects_of(asked, effect, seat.language),
        "name": f"{found.first.typed} – {found.last.typed}",
        "takes_two": effect.takes_two,
        "most": MASS.codes,
    }
