"""The rights over products' names, and where their facts are known from."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import Changing, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Day, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.registry.rights import actions, queries
from gimark.registry.rights.actions import RightForm
from gimark.registry.rights.evidence import Confirmation, Evidence, set_evidence
from gimark.registry.rights.model import FactName, RightKind, SourceTag
from gimark.registry.rights.queries import RightRecord
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/rights", tags=["rights"], route_class=JsonRoute)

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


class RightShown(Shown):
    """A right over a product's name. Numbers are null when unknown; both days of its life are included.

    `source` and `source_tag` are of the right and of every fact that `evidence` does not name.
    """

    model_config = examples({"ref": "8d0f2h4k7n9q1s3v", **RIGHT, "evidence": {"standard": KNOWN}, "ledger_index": 3})

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
        return Made(RightShown.of(queries.right(act.session, actor, ref)), f"/v1/rights/{ref}")

    return making.once(make)


@router.put(
    "/{right}/evidence",
    response_model=RightShown,
    summary="Say where a right's facts are known from",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def change_evidence(changing: Changing, actor: Caller, right: RefInPath, sent: RightEvidence) -> Response:
    """Put this evidence in the place of what was known. The facts stay; nothing goes into the ledger."""

    def shown(act: Act) -> RightShown:
        return RightShown.of(queries.right(act.session, actor, right))

    def do(act: Act) -> None:
        row = queries.visible_right(act.session, actor, right)
        set_evidence(act, actor, row, Evidence(sent.source, sent.source_tag), sent.facts())

    return changing.of(shown, do)


def _known(known: Evidence) -> EvidenceSent:
    confirmed = None if known.confirmed is None else ConfirmedBy(by=known.confirmed.by, on=known.confirmed.on)
    return EvidenceSent(source=known.source, tag=known.tag, confirmed=confirmed)
