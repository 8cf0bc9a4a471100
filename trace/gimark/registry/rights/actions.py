"""What the regulator enters first: towns, products and the rights over their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import Checklist
from gimark.ledger import book
from gimark.registry.rights.model import GiProduct, ProductClass, Right, RightKind, RightTown, SourceTag, Town
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, NAME, SHORT, check_texts


@dataclass(frozen=True, slots=True)
class RightForm:
    """A right as entered. Numbers stay None when unknown; days are included at both ends."""

    product_ref: str
    kind: RightKind
    holder: str
    towns: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    source: str
    source_tag: SourceTag
    standard: str | None = None
    announcement: str | None = None
    trademark: str | None = None
    defined_grades: tuple[str, ...] = ()
    printed_texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductClassForm:
    """A class of a product: the key that items and authorizations name, and its names for people."""

    key: str
    name_zh: str
    name_en: str | None = None
    is_prepackaged_food: bool = False
    needs_licence: bool = False


def add_town(act: Act, actor: Actor, code: str, name_zh: str, name_en: str | None) -> Town:
    """Enter one town; a code already there keeps its row and takes the new names."""
    require(actor, Permission.MANAGE_REGISTRY)
    town = act.session.get(Town, code)
    if town is None:
        town = Town(code=code)
        act.session.add(town)
    town.name_zh, town.name_en = name_zh, name_en
    return town


def add_product(
    act: Act, actor: Actor, name_zh: str, name_en: str | None, classes: Sequence[ProductClassForm]
) -> GiProduct:
    """Enter a product's name and its classes. It becomes public with its first right."""
    require(actor, Permission.MANAGE_REGISTRY)
    product = GiProduct(name_zh=name_zh, name_en=name_en)
    act.session.add(product)
    act.session.flush()
    act.session.add_all(
        ProductClass(
            product_id=product.id,
            key=form.key,
            name_zh=form.name_zh,
            name_en=form.name_en,
            is_prepackaged_food=form.is_prepackaged_food,
            needs_licence=form.needs_licence,
        )
        for form in classes
    )
    act.session.flush()
    return product


def set_right(act: Act, actor: Actor, form: RightForm) -> Right:
    """Register a right (ledger: right.set). Part of the caller's transaction, which commits.

    Raises InvalidInputError for dates out of order, an empty area, an unknown town or an unknown product.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    product = act.session.scalar(select(GiProduct).where(GiProduct.ref == form.product_ref))
    _check(act, form, product)
    assert product is not None
    index = book.append(
        act,
        "right.set",
        actor.ledger_word,
        gi=product.name_zh,
        kind=form.kind.value,
        area=sorted(form.towns),
        standard=form.standard,
        announcement=form.announcement,
        trademark=form.trademark,
        **{"from": form.valid_from.isoformat(), "until": form.valid_until and form.valid_until.isoformat()},
    )
    right = Right(
        product_id=product.id,
        kind=form.kind,
        holder=form.holder,
        standard=form.standard,
        announcement=form.announcement,
        trademark=form.trademark,
        defined_grades=list(form.defined_grades),
        printed_texts=list(form.printed_texts),
        valid_from=form.valid_from,
        valid_until=form.valid_until,
        source=form.source,
        source_tag=form.source_tag,
        ledger_index=index,
    )
    act.session.add(right)
    act.session.flush()
    act.session.add_all(RightTown(right_id=right.id, town_code=code) for code in sorted(set(form.towns)))
    return right


def _check(act: Act, form: RightForm, product: GiProduct | None) -> None:
    checklist = Checklist()
    numbers = {"standard": form.standard, "announcement": form.announcement, "trademark": form.trademark}
    check_texts(checklist, {name: (text, SHORT) for name, text in numbers.items()})
    check_texts(checklist, {"holder": (form.holder, NAME), "source": (form.source, LONG)})
    if product is None:
        checklist.add(
            "product", "没有这个产品", "no such product", "请先登记产品名称", "Register the product's name first"
        )
    if form.valid_until is not None and form.valid_until < form.valid_from:
        checklist.add(
            "until", "截止日早于起始日", "it ends before it begins", "请核对有效期", "Check the dates in force"
        )
    if not form.towns:
        checklist.add(
            "area", "保护范围为空", "the area is empty", "请列出范围内的乡镇代码", "List the towns inside the area"
        )
    known = set(act.session.scalars(select(Town.code).where(Town.code.in_(form.towns))))
    for code in sorted(set(form.towns) - known):
        checklist.add(
            "area", f"没有乡镇代码 {code}", f"unknown town code {code}", "请先登记该乡镇", "Register the town first"
        )
    checklist.settle()
