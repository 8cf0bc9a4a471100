"""What the regulator enters first: towns, products and the rights over their names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import Checklist
from gimark.ledger import book
from gimark.registry.rights.evidence import Evidence, check_evidence, set_evidence
from gimark.registry.rights.facts import RightFacts, logged_fields
from gimark.registry.rights.model import (
    FactName,
    GiProduct,
    ProductClass,
    Right,
    RightKind,
    RightTown,
    SourceTag,
    Town,
)
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, NAME, SHORT, check_texts

# A class's key or a grade, as the columns of items hold it.
KEY = 40
# National Bureau of Statistics: six digits to a county, three more to a township.
AREA_CODE = re.compile(r"[0-9]{6}([0-9]{3})?")


@dataclass(frozen=True, slots=True)
class RightForm:
    """A right as entered. Numbers and the holder stay None when unknown; days are included at both ends.

    `source` and `source_tag` are of the right and of every fact that `evidence` does not name.
    """

    product_ref: str
    kind: RightKind
    holder: str | None
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
    evidence: Mapping[FactName, Evidence] = field(default_factory=dict)

    @property
    def facts(self) -> RightFacts:
        """What of it may change later."""
        return RightFacts(
            holder=self.holder,
            towns=self.towns,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            standard=self.standard,
            announcement=self.announcement,
            trademark=self.trademark,
            defined_grades=self.defined_grades,
            printed_texts=self.printed_texts,
        )


@dataclass(frozen=True, slots=True)
class ProductClassForm:
    """A class of a product: the key that items and authorizations name, and its names for people."""

    key: str
    name_zh: str
    name_en: str | None = None
    is_prepackaged_food: bool = False
    needs_licence: bool = False


def add_town(act: Act, actor: Actor, code: str, name_zh: str, name_en: str | None) -> Town:
    """Enter one town; a code already there keeps its row and takes the new names.

    Raises InvalidInputError for a code that is no statistical code, or a name that is empty or too long.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    checklist = Checklist()
    if AREA_CODE.fullmatch(code) is None:
        checklist.add(
            "code",
            f"“{code[:20]}”不是统计用区划代码",
            f"“{code[:20]}” is no statistical area code",
            "乡镇代码为 9 位数字，县为 6 位",
            "A township's has 9 digits, a county's 6",
        )
    check_texts(checklist, {"name": (name_zh, SHORT), "name_en": (name_en, NAME)})
    checklist.settle()
    town = act.session.get(Town, code)
    if town is None:
        town = Town(code=code)
        act.session.add(town)
    town.name_zh, town.name_en = name_zh, name_en
    return town


def add_product(
    act: Act, actor: Actor, name_zh: str, name_en: str | None, classes: Sequence[ProductClassForm]
) -> GiProduct:
    """Enter a product's name and its classes. It becomes public with its first right.

    Raises InvalidInputError for names that are empty, too long or taken, no class, or a class key given twice.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    book.lock(act)
    _check_product(act, name_zh, name_en, classes)
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

    Raises InvalidInputError for dates out of order, an empty area, an unknown town or an unknown product, and for
    every fact that is in doubt and that the county has not confirmed.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    book.lock(act)
    product = act.session.scalar(select(GiProduct).where(GiProduct.ref == form.product_ref))
    _check(act, form, product)
    assert product is not None
    fields = logged_fields(product.name_zh, form.kind, form.facts.values())
    index = book.append(act, "right.set", actor.ledger_word, **fields)
    right = Right(
        product_id=product.id,
        kind=form.kind,
        holder=form.holder or "",
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
    act.session.add_all(RightTown(right_id=right.id, town_code=code) for code in sorted(form.towns))
    set_evidence(act, actor, right, Evidence(form.source, form.source_tag), form.evidence)
    return right


def _check_product(act: Act, name_zh: str, name_en: str | None, classes: Sequence[ProductClassForm]) -> None:
    checklist = Checklist()
    check_texts(checklist, {"name": (name_zh, SHORT), "name_en": (name_en, NAME)})
    if act.session.scalar(select(GiProduct.id).where(GiProduct.name_zh == name_zh)):
        checklist.add(
            "name", "这个产品已经登记", "this product is registered already", "请核对是否重复", "Check for a duplicate"
        )
    if not classes:
        checklist.add("classes", "没有产品类别", "it has no class", "请至少列出一类", "List at least one class")
    for place, form in enumerate(classes):
        texts: dict[str, tuple[str | None, int]] = {
            "key": (form.key, KEY),
            "name": (form.name_zh, SHORT),
            "name_en": (form.name_en, NAME),
        }
        check_texts(checklist, {f"classes/{place}/{name}": value for name, value in texts.items()})
        if form.key in {earlier.key for earlier in classes[:place]}:
            checklist.add(
                f"classes/{place}/key",
                f"类别“{form.key[:KEY]}”列了两次",
                f"the class “{form.key[:KEY]}” is given twice",
                "每类只列一次",
                "Give each class once",
            )
    checklist.settle()


def _check(act: Act, form: RightForm, product: GiProduct | None) -> None:
    checklist = Checklist()
    check_evidence(checklist, Evidence(form.source, form.source_tag), form.evidence)
    if product is None:
        checklist.add(
            "product", "没有这个产品", "no such product", "请先登记产品名称", "Register the product's name first"
        )
    check_facts(act, checklist, form.facts)
    checklist.settle()


def check_facts(act: Act, checklist: Checklist, facts: RightFacts) -> None:
    """Note every text that is no line that fits, dates out of order, and an area that is empty, double or unknown."""
    numbers = {"standard": facts.standard, "announcement": facts.announcement, "trademark": facts.trademark}
    check_texts(checklist, {name: (text, SHORT) for name, text in numbers.items()})
    check_texts(checklist, {"holder": (facts.holder, NAME)})
    check_texts(checklist, {f"grades/{place}": (text, KEY) for place, text in enumerate(facts.defined_grades)})
    check_texts(checklist, {f"printed_texts/{place}": (text, LONG) for place, text in enumerate(facts.printed_texts)})
    if facts.valid_until is not None and facts.valid_until < facts.valid_from:
        checklist.add(
            "until", "截止日早于起始日", "it ends before it begins", "请核对有效期", "Check the dates in force"
        )
    if not facts.towns:
        checklist.add(
            "area", "保护范围为空", "the area is empty", "请列出范围内的乡镇代码", "List the towns inside the area"
        )
    if len(set(facts.towns)) < len(facts.towns):
        checklist.add("area", "同一乡镇列了两次", "a town is listed twice", "每个乡镇只列一次", "List each town once")
    known = set(act.session.scalars(select(Town.code).where(Town.code.in_(facts.towns))))
    for code in sorted(set(facts.towns) - known):
        checklist.add(
            "area", f"没有乡镇代码 {code}", f"unknown town code {code}", "请先登记该乡镇", "Register the town first"
        )
