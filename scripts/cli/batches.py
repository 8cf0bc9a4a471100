"""`gimark batch …`."""

from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select

from gimark.accounts.rules import not_found
from gimark.production.actions import BatchForm, amend_batch, confirm_batch, recall_batch, register_batch
from gimark.production.model import Batch
from gimark.production.queries import terms_of
from gimark.quantities import grams_from_kg
from gimark.registry.items.model import TradeItem
from scripts.cli.days import day_of, span_of
from scripts.cli.office import acting_as, console, installation


def register(
    item: str, lot: str, planned_kg: str, town: str, harvested: str, actor_name: str, producer_lot: str | None
) -> None:
    """Register a batch and print its reference."""
    first, last = span_of(harvested, "harvested")
    form = BatchForm(
        item_ref=_item_ref(item),
        lot=lot,
        town_code=town,
        harvested_from=first,
        harvested_until=last,
        planned_g=grams_from_kg(planned_kg, "planned_kg"),
        producer_lot=producer_lot,
    )
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        batch = register_batch(act, actor, form)
        ref, index = batch.ref, batch.ledger_index
        act.commit()
    console.print(f"批次 / batch [bold]{ref}[/]  账本 / ledger {index}")


def confirm(ref: str, packed_kg: str, packed_on: str, actor_name: str) -> None:
    """Confirm what was packed, and when."""
    packed_g, day = grams_from_kg(packed_kg, "packed_kg"), day_of(packed_on, "packed_on")
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        confirm_batch(act, actor, ref, packed_g, day)
        act.commit()
    console.print(f"已确认 / confirmed [bold]{ref}[/]")


def amend(
    ref: str,
    reason: str,
    actor_name: str,
    town: str | None,
    harvested: str | None,
    planned_kg: str | None,
    packed_kg: str | None,
    packed_on: str | None,
) -> None:
    """Change the facts that are given; the others stay as they are."""
    changes: dict[str, Any] = {}
    if town is not None:
        changes["town_code"] = town
    if harvested is not None:
        changes["harvested_from"], changes["harvested_until"] = span_of(harvested, "harvested")
    if planned_kg is not None:
        changes["planned_g"] = grams_from_kg(planned_kg, "planned_kg")
    if packed_kg is not None:
        changes["packed_g"] = grams_from_kg(packed_kg, "packed_kg")
    if packed_on is not None:
        changes["packed_on"] = day_of(packed_on, "packed_on")
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        batch = act.session.scalar(select(Batch).where(Batch.ref == ref))
        if batch is None:
            raise not_found("batch")
        amend_batch(act, actor, ref, replace(terms_of(batch), **changes), reason)
        act.commit()
    console.print(f"已更正 / amended [bold]{ref}[/]")


def recall(ref: str, reason: str, actor_name: str) -> None:
    """Recall a batch."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        recall_batch(act, actor, ref, reason)
        act.commit()
    console.print(f"已召回 / recalled [bold]{ref}[/]")


def _item_ref(text: str) -> str:
    with installation().store.reading() as session:
        gtin = text.zfill(14) if text.isdigit() else text
        ref = session.scalar(select(TradeItem.ref).where(or_(TradeItem.ref == text, TradeItem.gtin == gtin)))
    if ref is None:
        raise not_found("item")
    return ref
