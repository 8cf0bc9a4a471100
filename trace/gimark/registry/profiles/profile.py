"""The shape of a county's profile. `where` is the file and line that a part was read from (`enterprises.csv/5`)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gimark.registry.authorizations.rules import Terms
from gimark.registry.county.actions import CountyForm
from gimark.registry.enterprises.actions import EnterpriseForm
from gimark.registry.rights.actions import ProductClassForm
from gimark.registry.rights.evidence import Evidence
from gimark.registry.rights.model import FactName, RightKind


@dataclass(frozen=True, slots=True)
class TownRow:
    """A township by its nine-digit code."""

    where: str
    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right over a product's name. `id` is known inside the profile alone; what is unknown is None or empty.

    `evidence` has the facts that are known from elsewhere than the right itself (`source`, `tag`).
    """

    where: str
    id: str
    kind: RightKind
    holder: str | None
    standard: str | None
    announcement: str | None
    trademark: str | None
    area: tuple[str, ...]
    grades: tuple[str, ...]
    printed_texts: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    known: Evidence
    evidence: Mapping[FactName, Evidence]

    def evidence_of(self, name: FactName) -> Evidence:
        """How well a fact is known."""
        return self.evidence.get(name, self.known)

    def value(self, name: FactName) -> object:
        """A fact as the file has it; None or empty when it is unknown."""
        return getattr(self, _FIELDS.get(name, name.value))

    def settled(self) -> "RightRow":
        """The right with every fact that is in doubt left out, and no evidence of what is not there.

        What confirms the right as a whole confirms each fact that has no evidence of its own.
        """
        doubtful = [name for name in FactName if self.evidence_of(name).is_in_doubt]
        left_out: dict[str, Any] = {_FIELDS.get(name, name.value): () if name in _LISTS else None for name in doubtful}
        right = replace(self, **left_out)
        own = dict.fromkeys(FactName, self.known) if self.known.confirmed else {}
        evidence = {name: known for name, known in (own | dict(self.evidence)).items() if right.value(name)}
        return replace(right, evidence=evidence)


_FIELDS = {FactName.FROM: "valid_from", FactName.UNTIL: "valid_until"}
_LISTS = frozenset({FactName.AREA, FactName.GRADES, FactName.PRINTED_TEXTS})


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
    """Everything a county enters before its first batch. `regulator` is where its regulator's name is known from."""

    county: CountyForm
    regulator: Evidence | None
    towns: tuple[TownRow, ...]
    products: tuple[ProductRow, ...]
    enterprises: tuple[EnterpriseRow, ...]
    items: tuple[ItemRow, ...]
    authorizations: tuple[AuthorizationRow, ...]
