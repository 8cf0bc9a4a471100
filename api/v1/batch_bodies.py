"""What is sent and shown of batches."""

from api.v1.models import Count, Day, Grams, Instant, Ref, Sent, Shown, Text, examples
from gimark.production.lists import BatchActFacts, ListedBatch, VolumeLeft
from gimark.production.model import BatchActKind
from gimark.production.rules import BatchState

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


class OverrideSent(Sent):
    """By how many grams the batch's limits are raised, and why; the ledger keeps of the reason a commitment only."""

    model_config = examples({"extra_g": 12_500, "reason": "换标：首批标签印错净含量，已监督销毁"})

    extra_g: Grams
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

    `reserved_g` is held by orders under way, `override_g` is what the regulator raised both limits by. `issuable` more
    codes may be ordered, `activatable` more activated.
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
            "override_g": 0,
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
    override_g: Count
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
            override_g=volume.override_g,
            issuable=left.issuable,
            activatable=left.activatable,
        )


def shown_batch(found: ListedBatch, acts: tuple[BatchActFacts, ...]) -> BatchShown:
    """What is shown of a batch with its acts."""
    return BatchShown(**BatchListed.of(found).model_dump(), acts=[BatchActShown.of(act) for act in acts])
