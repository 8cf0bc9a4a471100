"""The register of batches: the list, and one of them with its mass, codes, labels, checks and history."""

from collections import Counter
from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.checks import checks_of
from api.web.desk.custody import FATES
from api.web.desk.grave import KINDS
from api.web.desk.lists import PAGE_SIZE, listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.figures import count_text
from api.web.language import Language
from api.web.producer.words import BATCH, CODE
from api.web.regulator.words import PRINTS, Choices, events_of, name_of
from api.web.translation import sayer
from gimark import explorer
from gimark.accounts.rules import Permission
from gimark.approvals.queries import proposals
from gimark.approvals.rules import ProposalState
from gimark.issuance.custody.rules import Fate
from gimark.issuance.custody.tallies import LabelTally, label_tallies
from gimark.issuance.model import PrintState
from gimark.issuance.tallies import run_tallies
from gimark.production.lists import BatchFilter
from gimark.production.overview import batch_row, batch_rows
from gimark.production.rules import BatchState
from gimark.registry.enterprises.queries import enterprise
from gimark.registry.items.queries import item
from gimark.registry.rolls.names import Named
from gimark.store.paging import Wanted

router = APIRouter(prefix="/regulator/batches")

NEWEST = 15


@router.get("")
def batches(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """The newest first; of one enterprise or item when a page of theirs leads here."""
    store = process.here.store
    listing = listing_of(request, ("lot", "state", "enterprise", "item"), ("-registered",))
    asked = listing.filters
    chosen = BatchFilter(
        enterprise_ref=asked["enterprise"] or None,
        item_ref=asked["item"] or None,
        lot=asked["lot"].upper() or None,
        state=BatchState(asked["state"]) if asked["state"] in set(BatchState) else None,
    )
    with store.reading() as session:
        found = batch_rows(session, seat.actor, listing.wanted, chosen, store.clock.now())
        whose = _whose(session, seat, chosen)
    return desk_page(
        process,
        seat,
        request,
        "regulator/batches.html",
        listing=listing,
        found=found,
        whose=whose,
        states=[(state.value, sayer(seat.language)(word.text)) for state, word in BATCH.items()],
        words=BATCH,
    )


@router.get("/{ref}")
def one(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them."""
    store, may = process.here.store, seat.actor.permissions
    now = store.clock.now()
    listing = listing_of(request, sorts=("-issued",))
    with store.reading() as session:
        row = batch_row(session, seat.actor, ref, now)
        issued = run_tallies(session, seat.actor, listing.wanted, ref)
        prints = label_tallies(session, seat.actor, Wanted(PAGE_SIZE, newest_first=True), batch_ref=ref)
        checks = checks_of(session, seat, ref)
        logged = explorer.newest(session, limit=NEWEST, about=f"{row.batch.gtin} {row.batch.lot}")
        waiting = proposals(session, seat.actor, Wanted(), now, ProposalState.WAITING, subject_ref=ref).items
    is_open = row.batch.state is not BatchState.RECALLED
    return desk_page(
        process,
        seat,
        request,
        "regulator/batch.html",
        row=row,
        words=BATCH,
        codes=CODE,
        prints=PRINTS,
        listing=listing,
        issued=issued,
        labels=prints,
        fates=fates_of(prints.items, seat.language),
        unsaid=labels_in(prints.items)[None],
        waiting=[(one.ref, sayer(seat.language)(KINDS[one.kind]), one) for one in waiting],
        events=events_of(logged.entries, seat.language),
        has_more=logged.before is not None,
        can_recall=is_open and Permission.RECALL_BATCHES in may,
        can_override=is_open and Permission.OVERRIDE_VOLUME in may,
        checks=checks,
    )


def labels_in(prints: Iterable[LabelTally]) -> Counter[Fate | None]:
    """How many labels of these orders had each fate, as far as files of them were made."""
    sums: Counter[Fate | None] = Counter()
    for one in prints:
        if one.order.state is PrintState.RELEASED:
            sums.update(one.labels)
    return sums


def fates_of(prints: Sequence[LabelTally], language: Language) -> Choices:
    """The same as figures: word and count."""
    sums = labels_in(prints)
    return [(sayer(language)(word), count_text(sums[fate])) for fate, word in FATES.items()]


def _whose(session: Session, seat: Seat, chosen: BatchFilter) -> str:
    """Whose batches, or batches of what, as a line; empty when it is all of them."""
    if chosen.item_ref is not None:
        ware = item(session, seat.actor, chosen.item_ref)
        return name_of(Named(ware.ref, ware.name_zh, ware.name_en), seat.language)
    if chosen.enterprise_ref is not None:
        maker = enterprise(session, seat.actor, chosen.enterprise_ref)
        return name_of(Named(maker.ref, maker.name_zh, maker.name_en), seat.language)
    return ""
