"""What is sent and shown of rights over products' names, and of where their facts are known from."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from api.v1.models import FIRST_DAY, Count, Day, Instant, Ref, Sent, Shown, Text, examples
from gimark.registry.rights.actions import RightForm
from gimark.registry.rights.amending import RightAmendment
from gimark.registry.rights.evidence import Confirmation, Evidence
from gimark.registry.rights.facts import FactValue, RightFacts
from gimark.registry.rights.model import FactName, RightKind, SourceTag
from gimark.registry.rights.queries import ChangeFacts, RightRecord

RIGHT = {
    "product": "6b8d0f2h4k7n9q1s",
    "kind": "gi_product",
    "holder": "云溪县示例协会",
    "area": ["999001001"],
    "standard": "GB/T 99952-2024",
    "announcement": None,
    "trademark": None,
    "grades": ["一级"],
    "printed_texts": [],
    "from": "2020-01-01",
    "until": None,
    "source": "示例",
    "source_tag": "invented",
}
KNOWN = {"source": "示例公告", "tag": "publication", "confirmed": {"by": "李某", "on": "2026-11-20"}}

CHANGE = {
    "facts": {"announcement": {"before": None, "after": "国家知识产权局公告 示例第 1 号"}},
    "reason": "补登公告号",
    "at": "2026-11-22T01:41:00Z",
    "ledger_index": 57,
}

Texts = Annotated[list[Text], Field(max_length=200)]


class ConfirmedBy(Sent):
    """Who stood in for a fact on the county's behalf, and on which day."""

    by: Text
    on: Day


class EvidenceSent(Sent):
    """Where a fact is known from, how it was found, and who confirmed it since."""

    source: Text
    tag: SourceTag
    confirmed: ConfirmedBy | None = None

    def evidence(self) -> Evidence:
        """The same for the domain."""
        confirmed = None if self.confirmed is None else Confirmation(self.confirmed.by, self.confirmed.on)
        return Evidence(self.source, self.tag, confirmed)


class FactChange(Shown):
    """What became of a fact: a text, a list of texts, a day, or null."""

    before: FactValue
    after: FactValue


class RightChangeShown(Shown):
    """An amendment: the facts that it changed, by name, why and when."""

    model_config = examples(CHANGE)

    facts: dict[FactName, FactChange]
    reason: str
    at: Instant
    ledger_index: Count

    @classmethod
    def of(cls, change: ChangeFacts) -> "RightChangeShown":
        """What is shown of an amendment."""
        facts = {name: FactChange(before=before, after=after) for name, before, after in change.facts}
        return cls(facts=facts, reason=change.reason, at=change.at, ledger_index=change.ledger_index)


class RightShown(Shown):
    """A right over a product's name, as it is now. Numbers are null when unknown; both days of its life are included.

    `source` and `source_tag` are of the right and of every fact that `evidence` does not name. `ledger_index` is of
    the entry that registered it; `changes` are its amendments in ledger order.
    """

    model_config = examples(
        {
            "ref": "8d0f2h4k7n9q1s3v",
            **RIGHT,
            "announcement": "国家知识产权局公告 示例第 1 号",
            "evidence": {"announcement": KNOWN},
            "changes": [CHANGE],
            "ledger_index": 3,
        }
    )

    ref: Ref
    product: Ref
    kind: RightKind
    holder: str
    area: list[str]
    standard: str | None
    announcement: str | None
    trademark: str | None
    grades: list[str]
    printed_texts: list[str]
    from_: Annotated[date, Field(serialization_alias="from")]
    until: date | None
    source: str
    source_tag: SourceTag
    evidence: dict[FactName, EvidenceSent]
    changes: list[RightChangeShown]
    ledger_index: Count

    @classmethod
    def of(cls, record: RightRecord) -> "RightShown":
        """What is shown of a right."""
        return cls(
            ref=record.ref,
            product=record.product_ref,
            kind=record.kind,
            holder=record.holder,
            area=list(record.towns),
            standard=record.standard,
            announcement=record.announcement,
            trademark=record.trademark,
            grades=list(record.defined_grades),
            printed_texts=list(record.printed_texts),
            from_=record.valid_from,
            until=record.valid_until,
            source=record.source,
            source_tag=record.source_tag,
            evidence={name: _known(known) for name, known in record.evidence.items()},
            changes=[RightChangeShown.of(change) for change in record.changes],
            ledger_index=record.ledger_index,
        )


