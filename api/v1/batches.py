"""Batches: packed lots, what is done with them, and how many codes their mass still allows."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.v1.answering import Changing, KnownTag, Made, Making, told
from api.v1.batch_bodies import (
    BatchAmendmentSent,
    BatchListed,
    BatchSent,
    BatchShown,
    ConfirmationSent,
    OverrideSent,
    RecallSent,
    VolumeShown,
    shown_batch,
)
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Day, Ref, RefInPath, Text
from api.v1.paging import Page, PageQuery, page
from api.v1.proposals import NOT_YET, ProposalShown, asked_for
from gimark.accounts.rules import Actor, Permission
from gimark.approvals.asked import Override, Recall
from gimark.production import actions, lists
from gimark.production.lists import BatchFilter
from gimark.production.queries import terms_of
from gimark.production.registering import BatchForm
from gimark.production.rules import BatchState
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/batches", tags=["batches"], route_class=JsonRoute)


class BatchesQuery(PageQuery):
    """Which batches are wanted; days of registration, both included."""

    enterprise: Ref | None = None
    item: Ref | None = None
    lot: Text | None = None
    state: BatchState | None = None
    registered_from: Day | None = None
    registered_until: Day | None = None

    @property
    def chosen(self) -> BatchFilter:
        """The same for the domain."""
        return BatchFilter(
            self.enterprise, self.item, self.lot, self.state, self.registered_from, self.registered_until
        )


@router.get("", response_model=Page[BatchListed], summary="List batches", openapi_extra=needs(Permission.READ))
def list_batches(request: Request, process: Here, actor: Caller, query: Annotated[BatchesQuery, Query()]) -> Response:
    """In the order in which they were registered; for a producer's key, its own."""
    with process.here.store.reading() as session:
        return page(request, lists.batches(session, actor, query.wanted, query.chosen).map(BatchListed.of))


@router.get("/{batch}", response_model=BatchShown, summary="Show a batch", openapi_extra=needs(Permission.READ))
def show_batch(process: Here, actor: Caller, batch: RefInPath, known: KnownTag = None) -> Response:
    """One batch with everything that was done with it. Its ETag is what a change must name."""
    with process.here.store.reading() as session:
        shown = lists.batch(session, actor, batch), lists.batch_acts(session, actor, batch)
    return told(shown_batch(*shown), known)


@router.get(
    "/{batch}/volume", response_model=VolumeShown, summary="Show the volume left", openapi_extra=needs(Permission.READ)
)
def show_volume(process: Here, actor: Caller, batch: RefInPath, known: KnownTag = None) -> Response:
    """How many more codes the batch's mass allows, now."""
    store = process.here.store
    with store.reading() as session:
        return told(VolumeShown.of(batch, lists.volume_left(session, actor, batch, store.clock.now())), known)


@router.post(
    "",
    status_code=201,
    response_model=BatchShown,
    responses={404: {}, **conflicts()},
    summary="Register a batch",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def register_batch(actor: Caller, making: Making, sent: BatchSent) -> Response:
    """Register a packed lot (ledger: batch.register). Every right that the item carries must be authorised today."""
    form = BatchForm(
        item_ref=sent.item,
        lot=sent.lot,
        town_code=sent.town,
        harvested_from=sent.harvested_from,
        harvested_until=sent.harvested_until,
        planned_g=sent.planned_g,
        producer_lot=sent.producer_lot,
    )

    def make(act: Act) -> Made:
        ref = actions.register_batch(act, actor, form).ref
        return Made(_as_it_is(act, actor, ref), f"/v1/batches/{ref}")

    return making.once(make)


@router.post(
    "/{batch}/confirmation",
    response_model=BatchShown,
    responses=conflicts(),
    summary="Confirm the packing",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def confirm_batch(changing: Changing, actor: Caller, batch: RefInPath, sent: ConfirmationSent) -> Response:
    """Say what was really packed, and when (ledger: batch.confirm); once, later changes are amendments."""
    return changing.of(
        lambda act: _as_it_is(act, actor, batch),
        lambda act: actions.confirm_batch(act, actor, batch, sent.packed_g, sent.packed_on),
    )


@router.post(
    "/{batch}/amendment",
    response_model=BatchShown,
    responses=conflicts(),
    summary="Amend a batch",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def amend_batch(changing: Changing, actor: Caller, batch: RefInPath, sent: BatchAmendmentSent) -> Response:
    """Correct what was registered or confirmed, saying why (ledger: batch.amend)."""
    changes = sent.model_dump(exclude_none=True, exclude={"reason"})
    if "town" in changes:
        changes["town_code"] = changes.pop("town")

    def amend(act: Act) -> None:
        terms = replace(terms_of(lists.visible_batch(act.session, actor, batch)), **changes)
        actions.amend_batch(act, actor, batch, terms, sent.reason)

    return changing.of(lambda act: _as_it_is(act, actor, batch), amend)


@router.post(
    "/{batch}/recall",
    response_model=BatchShown,
    responses={202: {"model": ProposalShown, "description": NOT_YET}, **conflicts()},
    summary="Recall a batch",
    openapi_extra=needs(Permission.RECALL_BATCHES),
)
def recall_batch(changing: Changing, actor: Caller, batch: RefInPath, sent: RecallSent) -> Response:
    """Every code of the batch is red from now on, for good (ledger: batch.recall).

    An enterprise recalls its own goods at once; of a regulator it takes two people: 202 and a proposal.
    """
    asked = Recall(batch, sent.reason)
    return changing.of(lambda act: _as_it_is(act, actor, batch), lambda act: asked_for(act, actor, asked))


@router.post(
    "/{batch}/override",
    status_code=202,
    response_model=ProposalShown,
    responses=conflicts(),
    summary="Ask for an exception to the volume",
    openapi_extra=needs(Permission.OVERRIDE_VOLUME),
)
def override_volume(changing: Changing, actor: Caller, batch: RefInPath, sent: OverrideSent) -> Response:
    """Let the batch carry codes for more than its mass (ledger: override.grant).

    It takes two people: 202 and a proposal.
    """
    asked = Override(batch, sent.extra_g, sent.reason)
    return changing.of(lambda act: _as_it_is(act, actor, batch), lambda act: asked_for(act, actor, asked))


def _as_it_is(act: Act, actor: Actor, ref: str) -> BatchShown:
    return shown_batch(lists.batch(act.session, actor, ref), lists.batch_acts(act.session, actor, ref))
