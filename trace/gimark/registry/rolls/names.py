"""The few rows that every roll draws its words from: rights with their products, classes, towns."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.registry.rights.model import GiProduct, ProductClass, Right, RightKind, Town


@dataclass(frozen=True, slots=True)
class Named:
    """Something by its names; `name_en` None = known in Chinese alone."""

    ref: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class NamedRight:
    """A right by its product and its route."""

    ref: str
    kind: RightKind
    product: Named


class Names:
    """Words by key, read once for a page."""

    def __init__(self, session: Session) -> None:
        products = {row.id: row for row in session.scalars(select(GiProduct))}
        self.products = {id_: Named(row.ref, row.name_zh, row.name_en) for id_, row in products.items()}
        self.rights: dict[int, NamedRight] = {}
        self.product_of: dict[int, int] = {}
        for right in session.scalars(select(Right).order_by(Right.product_id, Right.id)):
            self.rights[right.id] = NamedRight(right.ref, right.kind, self.products[right.product_id])
            self.product_of[right.id] = right.product_id
        self._classes = {(row.product_id, row.key): row for row in session.scalars(select(ProductClass))}
        self._towns = {row.code: row for row in session.scalars(select(Town))}

    def class_of(self, product_id: int, key: str) -> Named:
        """A class of a product; one that has no row is called by its key."""
        row = self._classes.get((product_id, key))
        return Named(key, key, None) if row is None else Named(key, row.name_zh, row.name_en)

    def town(self, code: str) -> Named:
        """A town."""
        row = self._towns[code]
        return Named(code, row.name_zh, row.name_en)


def has_part(
    part: str,
    zh: InstrumentedAttribute[str],
    en: InstrumentedAttribute[str | None],
    *codes: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """Whether a typed part is in the Chinese name, in the English one whatever its case, or in one of `codes`."""
    named = zh.contains(part, autoescape=True), func.lower(en).contains(part.lower(), autoescape=True)
    return or_(*named, *(code.contains(part.upper(), autoescape=True) for code in codes))
