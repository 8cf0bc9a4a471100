"""GI products with their list of rights, and the county's towns."""

from datetime import date, datetime
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
    """How well a fact is known. Only `statute`, or what the county confirmed, may be printed on a label.

    What is in doubt (`DOUBTFUL`) is no fact yet: it reaches neither the register nor the ledger.
    """

    STATUTE = "statute"
    CONFIRMED = "confirmed"
    PUBLICATION = "publication"
    PRACTICE = "practice"
    MEMORY = "memory"
    DERIVED = "derived"
    CONFLICTING = "conflicting"
    INVENTED = "invented"


DOUBTFUL = frozenset({SourceTag.MEMORY, SourceTag.DERIVED, SourceTag.CONFLICTING})
# Of the ways a fact is known, those on which it may be printed; `invented` exists in demonstrations only.
PRINTABLE = frozenset({SourceTag.STATUTE, SourceTag.CONFIRMED, SourceTag.INVENTED})


class FactName(StrEnum):
    """The facts of a right that can each be known from a source of its own."""

    HOLDER = "holder"
    STANDARD = "standard"
    ANNOUNCEMENT = "announcement"
    TRADEMARK = "trademark"
    AREA = "area"
    GRADES = "grades"
    PRINTED_TEXTS = "printed_texts"
    FROM = "from"
    UNTIL = "until"


class Right(Base):
    """One right over a product's name: its holder, numbers, dates in force and where all this is known from.

    Numbers are None when unknown, and the holder is empty: nothing is invented. A right that has no number for its
    route cannot be printed. For an `agi` the announcement is the number of its registration certificate.
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


class RightFact(Base):
    """Where one fact of a right is known from. A fact without a row is known as well as the right itself.

    `tag` says how the fact was found. Once the county stood in for it, `confirmed_by` and `confirmed_on` say who and
    when, and it counts as confirmed; in doubt and unconfirmed at once, it could not be here.
    """

    __tablename__ = "gi_right_fact"
    __table_args__ = (
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_on IS NULL)", name="confirmed_by_somebody_some_day"),
        CheckConstraint(
            "confirmed_by IS NOT NULL OR tag NOT IN ('memory', 'derived', 'conflicting')", name="out_of_doubt"
        ),
    )

    right_id: Mapped[int] = mapped_column(ForeignKey("gi_right.id"), primary_key=True)
    fact: Mapped[FactName] = mapped_column(by_value(FactName, name="fact_name"), primary_key=True)
    source: Mapped[str] = mapped_column(String(240))
    tag: Mapped[SourceTag] = mapped_column(by_value(SourceTag, name="fact_tag"))
    confirmed_by: Mapped[str | None] = mapped_column(String(120))
    confirmed_on: Mapped[date | None]

    @property
    def certainty(self) -> SourceTag:
        """How well it is known after all: `confirmed` once somebody in charge stood in for it."""
        return self.tag if self.confirmed_by is None else SourceTag.CONFIRMED


class RightChange(Base):
    """One later act on a right: what became of the facts that it changed, by name (`facts.FactValue`), and why.

    The right's own row, its towns and its evidence are of today; these rows lead back to what was registered first.
    """

    __tablename__ = "gi_right_change"

    id: Mapped[PrimaryKey]
    right_id: Mapped[int] = mapped_column(ForeignKey("gi_right.id"), index=True)
    before: Mapped[dict[str, str | list[str] | None]] = mapped_column(JSON)
    after: Mapped[dict[str, str | list[str] | None]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime]
    ledger_index: Mapped[LedgerIndex]


class RightTown(Base):
    """A town inside a right's area."""

    __tablename__ = "gi_right_town"

    right_id: Mapped[int] = mapped_column(ForeignKey("gi_right.id"), primary_key=True)
    town_code: Mapped[str] = mapped_column(ForeignKey("town.code"), primary_key=True)
