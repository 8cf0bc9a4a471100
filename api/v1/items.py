"""Trade items: what an enterprise sells under one GTIN."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Grams, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.registry.items import actions, queries
from gimark.registry.items.actions import TradeItemForm
from gimark.registry.items.queries import ItemFacts
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/items", tags=["trade items"], route_class=JsonRoute)

EXAMPLE = {
    "enterprise": "0k3v9m2x7q8r4t6w",
    "gtin": "09521123000261",
    "name": "云溪香菇 花菇 250 g",
    "name_en": None,
    "class": "dried",
    "grade": "一级",
    "net_g": 250,
    "rights": ["8d0f2h4k7n9q1s3v"],
    "storage": "阴凉干燥处",
    "shelf_life": "18 个月",
    "ingredients": None,
}


class ItemShown(Shown):
    """A trade item; `net_g` is its net content in grams, `rights` those that its label carries."""

    model_config = examples({"ref": "3n5q7s9v1x4z6b8d", "product": "6b8d0f2h4k7n9q1s", **EXAMPLE, "ledger_index": 9})

    ref: Ref
    enterprise: Ref
    product: Ref
    gtin: str
    name: str
    name_en: str | None
    class_: Annotated[str, Field(serialization_alias="class")]
    grade: str | None
    net_g: Grams
    rights: list[Ref]
    storage: str | None
    shelf_life: str | None
    ingredients: str | None
    ledger_index: Count

    @classmethod
    def of(cls, facts: ItemFacts) -> "ItemShown":
        """What is shown of an item."""
        return cls(
            ref=facts.ref,
            enterprise=facts.enterprise_ref,
            product=facts.product_ref,
            gtin=facts.gtin,
            name=facts.name_zh,
            name_en=facts.name_en,
            class_=facts.product_class,
            grade=facts.grade,
            net_g=facts.net_g,
            rights=list(facts.right_refs),
            storage=facts.storage,
            shelf_life=facts.shelf_life,
            ingredients=facts.ingredients,
            ledger_index=facts.ledger_index,
        )


class ItemSent(Sent):
    """A trade item as entered. The GTIN is GS1's: 8, 12, 13 or 14 digits from its certificate, never made up."""

    model_config = examples(EXAMPLE)

    enterprise: Ref
    gtin: Text
    name: Text
    class_: Annotated[Text, Field(validation_alias="class")]
    net_g: Grams
    rights: Annotated[list[Ref], Field(max_length=20)]
    name_en: Text | None = None
    grade: Text | None = None
    storage: Text | None = None
    shelf_life: Text | None = None
    ingredients: Text | None = None

    def form(self) -> TradeItemForm:
        """The same for the domain."""
        return TradeItemForm(
            enterprise_ref=self.enterprise,
            gtin=self.gtin,
            name_zh=self.name,
            product_class=self.class_,
            net_g=self.net_g,
            right_refs=tuple(self.rights),
            name_en=self.name_en,
            grade=self.grade,
            storage=self.storage,
            shelf_life=self.shelf_life,
            ingredients=self.ingredients,
        )


class ItemsQuery(PageQuery):
    """Which items are wanted."""

    enterprise: Ref | None = None


@router.get("", response_model=Page[ItemShown], summary="List trade items", openapi_extra=needs(Permission.READ))
def list_items(request: Request, process: Here, actor: Caller, query: Annotated[ItemsQuery, Query()]) -> Response:
    """The items of one enterprise, or of all; for a producer's key, its own."""
    with process.here.store.reading() as session:
        return page(request, queries.items(session, actor, query.wanted, query.enterprise).map(ItemShown.of))


@router.get("/{item}", response_model=ItemShown, summary="Show a trade item", openapi_extra=needs(Permission.READ))
def show_item(process: Here, actor: Caller, item: RefInPath, known: KnownTag = None) -> Response:
    """One item."""
    with process.here.store.reading() as session:
        return told(ItemShown.of(queries.item(session, actor, item)), known)


@router.post(
    "",
    status_code=201,
    response_model=ItemShown,
    summary="Register a trade item",
    openapi_extra=needs(Permission.MANAGE_ITEMS),
)
def make_item(actor: Caller, making: Making, sent: ItemSent) -> Response:
    """Register one (ledger: item.set). A producer enters its own; a regulator, with `manage_registry`, any."""

    def make(act: Act) -> Made:
        ref = actions.register_item(act, actor, sent.form()).ref
        return Made(ItemShown.of(queries.item(act.session, actor, ref)), f"/v1/items/{ref}")

    return making.once(make)
