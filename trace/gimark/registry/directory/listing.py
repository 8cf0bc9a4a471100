"""What the public register shows: enterprises with their authorizations as they stand on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from gimark.registry.authorizations.rules import History, Standing
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rights.model import RightKind


@dataclass(frozen=True, slots=True)
class ListedRight:
    """A right as the register names it; `announcement` and `trademark` are None when unknown."""

    ref: str
    kind: RightKind
    product_ref: str
    gi_zh: str
    gi_en: str | None
    holder: str
    announcement: str | None
    trademark: str | None
    ledger_index: int


@dataclass(frozen=True, slots=True)
class ListedClass:
    """A class of products that an authorization names."""

    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class ListedAuthorization:
    """An authorization with the terms in force on the day asked for; both days included, until None = open.

    `since` and `reason` are those of the act that stopped it, None while nothing did.
    """

    ref: str
    right: ListedRight
    standing: Standing
    since: date | None
    reason: str | None
    number: str
    classes: tuple[ListedClass, ...]
    valid_from: date
    valid_until: date | None
    granted_at: datetime
    ledger_index: int
    history: History


@dataclass(frozen=True, slots=True)
class ListedEnterprise:
    """An enterprise on the register. Name, USCC and address are None where the law hides the person."""

    ref: str
    kind: EnterpriseKind
    name_zh: str | None
    name_en: str | None
    uscc: str | None
    address: str | None
    town_zh: str
    town_en: str | None
    ledger_index: int
    authorizations: tuple[ListedAuthorization, ...]


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A trade item of an enterprise on the register; net content in grams."""

    gtin: str
    name_zh: str
    name_en: str | None
    net_g: int


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """A page of the register, in the order of registration; `after` asks for the next one, None at the end."""

    enterprises: tuple[ListedEnterprise, ...]
    after: int | None
