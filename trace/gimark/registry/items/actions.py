"""Registering a trade item."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.codes.gtin import check_gtin
from gimark.errors import Checklist
from gimark.ledger import book
from gimark.quantities import checked_grams
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.model import ProductClass, Right
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, NAME, SHORT, check_texts


@dataclass(frozen=True, slots=True)
class TradeItemForm:
    """A trade item as entered; `net_g` in grams; `right_refs` are the rights its label carries (one or more)."""

    enterprise_ref: str
    gtin: str
    name_zh: str
    product_class: str
    net_g: int
    right_refs: tuple[str, ...]
    name_en: str | None = None
    grade: str | None = None
    storage: str | None = None
    shelf_life: str | None = None
    ingredients: str | None = None


def register_item(act: Act, actor: Actor, form: TradeItemForm) -> TradeItem:
    """Enter a trade item (ledger: item.set). Part of the caller's transaction, which commits.

    A producer enters its own items; the regulator may enter anybody's. The platform never mints a GTIN.
    """
    if actor.enterprise_id is not None:
        require(actor, Permission.MANAGE_ITEMS)
    else:
        require(actor, Permission.MANAGE_REGISTRY)
    book.lock(act)
    enterprise = act.session.scalar(select(Enterprise).where(Enterprise.ref == form.enterprise_ref))
    if enterprise is None:
        raise not_found("enterprise")
    require_enterprise(actor, enterprise.id, "enterprise")
    rights = act.session.scalars(select(Right).where(Right.ref.in_(form.right_refs)).order_by(Right.id)).all()
    gtin = _checked(act, form, rights)
    index = book.append(
        act,
        "item.set",
        actor.ledger_word,
        enterprise=enterprise.ledger_index,
        gtin=gtin,
        name=form.name_zh,
        grade=form.grade,
        net_g=form.net_g,
        rights=[right.ledger_index for right in rights],
        **{"class": form.product_class},
    )
    item = TradeItem(
        enterprise_id=enterprise.id,
        product_id=rights[0].product_id,
        gtin=gtin,
        name_zh=form.name_zh,
        name_en=form.name_en,
        product_class=form.product_class,
        grade=form.grade,
        net_g=form.net_g,
        storage=form.storage,
        shelf_life=form.shelf_life,
        ingredients=form.ingredients,
        ledger_index=index,
    )
    act.session.add(item)
    act.session.flush()
    act.session.add_all(TradeItemRight(item_id=item.id, right_id=right.id) for right in rights)
    act.session.flush()
    return item


def _checked(act: Act, form: TradeItemForm, rights: Sequence[Right]) -> str:
    checklist = Checklist()
    gtin = checklist.take(lambda: check_gtin(form.gtin, "gtin"))
    checklist.take(lambda: checked_grams(form.net_g, "net_g"))
    check_texts(
        checklist,
        {
            "name": (form.name_zh, NAME),
            "name_en": (form.name_en, LONG),
            "storage": (form.storage, NAME),
            "shelf_life": (form.shelf_life, SHORT),
            "ingredients": (form.ingredients, LONG),
        },
    )
    if not rights or len(rights) != len(set(form.right_refs)):
        checklist.add(
            "rights",
            "没有选择地理标志权利，或其中有不存在的",
            "no right was chosen, or one does not exist",
            "请从权利名录中选择一项或多项",
            "Choose one or more from the register of rights",
        )
    elif len({right.product_id for right in rights}) > 1:
        checklist.add(
            "rights",
            "所选权利不属于同一产品",
            "the rights belong to different products",
            "一种商品只能标一个产品的权利",
            "An item carries the rights of one product",
        )
    elif act.session.get(ProductClass, (rights[0].product_id, form.product_class)) is None:
        checklist.add(
            "class",
            f"产品没有“{form.product_class}”这一类别",
            f"the product has no class “{form.product_class}”",
            "请从产品的类别中选择",
            "Choose one of the product's classes",
        )
    if form.grade is not None and not any(form.grade in right.defined_grades for right in rights):
        checklist.add(
            "grade",
            f"现行标准没有“{form.grade}”这一等级",
            f"the standard in force defines no grade “{form.grade}”",
            "标准未规定等级的，不得标注等级",
            "Where the standard defines no grade, none may be shown",
        )
    if gtin is not None and act.session.scalar(select(TradeItem.id).where(TradeItem.gtin == gtin)):
        checklist.add(
            "gtin",
            "这个商品条码已经登记",
            "this GTIN is registered already",
            "每种商品须有自己的条码",
            "Each item needs its own",
        )
    checklist.settle()
    assert gtin is not None
    return gtin
