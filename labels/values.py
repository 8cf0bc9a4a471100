"""What a label says. All of it comes from the caller; nothing is made up here."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

RightKind = Literal["gi_product", "certification_mark", "collective_mark", "agi"]


@dataclass(frozen=True, slots=True)
class Right:
    """A geographical-indication right that the label uses.

    `name` is the protected name or the wording of the trademark; `standard` its standard code, `announcement` the
    number of the announcement that approved it, `trademark` the registration number. None where there is none.
    """

    kind: RightKind
    name: str
    standard: str | None = None
    announcement: str | None = None
    trademark: str | None = None


@dataclass(frozen=True, slots=True)
class LabelValues:
    """The values of one batch's labels, as they are to be printed. None: not known, or not wanted.

    `description` is what stands under the name (class, kind). `net_g` is the net content in grams, which decides how
    large it must be printed. `defined_grades` are the grades that the standard in force defines, empty when it defines
    none. `is_prepackaged_food` is false for fresh farm produce, which needs no shelf life, ingredients or licence;
    `needs_licence` follows the food class. `on_pack` names the items that stand on the package itself and so are left
    out here (see `mandatory.ITEMS`).
    """

    product_name: str
    rights: tuple[Right, ...]
    uscc: str
    producer: str
    address: str
    lot: str
    host: str
    packed_on: date | None
    net_content: str | None
    net_g: int | None
    storage: str | None
    description: str | None = None
    standard: str | None = None
    shelf_life: str | None = None
    licence: str | None = None
    contact: str | None = None
    ingredients: str | None = None
    grade: str | None = None
    defined_grades: tuple[str, ...] = ()
    is_prepackaged_food: bool = True
    needs_licence: bool = False
    on_pack: frozenset[str] = frozenset()


# The keys of `printed`: what a template may name.
KEYS: Final = frozenset(
    (
        *("product_name", "description", "uscc", "standard", "announcement", "trademark", "producer", "address"),
        *("contact", "lot", "packed_on", "net_content", "shelf_life", "storage", "licence", "ingredients", "host"),
    )
)


def printed(values: LabelValues) -> dict[str, str | None]:
    """The text of each key that a template may name; None where the label says nothing."""
    return {
        "product_name": values.product_name,
        "description": "·".join(part for part in (values.description, values.grade) if part) or None,
        "uscc": values.uscc,
        "standard": _joined([values.standard, *(right.standard for right in values.rights)]),
        "announcement": _joined([right.announcement for right in values.rights]),
        "trademark": _joined([_trademark(right) for right in values.rights]),
        "producer": values.producer,
        "address": values.address,
        "contact": values.contact,
        "lot": values.lot,
        "packed_on": _day(values.packed_on),
        "net_content": values.net_content,
        "shelf_life": values.shelf_life,
        "storage": values.storage,
        "licence": values.licence,
        "ingredients": values.ingredients,
        "host": values.host,
    }


def _joined(parts: list[str | None]) -> str | None:
    """The different parts, in order."""
    return "、".join(dict.fromkeys(part for part in parts if part)) or None


def _trademark(right: Right) -> str | None:
    """The wording of the mark with its registration number."""
    return f"{right.name} {right.trademark}" if right.trademark else None


def _day(day: date | None) -> str | None:
    return f"{day.year}年{day.month}月{day.day}日" if day else None
