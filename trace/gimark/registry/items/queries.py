"""Reading trade items."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, not_found
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.model import GiProduct, Right
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """A trade item; net content in grams. `right_refs` are the rights that its label carries."""

    ref: str
    enterprise_ref: str
    product_ref: str
    gtin: str
    name_zh: str
    name_en: str | None
    product_class: str
    grade: str | None
    net_g: int
    storage: str | None
    shelf_life: str | None
    ingredients: str | None
    right_refs: tuple[str, ...]
    ledger_index: int


def items(session: Session, actor: Actor, wanted: Wanted, enterprise_ref: str | None = None) -> Portion[ItemFacts]:
    """The items that the actor may see, of one enterprise or of all, in the order in which they were registered."""
    asked = _visible(actor)
    if enterprise_ref is not None:
        asked = asked.join(Enterprise, Enterprise.id == TradeItem.enterprise_id).where(Enterprise.ref == enterprise_ref)
    found = portion(session, asked, TradeItem.id, TradeItem.ref, wanted)
    return Portion(tuple(_facts(session, found.items)), found.next)


def item(session: Session, actor: Actor, ref: str) -> ItemFacts:
    """One of them. Raises NotFoundError."""
    row = session.scalar(_visible(actor).where(TradeItem.ref == ref))
    if row is None:
        raise not_found("item")
    return _facts(session, [row])[0]


def items_of(session: Session, enterprise_id: int) -> list[ItemFacts]:
    """The items of an enterprise, in the order they were registered."""
    rows = session.scalars(
        select(TradeItem).where(TradeItem.enterprise_id == enterprise_id).order_by(TradeItem.ledger_index)
    )
    return _facts(session, rows.all())


def _visible(actor: Actor) -> Select[TradeItem]:
    return scoped(select(TradeItem), actor, TradeItem.enterprise_id)


def _facts(session: Session, rows: Sequence[TradeItem]) -> list[ItemFacts]:
    enterprises = select(Enterprise.id, Enterprise.ref).where(Enterprise.id.in_({row.enterprise_id for row in rows}))
    products = select(GiProduct.id, GiProduct.ref).where(GiProduct.id.in_({row.product_id for row in rows}))
    enterprise_refs: dict[int, str] = dict(session.execute(enterprises).all())
    product_refs: dict[int, str] = dict(session.execute(products).all())
    rights: dict[int, list[str]] = {row.id: [] for row in rows}
    carried = (
        select(TradeItemRight.item_id, Right.ref)
        .join(Right, Right.id == TradeItemRight.right_id)
        .where(TradeItemRight.item_id.in_(rights))
        .order_by(Right.id)
    )
    for item_id, ref in session.execute(carried):
        rights[item_id].append(ref)
    return [
        ItemFacts(
            ref=row.ref,
            enterprise_ref=enterprise_refs[row.enterprise_id],
            product_ref=product_refs[row.product_id],
            gtin=row.gtin,
            name_zh=row.name_zh,
            name_en=row.name_en,
            product_class=row.product_class,
            grade=row.grade,
            net_g=row.net_g,
            storage=row.storage,
            shelf_life=row.shelf_life,
            ingredients=row.ingredients,
            right_refs=tuple(rights[row.id]),
            ledger_index=row.ledger_index,
        )
        for row in rows
    ]
