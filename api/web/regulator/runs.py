"""One run of codes, range by range, and what became of the labels of one print order. Both are only looked at here."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.custody import account_of
from api.web.desk.lists import PAGE_SIZE
from api.web.desk.pages import desk_page
from api.web.desk.ranges import SHOWN_STRETCHES, pieces_of, range_events
from api.web.desk.seat import AtRegulatorDesk
from api.web.desk.titles import template_titles
from api.web.producer.words import CODE
from api.web.regulator.words import PRINTS
from gimark.accounts.rules import Permission
from gimark.issuance.custody.queries import custody
from gimark.issuance.custody.tallies import label_tallies
from gimark.issuance.lists import print_order, run, run_ranges
from gimark.issuance.rules import ENDED, CodeState
from gimark.production.overview import batch_row
from gimark.store.paging import Wanted

router = APIRouter(prefix="/regulator")


@router.get("/runs/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """A run: how its codes stand, where, and in which files their labels are."""
    store = process.here.store
    with store.reading() as session:
        found = run(session, seat.actor, ref)
        ranges = run_ranges(session, seat.actor, ref)
        row = batch_row(session, seat.actor, found.batch_ref, store.clock.now())
        labels = label_tallies(session, seat.actor, Wanted(PAGE_SIZE, newest_first=True), run_ref=ref)
    pieces = pieces_of(process.here.keyring, found, ranges)
    return desk_page(
        process,
        seat,
        request,
        "regulator/run.html",
        row=row,
        facts=found.facts,
        counts=[(CODE[state], ranges.states.number_in(state)) for state in CodeState],
        pieces=pieces[:SHOWN_STRETCHES],
        hidden=len(pieces[SHOWN_STRETCHES:]),
        codes=CODE,
        ended=ENDED,
        events=range_events(found, ranges, seat.language),
        labels=labels,
        prints=PRINTS,
        can_void=Permission.VOID_CODES in seat.actor.permissions,
    )


@router.get("/labels/{ref}")
def labels(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """What became of the labels of a print order: reports, missing numbers, who was given which file."""
    store = process.here.store
    with store.reading() as session:
        found = custody(session, seat.actor, ref)
        order = print_order(session, seat.actor, ref)
        account = account_of(session, process.here.keyring, seat, found)
        titles = template_titles(session, [order.template], seat.language)
        listed = run(session, seat.actor, found.run_ref)
        row = batch_row(session, seat.actor, listed.batch_ref, store.clock.now())
    return desk_page(
        process,
        seat,
        request,
        "regulator/labels.html",
        row=row,
        run=listed.facts,
        order=order,
        state=PRINTS[order.state],
        titles=titles,
        **account,
    )
