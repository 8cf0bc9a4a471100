"""Reading trade items."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.registry.items.model import TradeItem


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """A trade item; net content in grams."""

    ref: str
    gtin: str
    name_zh: str
    name_en: str | None
    product_class: str
    grade: str | None
    net_g: int


def items_of(session: Session, enterprise_id: int) -> list[ItemFacts]:
    """The items of an enterprise, in the order they were registered."""
    rows = session.scalars(
        select(TradeItem).where(TradeItem.enterprise_id == enterprise_id).order_by(TradeItem.ledger_index)
    )
    return [
        ItemFacts(row.ref, row.gtin, row.name_zh, row.name_en, row.product_class, row.grade, row.net_g) for row in rows
    ]
