"""Batches: packed lots, what is done with them, and how many codes their mass still allows."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.v1.answering import KnownTag, Made, Making, SeenTag, changing, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Day, Grams, Instant, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Actor, Permission
from gimark.production import actions, lists
from gimark.production.actions import BatchForm
from gimark.production.lists import BatchActFacts, BatchFilter, ListedBatch, VolumeLeft
from gimark.production.model import BatchActKind
from gimark.production.queries import terms_of
from gimark.production.rules import BatchState
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/batches", tags=["batches"], route_class=JsonRoute)

SENT = {
    "item": "3n5q7s9v1x4z6b8d",
    "lot": "YX26A0317",
    "producer_lot": "26-112",
    "town": "999001001",
    "harvested_from": "2026-10-01",
    "harvested_until": "2026-10-21",
    "planned_g": 250_000,
}
LISTED = {
    "ref": "7c9e1g3j5m8p0r2t",
    **SENT,
    "gtin": "09521123000261",
    "enterprise": "0k3v9m2x7q8r4t6w",
    "packed_g": 248_500,
    "packed_on": "2026-11-12",
    "state": "confirmed",
    "registered_at": "2026-11-10T01:41:00Z",
    "ledger_index": 21,
}
CONFIRMED = {"kind": "confirm", "reason": None, "at": "2026-11-12T06:00:00Z", "ledger_index": 22}


class BatchSent(Sent):
    """A batch as registered. `lot` stands in the code: 1–20 of 0–9 A–Z . -; `producer_lot` is your own number."""

    model_config = examples(SENT)

    item: Ref
    lot: Text
    town: Text
    harvested_from: Day
    harvested_until: Day
    planned_g: Grams
    producer_lot: Text | None = None


class ConfirmationSent(Sent):
    """What was really packed, in grams, and when."""

    model_config = examples({"packed_g": 248_500, "packed_on": "2026-11-12"})

    packed_g: Grams
    packed_on: Day


class BatchAmendmentSent(Sent):
    """What is to change, and why, which will be public; what is not sent stays."""

    model_config = examples({"packed_g": 247_000, "reason": "复秤"})

    reason: Text
    town: Text | None = None
    harvested_from: Day | None = None
    harvested_until: Day | None = None
    planned_g: Grams | None = None
    packed_g: Grams | None = None
    packed_on: Day | None = None


class RecallSent(Sent):
    """Why; it will be public."""

    model_config = examples({"reason": "农药残留超标"})

    reason: Text


class BatchListed(Shown):
    """A batch. `packed_g` and `packed_on` are null until it is confirmed."""

    model_config = examples(LISTED)

    ref: Ref
    item: Ref
    gtin: str
    enterprise: Ref
    lot: str
    producer_lot: str | None
    town: str
    harvested_from: Day
    harvested_until: Day
    planned_g: Grams
    packed_g: Grams | None
    packed_on: Day | None
    state: BatchState
    registered_at: Instant
    ledger_index: Count

    @classmethod
    def of(cls, found: ListedBatch) -> "BatchListed":
        """What a list shows of a batch."""
        terms = found.terms
        return cls(
            ref=found.ref,
            item=found.item_ref,
            gtin=found.gtin,
            enterprise=found.enterprise_ref,
            lot=found.lot,
            producer_lot=found.producer_lot,
            town=terms.town_code,
            harvested_from=terms.harvested_from,
            harvested_until=terms.harvested_until,
            planned_g=terms.planned_g,
            packed_g=terms.packed_g,
            packed_on=terms.packed_on,
            state=found.state,
            registered_at=found.registered_at,
            ledger_index=found.ledger_index,
        )


class BatchActShown(Shown):
    """A later act on a batch."""

    kind: BatchActKind
    reason: str | None
    at: Instant
    ledger_index: Count

    @classmethod
    def of(cls, act: BatchActFacts) -> "BatchActShown":
        """What is shown of an act."""
        return cls.model_validate(act, from_attributes=True)


class BatchShown(BatchListed):
    """A batch with everything that was done with it, in the ledger's order."""

    model_config = examples({**LISTED, "acts": [CONFIRMED]})

    acts: list[BatchActShown]


