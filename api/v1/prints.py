"""Print orders: label files for codes of a run, made by a job, proven by reading them back, and released once."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, Strict

from api.jobs.labelling import order_labels, preview
from api.v1.answering import HEADERS, KnownTag, RepeatKey, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.jobs import JobListed
from api.v1.models import Count, Instant, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import WHOLE_NUMBER, Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.issuance import lists, work
from gimark.issuance.lists import ListedPrint
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, visible_print
from gimark.issuance.queries import FileFacts, PrintFacts
from gimark.issuance.rules import MAX_RUN_COUNT, PrintFormat
from gimark.jobs.queries import JobFacts
from labels.carrier import PRINTER_DPI

router = APIRouter(tags=["labels"], route_class=JsonRoute)

LONGEST_TEMPLATE = 40
MOST_OFFSET_MM = 10
SENT = {
    "run": "1d3f5h7k9n2q4s6v",
    "first": 0,
    "last": 299,
    "template": "a4-3x8",
    "dpi": 300,
    "format": "pdf",
    "skip": 0,
    "offset_mm": {"right": 0.5, "down": -0.25},
    "on_pack": ["contact"],
    "reprint_reason": None,
}
LISTED = {
    "ref": "8d0f2h4k7n9q1s3v",
    "run": "1d3f5h7k9n2q4s6v",
    "first": 0,
    "last": 299,
    "template": "a4-3x8",
    "format": "pdf",
    "dpi": 300,
    "state": "released",
    "ordered_at": "2026-11-22T01:42:00Z",
    "released_at": "2026-11-22T01:42:09Z",
}
FILE = {"name": "labels-0001.pdf", "first": 0, "last": 299, "sha256": "e3b0c442…", "size": 482113}

Index = Annotated[int, Strict(), Field(ge=0, lt=MAX_RUN_COUNT)]
Millimetres = Annotated[float, Strict(), Field(ge=-MOST_OFFSET_MM, le=MOST_OFFSET_MM)]


class OffsetSent(Sent):
    """How far everything is moved, in millimetres, for a printer that is off (see the calibration sheet)."""

    right: Millimetres = 0.0
    down: Millimetres = 0.0

    @property
    def um(self) -> tuple[int, int]:
        """The same in micrometres."""
        return round(self.right * 1_000), round(self.down * 1_000)


class PrintSent(Sent):
    """Labels for the codes first … last of a run. Rolls go to thermal printers as `zpl` (Zebra) or `tspl` (TSC);
    `svg` and `png` are archives with a file for each label, for designers.

    `skip` places of the first sheet were used before. `on_pack` names mandatory items that stand on the package
    itself. A code is printed once: `reprint_reason`, which will be public, has labels of the same codes made again.
    """

    model_config = examples(SENT)

    run: Ref
    first: Index
    last: Index
    template: Annotated[Text, Field(max_length=LONGEST_TEMPLATE)]
    dpi: Annotated[Count, Field(json_schema_extra={"enum": list(PRINTER_DPI)})] = 300
    format: PrintFormat = PrintFormat.PDF
    skip: Annotated[Count, Field(le=2_500)] = 0
    offset_mm: OffsetSent = OffsetSent()
    on_pack: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    reprint_reason: Text | None = None

    def form(self, key: str) -> PrintForm:
        """The same for the domain."""
        return PrintForm(
            run_ref=self.run,
            first=self.first,
            last=self.last,
            template=self.template,
            dpi=self.dpi,
            idempotency_key=key,
            on_pack=self.on_pack,
            reprint_reason=self.reprint_reason,
            format=self.format,
            skip=self.skip,
            offset_um=self.offset_mm.um,
        )


class PrintListed(Shown):
    """A print order. Its files leave when it is `released`: proven, and the run under a published checkpoint."""

    model_config = examples(LISTED)

    ref: Ref
    run: Ref
    first: Count
    last: Count
    template: str
    format: PrintFormat
    dpi: Count
    state: PrintState
    ordered_at: Instant
    released_at: Instant | None

    @classmethod
    def of(cls, found: ListedPrint | PrintFacts) -> "PrintListed":
        """What a list shows of a print order."""
        return cls(
            ref=found.ref,
            run=found.run_ref,
            first=found.first,
            last=found.last,
            template=found.template,
            format=found.format,
            dpi=found.dpi,
            state=found.state,
            ordered_at=found.ordered_at,
            released_at=found.released_at,
        )


class FileShown(Shown):
    """A file of a print order: the codes it covers, its SHA-256 in hex, its bytes."""

    model_config = examples(FILE)

    name: str
    first: Count
    last: Count
    sha256: str
    size: Count

    @classmethod
    def of(cls, file: FileFacts) -> "FileShown":
        """What is shown of a file."""
        return cls.model_validate(file, from_attributes=True)


class PrintShown(PrintListed):
    """A print order with its job (null when that was long ago) and, once released, its files.

    They can be downloaded until `files_removed_at`, 90 days later; their hashes stay.
    """

    model_config = examples(
        {
            **LISTED,
            "skip": 0,
            "offset_mm": {"right": 0.5, "down": -0.25},
            "job": None,
            "files": [FILE],
            "files_removed_at": None,
        }
    )

    skip: Count
    offset_mm: OffsetSent
    job: JobListed | None
    files: list[FileShown]
    files_removed_at: Instant | None

    @classmethod
    def made(cls, found: PrintFacts, job: JobFacts | None) -> "PrintShown":
        """What is shown of a print order."""
        right, down = found.offset_um
        is_released = found.state is PrintState.RELEASED
        return cls(
            **PrintListed.of(found).model_dump(),
            skip=found.skip,
            offset_mm=OffsetSent(right=right / 1_000, down=down / 1_000),
            job=None if job is None else JobListed.of(job),
            files=[FileShown.of(file) for file in found.leaving] if is_released else [],
            files_removed_at=found.files_removed_at,
        )


class PrintsQuery(PageQuery):
    """Which print orders are wanted."""

    run: Ref | None = None
    enterprise: Ref | None = None


def binary(description: str, *kinds: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that answers with a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": description, "content": content}}


@router.get(
    "/print-orders",
    response_model=Page[PrintListed],
    responses={404: {}},
    summary="List print orders",
    openapi_extra=needs(Permission.READ),
)
def list_print_orders(
    request: Request, process: Here, actor: Caller, query: Annotated[PrintsQuery, Query()]
) -> Response:
    """In the order in which they came; for a producer's key, its own."""
    with process.here.store.reading() as session:
        found = lists.print_orders(session, actor, query.wanted, query.run, query.enterprise)
        return page(request, found.map(PrintListed.of))


