"""`gimark batch …`."""

from datetime import date

from sqlalchemy import or_, select

from gimark.accounts.rules import not_found
from gimark.errors import invalid
from gimark.production.actions import BatchForm, confirm_batch, recall_batch, register_batch
from gimark.quantities import grams_from_kg
from gimark.registry.items.model import TradeItem
from scripts.cli.office import acting_as, console, installation


def register(
    item: str, lot: str, planned_kg: str, town: str, harvested: str, actor_name: str, producer_lot: str | None
) -> None:
    """Register a batch and print its reference."""
    first, _, last = harvested.partition("..")
    form = BatchForm(
        item_ref=_item_ref(item),
        lot=lot,
        town_code=town,
        harvested_from=_day(first, "harvested"),
        harvested_until=_day(last or first, "harvested"),
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
    packed_g, day = grams_from_kg(packed_kg, "packed_kg"), _day(packed_on, "packed_on")
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        confirm_batch(act, actor, ref, packed_g, day)
        act.commit()
    console.print(f"已确认 / confirmed [bold]{ref}[/]")


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


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid(
            where,
            f"“{text[:20]}”不是日期",
            f"“{text[:20]}” is not a day",
            "请写成 2026-11-12；起止写成 2026-10-01..2026-10-21",
            "Write 2026-11-12, or 2026-10-01..2026-10-21 for a span",
        ) from None