class VolumeShown(Shown):
    """How far the batch's mass goes, in grams, and in codes of its item's net content, with 2 % over.

    `reserved_g` is held by orders under way. `issuable` more codes may be ordered, `activatable` more activated.
    """

    model_config = examples(
        {
            "batch": "7c9e1g3j5m8p0r2t",
            "net_g": 250,
            "planned_g": 250_000,
            "packed_g": 248_500,
            "issued_g": 250_000,
            "activated_g": 200_000,
            "reserved_g": 0,
            "issuable": 20,
            "activatable": 213,
        }
    )

    batch: Ref
    net_g: Grams
    planned_g: Grams
    packed_g: Grams | None
    issued_g: Count
    activated_g: Count
    reserved_g: Count
    issuable: Count
    activatable: Count

    @classmethod
    def of(cls, ref: str, left: VolumeLeft) -> "VolumeShown":
        """What is shown of a batch's volume."""
        volume = left.volume
        return cls(
            batch=ref,
            net_g=left.net_g,
            planned_g=volume.planned_g,
            packed_g=volume.packed_g,
            issued_g=volume.issued_g,
            activated_g=volume.activated_g,
            reserved_g=volume.reserved_g,
            issuable=left.issuable,
            activatable=left.activatable,
        )


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
def confirm_batch(
    process: Here, actor: Caller, batch: RefInPath, sent: ConfirmationSent, seen: SeenTag = None
) -> Response:
    """Say what was really packed, and when (ledger: batch.confirm); once, later changes are amendments."""
    with changing(process, seen, lambda act: _as_it_is(act, actor, batch)) as act:
        actions.confirm_batch(act, actor, batch, sent.packed_g, sent.packed_on)
        changed = _as_it_is(act, actor, batch)
        act.commit()
    return told(changed)


@router.post(
    "/{batch}/amendment",
    response_model=BatchShown,
    responses=conflicts(),
    summary="Amend a batch",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def amend_batch(
    process: Here, actor: Caller, batch: RefInPath, sent: BatchAmendmentSent, seen: SeenTag = None
) -> Response:
    """Correct what was registered or confirmed, saying why (ledger: batch.amend)."""
    changes = sent.model_dump(exclude_none=True, exclude={"reason"})
    if "town" in changes:
        changes["town_code"] = changes.pop("town")
    with changing(process, seen, lambda act: _as_it_is(act, actor, batch)) as act:
        terms = replace(terms_of(lists.visible_batch(act.session, actor, batch)), **changes)
        actions.amend_batch(act, actor, batch, terms, sent.reason)
        changed = _as_it_is(act, actor, batch)
        act.commit()
    return told(changed)


@router.post(
    "/{batch}/recall",
    response_model=BatchShown,
    responses=conflicts(),
    summary="Recall a batch",
    openapi_extra=needs(Permission.RECALL_BATCHES),
)
def recall_batch(process: Here, actor: Caller, batch: RefInPath, sent: RecallSent, seen: SeenTag = None) -> Response:
    """Every code of the batch is red from now on, for good (ledger: batch.recall)."""
    with changing(process, seen, lambda act: _as_it_is(act, actor, batch)) as act:
        actions.recall_batch(act, actor, batch, sent.reason)
        changed = _as_it_is(act, actor, batch)
        act.commit()
    return told(changed)


def _as_it_is(act: Act, actor: Actor, ref: str) -> BatchShown:
    return shown_batch(lists.batch(act.session, actor, ref), lists.batch_acts(act.session, actor, ref))


def shown_batch(found: ListedBatch, acts: tuple[BatchActFacts, ...]) -> BatchShown:
    """What is shown of a batch with its acts."""
    return BatchShown(**BatchListed.of(found).model_dump(), acts=[BatchActShown.of(act) for act in acts])