class RightSent(Sent):
    """A right as entered. What is not known is null: nothing is invented."""

    model_config = examples(RIGHT)

    product: Ref
    kind: RightKind
    holder: Text | None = None
    area: Texts
    standard: Text | None = None
    announcement: Text | None = None
    trademark: Text | None = None
    grades: Annotated[Texts, Field(default_factory=list)]
    printed_texts: Annotated[Texts, Field(default_factory=list)]
    from_: Annotated[Day, Field(validation_alias="from")]
    until: Day | None = None
    source: Text
    source_tag: SourceTag

    def form(self) -> RightForm:
        """The same for the domain."""
        return RightForm(
            product_ref=self.product,
            kind=self.kind,
            holder=self.holder,
            towns=tuple(self.area),
            valid_from=self.from_,
            valid_until=self.until,
            source=self.source,
            source_tag=self.source_tag,
            standard=self.standard,
            announcement=self.announcement,
            trademark=self.trademark,
            defined_grades=tuple(self.grades),
            printed_texts=tuple(self.printed_texts),
        )


class RightEvidence(Sent):
    """Where a right is known from (`source`, `source_tag`), and those of its facts that have a source of their own."""

    model_config = examples({"source": "示例", "source_tag": "invented", "standard": KNOWN})

    source: Text
    source_tag: SourceTag
    holder: EvidenceSent | None = None
    standard: EvidenceSent | None = None
    announcement: EvidenceSent | None = None
    trademark: EvidenceSent | None = None
    area: EvidenceSent | None = None
    grades: EvidenceSent | None = None
    printed_texts: EvidenceSent | None = None
    from_: Annotated[EvidenceSent | None, Field(validation_alias="from")] = None
    until: EvidenceSent | None = None

    def facts(self) -> dict[FactName, Evidence]:
        """The facts that were named, for the domain."""
        given = {name: getattr(self, "from_" if name is FactName.FROM else name.value) for name in FactName}
        return {name: known.evidence() for name, known in given.items() if known is not None}


class RightAmendmentSent(Sent):
    """The facts that change, where they are known from, and why, which will be public.

    What is not sent stays; a number, the holder or `until` sent as null becomes unknown, or open. Lists are sent whole.
    """

    model_config = examples(
        {
            "announcement": "国家知识产权局公告 示例第 1 号",
            "source": "示例公告",
            "source_tag": "publication",
            "confirmed": {"by": "李某", "on": "2026-11-20"},
            "reason": "补登公告号",
        }
    )

    reason: Text
    source: Text
    source_tag: SourceTag
    confirmed: ConfirmedBy | None = None
    holder: Text | None = None
    area: Annotated[Texts, Field(default_factory=list)]
    standard: Text | None = None
    announcement: Text | None = None
    trademark: Text | None = None
    grades: Annotated[Texts, Field(default_factory=list)]
    printed_texts: Annotated[Texts, Field(default_factory=list)]
    from_: Annotated[Day, Field(validation_alias="from", default_factory=lambda: FIRST_DAY)]
    until: Day | None = None

    def form(self, before: RightFacts) -> RightAmendment:
        """The same for the domain, where the facts were `before`."""
        sent = self.model_dump(exclude_unset=True, exclude={"reason", "source", "source_tag", "confirmed"})
        facts = replace(before, **{_DOMAIN_NAMES.get(name, name): value for name, value in sent.items()})
        known = EvidenceSent(source=self.source, tag=self.source_tag, confirmed=self.confirmed)
        return RightAmendment(facts, known.evidence(), self.reason)


_DOMAIN_NAMES = {"area": "towns", "grades": "defined_grades", "from_": "valid_from", "until": "valid_until"}


def _known(known: Evidence) -> EvidenceSent:
    confirmed = None if known.confirmed is None else ConfirmedBy(by=known.confirmed.by, on=known.confirmed.on)
    return EvidenceSent(source=known.source, tag=known.tag, confirmed=confirmed)
