"""What became of printed labels: reports, missing numbers, and who was given which file."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.v1.answering import Accepted, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Instant, RangeShown, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.prints import FILE, FileShown, Index
from api.v1.proposals import NOT_YET, ProposalShown, asked_for
from gimark.accounts.rules import Actor, Permission
from gimark.approvals.asked import Ending
from gimark.issuance.custody.actions import ReportForm, report_labels
from gimark.issuance.custody.queries import Custody, Download, ReportFacts, custody, spans_to_void
from gimark.issuance.custody.rules import Fate, Told
from gimark.issuance.rules import RangeKind, Span
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/print-orders/{order}/custody", tags=["labels"], route_class=JsonRoute)

MOST_RANGES = 1_000
REPORTED = {
    "ref": "2a4c6e8g0j1m3p5r",
    "ranges": [
        {"first": 0, "last": 279, "fate": "printed"},
        {"first": 280, "last": 289, "fate": "scrapped"},
    ],
    "note": "卷尾十枚打偏",
    "reported_by": "songwu",
    "reported_at": "2026-11-22T06:00:00Z",
}


class FateSent(Sent):
    """The labels from the first to the last, both included, by their index in the run, and what became of them."""

    first: Index
    last: Index
    fate: Fate


class ReportSent(Sent):
    """What was printed well, scrapped, or handed back; labels that are not named are missing."""

    model_config = examples({"ranges": REPORTED["ranges"], "note": REPORTED["note"]})

    ranges: Annotated[list[FateSent], Field(min_length=1, max_length=MOST_RANGES)]
    note: Text | None = None


class MissingSent(Sent):
    """Why the codes of missing and scrapped labels are voided; it will be public."""

    model_config = examples({"reason": "标签缺号，去向不明"})

    reason: Text


class FateShown(RangeShown):
    """Labels with one fate."""

    fate: Fate

    @classmethod
    def of(cls, part: Told) -> "FateShown":
        """What is shown of them."""
        return cls.model_validate(part, from_attributes=True)


class ReportShown(Shown):
    """A report on the labels of a print order."""

    model_config = examples(REPORTED)

    ref: Ref
    ranges: list[FateShown]
    note: str | None
    reported_by: str
    reported_at: Instant

    @classmethod
    def of(cls, facts: ReportFacts) -> "ReportShown":
        """What is shown of a report."""
        return cls(
            ref=facts.ref,
            ranges=[FateShown.of(part) for part in facts.told],
            note=facts.note,
            reported_by=facts.reported_by,
            reported_at=facts.reported_at,
        )


class DownloadShown(Shown):
    """Who was given a file, when."""

    name: str
    sha256: str
    user: str
    at: Instant

    @classmethod
    def of(cls, facts: Download) -> "DownloadShown":
        """What is shown of a download."""
        return cls.model_validate(facts, from_attributes=True)


class CustodyShown(Shown):
    """The account of a print order's labels.

    `counts` add up to the labels of the order. `to_void` are codes of missing or scrapped labels that can still be
    used, `to_return` those of labels that were handed back; labels printed again by `superseded_by` are in neither.
    """

    model_config = examples(
        {
            "order": "8d0f2h4k7n9q1s3v",
            "run": "1d3f5h7k9n2q4s6v",
            "first": 0,
            "last": 299,
            "counts": {"printed": 280, "scrapped": 10, "returned": 0, "missing": 10},
            "missing": [{"first": 290, "last": 299}],
            "to_void": [{"first": 280, "last": 299}],
            "to_return": [],
            "superseded_by": [],
            "reports": [REPORTED],
            "files": [FILE],
            "downloads": [
                {"name": FILE["name"], "sha256": FILE["sha256"], "user": "songwu", "at": "2026-11-22T02:00:00Z"}
            ],
        }
    )

    order: Ref
    run: Ref
    first: Count
    last: Count
    counts: dict[str, Count]
    missing: list[RangeShown]
    to_void: list[RangeShown]
    to_return: list[RangeShown]
    superseded_by: list[Ref]
    reports: list[ReportShown]
    files: list[FileShown]
    downloads: list[DownloadShown]

    @classmethod
    def of(cls, found: Custody) -> "CustodyShown":
        """What is shown of an account."""
        numbers = {fate.value: found.accounted.number(fate) for fate in Fate}
        return cls(
            order=found.ref,
            run=found.run_ref,
            first=found.first,
            last=found.last,
            counts={**numbers, "missing": found.accounted.number(None)},
            missing=_ranges(found.missing),
            to_void=_ranges(found.to_void),
            to_return=_ranges(found.to_return),
            superseded_by=list(found.superseded_by),
            reports=[ReportShown.of(report) for report in found.reports],
            files=[FileShown.of(file) for file in found.files],
            downloads=[DownloadShown.of(download) for download in found.downloads],
        )


@router.get("", response_model=CustodyShown, summary="Show where labels went", openapi_extra=needs(Permission.READ))
def show_custody(process: Here, actor: Caller, order: RefInPath, known: KnownTag = None) -> Response:
    """What was printed, scrapped and returned, what is missing, and who was given which file when."""
    with process.here.store.reading() as session:
        return told(CustodyShown.of(custody(session, actor, order)), known)


@router.post(
    "/reports",
    status_code=201,
    response_model=CustodyShown,
    responses=conflicts(),
    summary="Report where labels went",
    openapi_extra=needs(Permission.CHANGE_CODES),
)
def report_custody(actor: Caller, making: Making, order: RefInPath, sent: ReportSent) -> Response:
    """Say what became of labels; a later report replaces what an earlier one said of the same ones. No code changes."""
    form = ReportForm(tuple(Told(part.first, part.last, part.fate) for part in sent.ranges), sent.note)

    def make(act: Act) -> Made:
        report_labels(act, actor, order, form)
        return _account(act, actor, order)

    return making.once(make)


@router.post(
    "/missing",
    status_code=201,
    response_model=CustodyShown,
    responses={202: {"model": ProposalShown, "description": NOT_YET}, **conflicts()},
    summary="Void what is missing",
    openapi_extra=needs(Permission.VOID_CODES),
)
def void_missing(actor: Caller, making: Making, order: RefInPath, sent: MissingSent) -> Response:
    """Void every code in `to_void` in one act (ledger: run.void). Many of them take two people: 202 and a proposal."""

    def make(act: Act) -> Made | Accepted:
        found = custody(act.session, actor, order)
        came = asked_for(act, actor, Ending(found.run_ref, RangeKind.VOID, spans_to_void(found), sent.reason))
        return came if isinstance(came, Accepted) else _account(act, actor, order)

    return making.once(make)


def _account(act: Act, actor: Actor, order: str) -> Made:
    return Made(CustodyShown.of(custody(act.session, actor, order)), f"/v1/print-orders/{order}/custody")


def _ranges(spans: tuple[Span, ...]) -> list[RangeShown]:
    return [RangeShown(first=first, last=last) for first, last in spans]