@router.get(
    "/print-orders/{order}",
    response_model=PrintShown,
    summary="Show a print order",
    openapi_extra=needs(Permission.READ),
)
def show_print_order(process: Here, actor: Caller, order: RefInPath, known: KnownTag = None) -> Response:
    """How far a print order is and, once it is released, its files. Ask again every second or so until it is."""
    with process.here.store.reading() as session:
        shown = PrintShown.made(lists.print_order(session, actor, order), work.work_of_print(session, order))
    return told(shown, known)


@router.post(
    "/print-orders",
    status_code=202,
    response_model=PrintShown,
    responses={200: {"model": PrintShown, "description": "A repeat: it is released."}, 404: {}, **conflicts()},
    summary="Order labels",
    openapi_extra=needs(Permission.CHANGE_CODES),
)
def order_print(process: Here, actor: Caller, key: RepeatKey, sent: PrintSent) -> Response:
    """Have label files made. What cannot be printed (a missing text, an illegible symbol) is refused here and now.

    A repeat under the same Idempotency-Key is the same order; when that one failed, it is tried again.
    """
    here = process.here
    order = order_labels(here, actor, sent.form(key))
    with here.store.reading() as session:
        found = visible_print(session, actor, order.ref)
        shown = PrintShown.made(found, work.work_of_print(session, order.ref))
    status = 200 if found.state is PrintState.RELEASED else 202
    return told(shown, status=status, location=f"/v1/print-orders/{order.ref}")


@router.get(
    "/runs/{run}/label",
    response_class=Response,
    responses={**binary("SVG, in millimetres", "image/svg+xml"), **conflicts()},
    summary="Preview a label",
    openapi_extra=needs(Permission.READ),
)
def preview_label(
    process: Here,
    actor: Caller,
    run: RefInPath,
    template: Annotated[str, Query(max_length=LONGEST_TEMPLATE, examples=["a4-3x8"])],
    dpi: Annotated[int, WHOLE_NUMBER, Query(json_schema_extra={"enum": list(PRINTER_DPI)})] = 300,
    on_pack: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006 - the framework copies it
) -> Response:
    """One label as it will be printed, with a specimen in the place of the code. What an order would be refused for is
    refused here too."""
    svg = preview(process.here, actor, run, template, dpi, tuple(on_pack))
    return Response(svg.encode(), 200, HEADERS, "image/svg+xml")
