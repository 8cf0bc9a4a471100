"""The shape of a county's profile. `where` is the file and line that a part was read from (`enterprises.csv/5`)."""

from dataclasses import dataclass
from datetime import date

from gimark.registry.authorizations.rules import Terms
from gimark.registry.county.actions import CountyForm
from gimark.registry.enterprises.actions import EnterpriseForm
from gimark.registry.rights.actions import ProductClassForm
from gimark.registry.rights.model import RightKind, SourceTag


@dataclass(frozen=True, slots=True)
class TownRow:
    """A township by its nine-digit code."""

    where: str
    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right over a product's name. `id` is known inside the profile alone; numbers are None when unknown."""

    where: str
    id: str
    kind: RightKind
    holder: str
    standard: str | None
    announcement: str | None
    trademark: str | None
    area: tuple[str, ...]
    grades: tuple[str, ...]
    printed_texts: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    source: str
    tag: SourceTag


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product with the classes that its standard knows and its rights."""

    where: str
    name_zh: str
    name_en: str | None
    classes: tuple[ProductClassForm, ...]
    rights: tuple[RightRow, ...]


@dataclass(frozen=True, slots=True)
class EnterpriseRow:
    """An enterprise as the registry takes it."""

    where: str
    form: EnterpriseForm


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A trade item; its enterprise by USCC, its rights by id; `gtin` in 14 digits, `net_g` in grams."""

    where: str
    gtin: str
    uscc: str
    rights: tuple[str, ...]
    name_zh: str
    name_en: str | None
    product_class: str
    grade: str | None
    net_g: int
    storage: str | None
    shelf_life: str | None
    ingredients: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """An authorization; its enterprise by USCC, its right by id."""

    where: str
    uscc: str
    right: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything a county enters before its first batch."""

    county: CountyForm
    towns: tuple[TownRow, ...]
    products: tuple[ProductRow, ...]
    enterprises: tuple[EnterpriseRow, ...]
    items: tuple[ItemRow, ...]
    authorizations: tuple[AuthorizationRow, ...]
