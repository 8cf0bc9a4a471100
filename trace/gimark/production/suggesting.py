"""What a new batch will probably be like: as the last one, or as the one that is to be copied, but for lot and days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.production.lists import BatchFilter, ListedBatch, batch, batches
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem
from gimark.store.paging import Wanted

LOT_END = re.compile(r"(.*?)([0-9]+)")
LONGEST_LOT = 20
# Lots that were taken out of turn are passed over, up to this many.
TRIES = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to begin a form with; None where there is nothing to go by."""

    item_ref: str | None
    lot: str | None
    town_code: str | None
    harvested_from: date | None
    harvested_until: date | None
    planned_g: int | None


def suggestion(session: Session, actor: Actor, today: date, copied_ref: str | None = None) -> Suggestion:
    """What to begin with on `today`. The harvest goes on where the last one ended; a copy has the copied one's days.

    Needs READ. Raises NotFoundError for a batch to be copied that the actor may not see.
    """
    if copied_ref is not None:
        like = batch(session, actor, copied_ref)
        days = like.terms.harvested_from, like.terms.harvested_until
    else:
        newest = batches(session, actor, Wanted(1, newest_first=True), BatchFilter()).items
        if not newest:
            return Suggestion(None, None, None, None, today, None)
        [like] = newest
        days = min(like.terms.harvested_until + timedelta(days=1), today), today
    return Suggestion(
        item_ref=like.item_ref,
        lot=_free_lot(session, like),
        town_code=like.terms.town_code,
        harvested_from=days[0],
        harvested_until=days[1],
        planned_g=like.terms.planned_g,
    )


def next_lot(lot: str) -> str | None:
    """The lot behind `lot`: its last digits counted on by one; None when it has none, or would grow too long."""
    found = LOT_END.fullmatch(lot)
    if found is None:
        return None
    head, digits = found.groups()
    following = f"{head}{int(digits) + 1:0{len(digits)}}"
    return following if len(following) <= LONGEST_LOT else None


def _free_lot(session: Session, like: ListedBatch) -> str | None:
    """The first lot behind that of `like` that its item does not have yet."""
    item = select(TradeItem.id).where(TradeItem.ref == like.item_ref).scalar_subquery()
    lot = next_lot(like.lot)
    for _ in range(TRIES):
        if lot is None or session.scalar(select(Batch.id).where(Batch.item_id == item, Batch.lot == lot)) is None:
            return lot
        lot = next_lot(lot)
    return None
