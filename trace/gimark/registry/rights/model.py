"""GI products with their list of rights, and the county's towns."""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.ledger.columns import LedgerIndex
from gimark.store.base import Base, PrimaryKey, Ref, by_value


class RightKind(StrEnum):
    """The four routes by which a name can be protected; each asks for its own printed texts."""

    GI_PRODUCT = "gi_product"
    CERTIFICATION_MARK = "certification_mark"
    COLLECTIVE_MARK = "collective_mark"
    AGI = "agi"


class Town(Base):
    """A township-level division by its statistical code (9 digits)."""

    __tablename__ = "town"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str | None] = mapped_column(String(120))


class GiProduct(Base):
    """A product known by a geographical name; it can carry several rights at once."""

    __tablename__ = "gi_product"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    name_zh: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str | None] = mapped_column(String(120))


class ProductClass(Base):
    """A class of a product (dried, fresh, …) that items belong to and authorizations are for.

    Prepackaged food carries shelf life and ingredients; some of it is made under a food production licence (SC).
    """

    __tablename__ = "product_class"

    product_id: Mapped[int] = mapped_column(ForeignKey("gi_product.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str | None] = mapped_column(String(120))
    is_prepackaged_food: Mapped[bool]
    needs_licence: Mapped[bool]


class SourceTag(StrEnum):
    """How well a fact is known. Only `statute`, or what the county confirmed, may be printed on a label."""

    STATUTE = "statute"
    CONFIRMED = "confirmed"
    PUBLICATION = "publication"
    PRACTICE = "practice"
    MEMORY = "memory"
    DERIVED = "derived"
    CONFLICTING = "conflicting"
    INVENTED = "invented"


class Right(Base):
    """One right over a product's name: its holder, numbers, dates in force and where all this is known from.

    Numbers are None when unknown: nothing is invented. A right that has no number for its route cannot be printed.
    """

    __tablename__ = "gi_right"
    __table_args__ = (CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates_in_order"),)

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    product_id: Mapped[int] = mapped_column(ForeignKey("gi_product.id"), index=True)
    kind: Mapped[RightKind] = mapped_column(by_value(RightKind, name="right_kind"))
    holder: Mapped[str] = mapped_column(String(120))
    standard: Mapped[str | None] = mapped_column(String(60))
    announcement: Mapped[str | None] = mapped_column(String(60))
    trademark: Mapped[str | None] = mapped_column(String(60))
    defined_grades: Mapped[list[str]] = mapped_column(JSON)
    printed_texts: Mapped[list[str]] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(240))
    source_tag: Mapped[SourceTag] = mapped_column(by_value(SourceTag, name="source_tag"))
    ledger_index: Mapped[LedgerIndex]


class RightTown(Base):
    """A town inside a right's area."""

    __tablename__ = "gi_right_town"

    right_id: Mapped[int] = mapped_column(ForeignKey("gi_right.id"), primary_key=True)
    town_code: Mapped[str] = mapped_column(ForeignKey("town.code"), primary_key=True)
