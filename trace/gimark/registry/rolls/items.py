"""The roll of trade items: what is sold under which GTIN, by whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import GiProduct
from gimark.registry.rolls.names import Named, Names, has_part
from gimark.store.paging import Portion, Wanted, portion

# The order of the roll: as they were registered, or by their codes.
ORDERS: dict[str, InstrumentedAttribute[int] | InstrumentedAttribute[str]] = {
    "registered": TradeItem.id,
    "gtin": TradeItem.gtin,
}


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items: every part in a name of the item or of its enterprise, or in the GTIN; None leaves it open."""

    parts: tuple[str, ...] = ()
    product: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A trade item with whose it is and what it is of; net content in grams."""

    ref: str
    gtin: str
    name_zh: str
    name_en: str | None
    enterprise: Named
    product: Named
    product_class: Named
    grade: str | None
    net_g: int
    ledger_index: int


def item_rows(
    session: Session, actor: Actor, wanted: Wanted, chosen: ItemFilter, order: str = "registered"
) -> Portion[ItemRow]:
    """Those that the actor may see, in one of `ORDERS`. Needs READ."""
    asked = _asked(scoped(select(TradeItem), actor, TradeItem.enterprise_id), chosen)
    found = portion(session, asked, ORDERS[order], TradeItem.ref, wanted)
    return Portion(_rows(session, found.items), found.next)


def _asked(query: Select[TradeItem], chosen: ItemFilter) -> Select[TradeItem]:
    if chosen.enterprise is not None:
        of = select(Enterprise.id).where(Enterprise.ref == chosen.enterprise)
        query = query.where(TradeItem.enterprise_id.in_(of))
    if chosen.product is not None:
        query = query.where(TradeItem.product_id.in_(select(GiProduct.id).where(GiProduct.ref == chosen.product)))
    for part in chosen.parts:
        sellers = select(Enterprise.id).where(has_part(part, Enterprise.name_zh, Enterprise.name_en))
        named = has_part(part, TradeItem.name_zh, TradeItem.name_en, TradeItem.gtin)
        query = query.where(or_(named, TradeItem.enterprise_id.in_(sellers)))
    return query


def _rows(session: Session, rows: Sequence[TradeItem]) -> tuple[ItemRow, ...]:
    names = Names(session)
    asked = select(Enterprise).where(Enterprise.id.in_({row.enterprise_id for row in rows}))
    sellers = {row.id: Named(row.ref, row.name_zh, row.name_en) for row in session.scalars(asked)}
    return tuple(
        ItemRow(
            ref=row.ref,
            gtin=row.gtin,
            name_zh=row.name_zh,
            name_en=row.name_en,
            enterprise=sellers[row.enterprise_id],
            product=names.products[row.product_id],
            product_class=names.class_of(row.product_id, row.product_class),
            grade=row.grade,
            net_g=row.net_g,
            ledger_index=row.ledger_index,
        )
        for row in rows
    )
