"""Batches: the list with its filters, and one batch with its volume, its orders and what was done with it."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api.v1.door import Here
from api.web.desk.checks import checks_of
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk
from api.web.figures import Entry, entry_of, minute_text
from api.web.language import Language
from api.web.producer.words import BATCH, BATCH_ACT, STAGE
from api.web.translation import Say, pgettext, sayer
from gimark.accounts.rules import Actor, Permission
from gimark.errors import InvalidInputError, invalid
from gimark.issuance.orders import order_rows
from gimark.production.lists import BatchActFacts, BatchFilter, batch_acts
from gimark.production.overview import BatchRow, batch_row, batch_rows
from gimark.production.rules import BatchState
from gimark.registry.items.queries import ItemFacts, items
from gimark.store.paging import MOST, Wanted

router = APIRouter(prefix="/producer/batches")

Event = tuple[str, str, str, str | None, Entry]


@router.get("")
def batches(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """The newest first; narrowed by lot, item and state."""
    store = process.here.store
    listing = listing_of(request, filters=("lot", "item", "state"), sorts=("-registered",))
    asked = listing.filters
    chosen = BatchFilter(lot=asked["lot"].upper() or None, item_ref=asked["item"] or None, state=_state(asked["state"]))
    with store.reading() as session:
        found = batch_rows(session, seat.actor, listing.wanted, chosen, store.clock.now())
        known = own_items(session, seat.actor)
    return desk_page(
        process,
        seat,
        request,
        "producer/batches.html",
        listing=listing,
        found=found,
        items=[(item.ref, item_name(item, seat.language)) for item in known],
        states=[(state.value, sayer(seat.language)(word.text)) for state, word in BATCH.items()],
        words=BATCH,
        can_register=Permission.MANAGE_BATCHES in seat.actor.permissions,
    )


@router.get("/{batch}")
def show(request: Request, process: Here, seat: AtProducerDesk, batch: str) -> Response:
    """One batch."""
    store = process.here.store
    with store.reading() as session:
        row = batch_row(session, seat.actor, batch, store.clock.now())
        acts = batch_acts(session, seat.actor, batch)
        orders = order_rows(session, seat.actor, Wanted(newest_first=True), batch)
        checks = checks_of(session, seat, batch) if row.issued else None
    may = seat.actor.permissions
    is_open = row.batch.state is not BatchState.RECALLED
    return desk_page(
        process,
        seat,
        request,
        "producer/batch.html",
        row=row,
        orders=orders.items,
        checks=checks,
        events=_events(row, acts, sayer(seat.language), seat.language),
        words=BATCH,
        stages=STAGE,
        can_manage=is_open and Permission.MANAGE_BATCHES in may,
        can_order=is_open and Permission.ISSUE_CODES in may and row.issuable > 0,
        can_recall=is_open and Permission.RECALL_BATCHES in may,
    )


def own_items(session: Session, actor: Actor) -> tuple[ItemFacts, ...]:
    """The trade items to choose among, `MOST` of them."""
    return items(session, actor, Wanted(MOST)).items


def item_name(item: ItemFacts, language: Language) -> str:
    """An item as a choice shows it."""
    return item.name_en if language == "en" and item.name_en else item.name_zh


def _state(text: str) -> BatchState | None:
    if not text:
        return None
    try:
        return BatchState(text)
    except ValueError:
        raise _no_state() from None


def _no_state() -> InvalidInputError:
    return invalid(
        "state", "没有这种状态", "there is no such state", "请从列表中选择", "Choose one of those that are listed"
    )


def _events(row: BatchRow, acts: Sequence[BatchActFacts], say: Say, language: Language) -> list[Event]:
    """Everything that was done with the batch, the newest first."""
    one = row.batch
    when, entry = minute_text(one.registered_at, language), entry_of(one.ledger_index)
    registered = ("on", when, say(pgettext("done", "登记")), None, entry)
    later = [
        (
            BATCH_ACT[act.kind].tone,
            minute_text(act.at, language),
            say(BATCH_ACT[act.kind].text),
            act.reason,
            entry_of(act.ledger_index),
        )
        for act in acts
    ]
    return [*reversed(later), registered]
