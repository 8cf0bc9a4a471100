"""The rights over products' names, and where their facts are known from."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.v1.answering import Changing, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Ref, RefInPath
from api.v1.paging import Page, PageQuery, page
from api.v1.right_bodies import RightAmendmentSent, RightEvidence, RightSent, RightShown
from gimark.accounts.rules import Actor, Permission
from gimark.registry.rights import actions, amending, queries
from gimark.registry.rights.evidence import Evidence, set_evidence
from gimark.registry.rights.facts import facts_of
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/rights", tags=["rights"], route_class=JsonRoute)


class RightsQuery(PageQuery):
    """Which rights are wanted."""

    product: Ref | None = None


@router.get("", response_model=Page[RightShown], summary="List rights", openapi_extra=needs(Permission.READ))
def list_rights(request: Request, process: Here, actor: Caller, query: Annotated[RightsQuery, Query()]) -> Response:
    """The rights of one product, or of all."""
    with process.here.store.reading() as session:
        return page(request, queries.rights(session, actor, query.wanted, query.product).map(RightShown.of))


@router.get("/{right}", response_model=RightShown, summary="Show a right", openapi_extra=needs(Permission.READ))
def show_right(process: Here, actor: Caller, right: RefInPath, known: KnownTag = None) -> Response:
    """One right, and where its facts are known from."""
    with process.here.store.reading() as session:
        return told(RightShown.of(queries.right(session, actor, right)), known)


@router.post(
    "",
    status_code=201,
    response_model=RightShown,
    summary="Register a right",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def make_right(actor: Caller, making: Making, sent: RightSent) -> Response:
    """Register a right over a product's name (ledger: right.set). Facts in doubt are refused."""

    def make(act: Act) -> Made:
        ref = actions.set_right(act, actor, sent.form()).ref
        return Made(_as_it_is(act, actor, ref), f"/v1/rights/{ref}")

    return making.once(make)


@router.post(
    "/{right}/amendment",
    response_model=RightShown,
    responses=conflicts(),
    summary="Amend a right",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def amend_right(changing: Changing, actor: Caller, right: RefInPath, sent: RightAmendmentSent) -> Response:
    """Change facts of a right, saying why (ledger: right.set that amends). New labels follow it at once.

    409 when an authorization that can still be used would reach outside the right's new dates.
    """

    def amend(act: Act) -> None:
        row = queries.visible_right(act.session, actor, right)
        before = facts_of(row, queries.towns_of(act.session, row))
        amending.amend_right(act, actor, right, sent.form(before))

    return changing.of(lambda act: _as_it_is(act, actor, right), amend)


@router.put(
    "/{right}/evidence",
    response_model=RightShown,
    summary="Say where a right's facts are known from",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def change_evidence(changing: Changing, actor: Caller, right: RefInPath, sent: RightEvidence) -> Response:
    """Put this evidence in the place of what was known. The facts stay; nothing goes into the ledger."""

    def do(act: Act) -> None:
        row = queries.visible_right(act.session, actor, right)
        set_evidence(act, actor, row, Evidence(sent.source, sent.source_tag), sent.facts())

    return changing.of(lambda act: _as_it_is(act, actor, right), do)


def _as_it_is(act: Act, actor: Actor, ref: str) -> RightShown:
    return RightShown.of(queries.right(act.session, actor, ref))
