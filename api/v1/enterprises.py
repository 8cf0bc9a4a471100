"""Enterprises. A producer sees its own."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.registry.enterprises import actions, queries
from gimark.registry.enterprises.actions import EnterpriseForm
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.enterprises.queries import EnterpriseFacts
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/enterprises", tags=["enterprises"], route_class=JsonRoute)

EXAMPLE = {
    "uscc": "93000952MA0YXT007Q",
    "name": "云溪县松雾菌业专业合作社",
    "name_en": None,
    "kind": "cooperative",
    "town": "999001001",
    "address": "云溪县松坞镇岭下路 8 号",
    "contact": None,
    "phone": None,
    "sc_licence": None,
}


class EnterpriseShown(Shown):
    """An enterprise as it stands in the register."""

    model_config = examples({"ref": "0k3v9m2x7q8r4t6w", **EXAMPLE, "ledger_index": 5})

    ref: Ref
    uscc: str
    name: str
    name_en: str | None
    kind: EnterpriseKind
    town: str
    address: str
    contact: str | None
    phone: str | None
    sc_licence: str | None
    ledger_index: Count

    @classmethod
    def of(cls, facts: EnterpriseFacts) -> "EnterpriseShown":
        """What is shown of an enterprise."""
        return cls(
            ref=facts.ref,
            uscc=facts.uscc,
            name=facts.name_zh,
            name_en=facts.name_en,
            kind=facts.kind,
            town=facts.town_code,
            address=facts.address,
            contact=facts.contact,
            phone=facts.phone,
            sc_licence=facts.sc_licence,
            ledger_index=facts.ledger_index,
        )


class EnterpriseSent(Sent):
    """An enterprise as entered. `uscc` is its 18-character code exactly; `sc_licence` is SC and 14 digits."""

    model_config = examples(EXAMPLE)

    uscc: Text
    name: Text
    kind: EnterpriseKind
    town: Text
    address: Text
    name_en: Text | None = None
    contact: Text | None = None
    phone: Text | None = None
    sc_licence: Text | None = None

    def form(self) -> EnterpriseForm:
        """The same for the domain."""
        return EnterpriseForm(
            uscc=self.uscc,
            name_zh=self.name,
            kind=self.kind,
            town_code=self.town,
            address=self.address,
            name_en=self.name_en,
            contact=self.contact,
            phone=self.phone,
            sc_licence=self.sc_licence,
        )


class EnterprisesQuery(PageQuery):
    """Which enterprises are wanted."""

    uscc: Annotated[str | None, Field(pattern="^[0-9A-Z]{18}$", description="The one with this code")] = None


@router.get("", response_model=Page[EnterpriseShown], summary="List enterprises", openapi_extra=needs(Permission.READ))
def list_enterprises(
    request: Request, process: Here, actor: Caller, query: Annotated[EnterprisesQuery, Query()]
) -> Response:
    """All of them; for a producer's key, its own."""
    with process.here.store.reading() as session:
        return page(request, queries.enterprises(session, actor, query.wanted, query.uscc).map(EnterpriseShown.of))


@router.get(
    "/{enterprise}", response_model=EnterpriseShown, summary="Show an enterprise", openapi_extra=needs(Permission.READ)
)
def show_enterprise(process: Here, actor: Caller, enterprise: RefInPath, known: KnownTag = None) -> Response:
    """One enterprise."""
    with process.here.store.reading() as session:
        return told(EnterpriseShown.of(queries.enterprise(session, actor, enterprise)), known)


@router.post(
    "",
    status_code=201,
    response_model=EnterpriseShown,
    summary="Register an enterprise",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def make_enterprise(actor: Caller, making: Making, sent: EnterpriseSent) -> Response:
    """Register an enterprise (ledger: enterprise.set). Of a sole trader the ledger holds a salted commitment only."""

    def make(act: Act) -> Made:
        ref = actions.register_enterprise(act, actor, sent.form()).ref
        return Made(EnterpriseShown.of(queries.enterprise(act.session, actor, ref)), f"/v1/enterprises/{ref}")

    return making.once(make)
