"""`gimark batch …`."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE
from rich.table import Table
from sqlalchemy import or_, select

from gimark.accounts.rules import Permission, not_found, require
from gimark.approvals.asked import Override, Recall
from gimark.issuance.model import IssueRun
from gimark.ledger import book
from gimark.production.actions import amend_batch, confirm_batch, register_batch
from gimark.production.model import Batch
from gimark.production.queries import terms_of
from gimark.production.registering import BatchForm
from gimark.quantities import grams_from_kg
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Act
from scripts.cli.days import day_of, span_of
from scripts.cli.office import acting_as, console, installation
from scripts.cli.office import show as show_table
from scripts.cli.proposals import ask


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
        index = _committed(act)
    console.print(f"已确认 / confirmed [bold]{ref}[/]  账本 / ledger {index}")


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
        index = _committed(act)
    console.print(f"已更正 / amended [bold]{ref}[/]  账本 / ledger {index}")


def recall(ref: str, reason: str, actor_name: str) -> None:
    """Recall a batch."""
    ask(Recall(ref, reason), actor_name, f"已召回 / recalled [bold]{ref}[/]")


def override(ref: str, extra_kg: str, reason: str, actor_name: str) -> None:
    """Let a batch carry codes for more than its mass."""
    extra_g = grams_from_kg(extra_kg, "extra_kg")
    ask(Override(ref, extra_g, reason), actor_name, f"已放宽 / raised [bold]{ref}[/]")


def show(actor_name: str, lot: str | None) -> None:
    """List the batches this actor may see, oldest first, each with its runs: what every other command asks for."""
    actor = acting_as(actor_name)
    require(actor, Permission.READ)
    table = Table(
        *("编号 / ref", "GTIN", "批次号 / lot", "计划 / planned", "包装 / packed", "包装日 / on", "赋码批 / runs"),
        box=SIMPLE,
    )
    wanted = select(Batch, TradeItem.gtin).join(TradeItem, TradeItem.id == Batch.item_id).order_by(Batch.id)
    if actor.enterprise_id is not None:
        wanted = wanted.where(TradeItem.enterprise_id == actor.enterprise_id)
    if lot is not None:
        wanted = wanted.where(Batch.lot == lot)
    with installation().store.reading() as session:
        rows = session.execute(wanted).all()
        runs: dict[int, list[str]] = {batch.id: [] for batch, _ in rows}
        for run in session.scalars(select(IssueRun).where(IssueRun.batch_id.in_(runs)).order_by(IssueRun.number)):
            runs[run.batch_id].append(f"{run.ref} ({run.count:,})")
        for batch, gtin in rows:
            packed = "" if batch.packed_g is None else _kg(batch.packed_g)
            day = "已召回 / recalled" if batch.is_recalled else str(batch.packed_on or "")
            table.add_row(batch.ref, gtin, batch.lot, _kg(batch.planned_g), packed, day, " ".join(runs[batch.id]))
    show_table(table)


def _kg(grams: int) -> str:
    return f"{Decimal(grams) / 1000:,f} kg"


def _committed(act: Act) -> int:
    """Commit the one act that was done; its place in the ledger."""
    index = book.size(act.session) - 1
    act.commit()
    return index


def _item_ref(text: str) -> str:
    with installation().store.reading() as session:
        gtin = text.zfill(14) if text.isdigit() else text
        ref = session.scalar(select(TradeItem.ref).where(or_(TradeItem.ref == text, TradeItem.gtin == gtin)))
    if ref is None:
        raise not_found("item")
    return ref
