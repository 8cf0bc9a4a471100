"""Trade items."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, PrimaryKey, Ref


class TradeItem(Base):
    """What an enterprise sells under one GTIN: a GI product in one class, grade and net content (grams)."""

    __tablename__ = "trade_item"
    __table_args__ = (CheckConstraint("net_g > 0", name="net_content_positive"),)

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("gi_product.id"))
    gtin: Mapped[str] = mapped_column(String(14), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(240))
    product_class: Mapped[str] = mapped_column(String(40))
    grade: Mapped[str | None] = mapped_column(String(40))
    net_g: Mapped[int]
    storage: Mapped[str | None] = mapped_column(String(120))
    shelf_life: Mapped[str | None] = mapped_column(String(60))
    ingredients: Mapped[str | None] = mapped_column(String(240))
    ledger_index: Mapped[LedgerIndex]


class TradeItemRight(Base):
    """A right that the item's label carries."""

    __tablename__ = "trade_item_right"

    item_id: Mapped[int] = mapped_column(ForeignKey("trade_item.id"), primary_key=True)
    right_id: Mapped[int] = mapped_column(ForeignKey("gi_right.id"), primary_key=True)
