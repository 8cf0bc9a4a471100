"""GI products and their classes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Flag, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.registry.rights import actions, queries
from gimark.registry.rights.actions import ProductClassForm
from gimark.registry.rights.queries import ProductFacts
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/products", tags=["products"], route_class=JsonRoute)

CLASS = {"key": "dried", "name": "干香菇", "name_en": "Dried", "is_prepackaged_food": True, "needs_licence": True}
PRODUCT = {"name": "云溪香菇", "name_en": "Yunxi shiitake", "classes": [CLASS]}


class ProductClass(Sent):
    """A class of a product: the key that items and authorizations name, and its names."""

    key: Text
    name: Text
    name_en: Text | None = None
    is_prepackaged_food: Flag = False
    needs_licence: Flag = False


class ProductShown(Shown):
    """A product with its classes."""

    model_config = examples({"ref": "6b8d0f2h4k7n9q1s", **PRODUCT})

    ref: Ref
    name: str
    name_en: str | None
    classes: list[ProductClass]

    @classmethod
    def of(cls, facts: ProductFacts) -> "ProductShown":
        """What is shown of a product."""
        classes = [
            ProductClass(
                key=known.key,
                name=known.name_zh,
                name_en=known.name_en,
                is_prepackaged_food=known.is_prepackaged_food,
                needs_licence=known.needs_licence,
            )
            for known in facts.classes
        ]
        return cls(ref=facts.ref, name=facts.name_zh, name_en=facts.name_en, classes=classes)


class ProductSent(Sent):
    """A product as entered. It becomes public with its first right."""

    model_config = examples(PRODUCT)

    name: Text
    name_en: Text | None = None
    classes: Annotated[list[ProductClass], Field(max_length=50)]


@router.get("", response_model=Page[ProductShown], summary="List products", openapi_extra=needs(Permission.READ))
def list_products(request: Request, process: Here, actor: Caller, query: Annotated[PageQuery, Query()]) -> Response:
    """Every product with its classes."""
    with process.here.store.reading() as session:
        return page(request, queries.products(session, actor, query.wanted).map(ProductShown.of))


@router.get("/{product}", response_model=ProductShown, summary="Show a product", openapi_extra=needs(Permission.READ))
def show_product(process: Here, actor: Caller, product: RefInPath, known: KnownTag = None) -> Response:
    """One product."""
    with process.here.store.reading() as session:
        return told(ProductShown.of(queries.product(session, actor, product)), known)


@router.post(
    "",
    status_code=201,
    response_model=ProductShown,
    summary="Enter a product",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def make_product(actor: Caller, making: Making, sent: ProductSent) -> Response:
    """A product's name and its classes."""

    def make(act: Act) -> Made:
        classes = [
            ProductClassForm(known.key, known.name, known.name_en, known.is_prepackaged_food, known.needs_licence)
            for known in sent.classes
        ]
        ref = actions.add_product(act, actor, sent.name, sent.name_en, classes).ref
        return Made(ProductShown.of(queries.product(act.session, actor, ref)), f"/v1/products/{ref}")

    return making.once(make)
