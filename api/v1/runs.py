"""Runs of codes: ordering them, and what was issued."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from api.v1.answering import HEADERS, KnownTag, RepeatKey, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.jobs import JobShown
from api.v1.models import Count, Day, Grams, Instant, Ref, RefInPath, Sent, Shown, examples
from api.v1.paging import WHOLE_NUMBER, Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.issuance import lists, work
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, issue_order, order_codes
from gimark.issuance.lists import ListedRun, RunFilter
from gimark.issuance.rules import MAX_RUN_COUNT, checked_spans
from gimark.issuance.serials import serial_rows

router = APIRouter(prefix="/runs", tags=["runs"], route_class=JsonRoute)

EXAMPLE = {
    "ref": "1d3f5h7k9n2q4s6v",
    "number": 17,
    "batch": "7c9e1g3j5m8p0r2t",
    "enterprise": "0k3v9m2x7q8r4t6w",
    "gtin": "09521123000261",
    "lot": "YX26A0317",
    "count": 300,
    "net_g": 250,
    "kid": "0001",
    "epoch": 1,
    "codes_root": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "issued_at": "2026-11-22T01:41:00Z",
    "ledger_index": 23,
}
ACCEPTED = "More than 10,000 codes: a job issues them; its `run` is there when it is done."


class RunSent(Sent):
    """How many codes, for which batch."""

    model_config = examples({"batch": "7c9e1g3j5m8p0r2t", "count": 300})

    batch: Ref
    count: Annotated[Count, Field(ge=1, le=MAX_RUN_COUNT)]


class RunShown(Shown):
    """A run of `count` codes, indices 0 … count − 1. `codes_root` is the ledger's commitment to exactly these."""

    model_config = examples(EXAMPLE)

    ref: Ref
    number: Count
    batch: Ref
    enterprise: Ref
    gtin: str
    lot: str
    count: Count
    net_g: Grams
    kid: str
    epoch: Count
    codes_root: str
    issued_at: Instant
    ledger_index: Count

    @classmethod
    def of(cls, found: ListedRun) -> "RunShown":
        """What is shown of a run."""
        facts = found.facts
        return cls(
            ref=facts.ref,
            number=facts.number,
            batch=found.batch_ref,
            enterprise=found.enterprise_ref,
            gtin=facts.gtin,
            lot=facts.lot,
            count=facts.count,
            net_g=facts.net_g,
            kid=facts.kid,
            epoch=facts.epoch,
            codes_root=b64encode(facts.codes_root).decode(),
            issued_at=facts.issued_at,
            ledger_index=facts.ledger_index,
        )


class RunsQuery(PageQuery):
    """Which runs are wanted; days of issue, both included."""

    enterprise: Ref | None = None
    batch: Ref | None = None
    issued_from: Day | None = None
    issued_until: Day | None = None

    @property
    def chosen(self) -> RunFilter:
        """The same for the domain."""
        return RunFilter(self.enterprise, self.batch, self.issued_from, self.issued_until)


IndexInQuery = Annotated[int, WHOLE_NUMBER, Field(ge=0, lt=MAX_RUN_COUNT)]


@router.get(
    "", response_model=Page[RunShown], responses={404: {}}, summary="List runs", openapi_extra=needs(Permission.READ)
)
def list_runs(request: Request, process: Here, actor: Caller, query: Annotated[RunsQuery, Query()]) -> Response:
    """In the order in which they were issued: asking again behind the last one misses none. A producer sees its own."""
    with process.here.store.reading() as session:
        return page(request, lists.runs(session, actor, query.wanted, query.chosen).map(RunShown.of))


@router.get("/{run}", response_model=RunShown, summary="Show a run", openapi_extra=needs(Permission.READ))
def show_run(process: Here, actor: Caller, run: RefInPath, known: KnownTag = None) -> Response:
    """One run. It never changes; what became of its codes is in its ranges."""
    with process.here.store.reading() as session:
        return told(RunShown.of(lists.run(session, actor, run)), known)


@router.post(
    "",
    status_code=201,
    response_model=RunShown,
    responses={202: {"model": JobShown, "description": ACCEPTED}, 404: {}, **conflicts()},
    summary="Order codes",
    openapi_extra=needs(Permission.ISSUE_CODES),
)
def order_run(process: Here, actor: Caller, key: RepeatKey, sent: RunSent) -> Response:
    """Issue codes for a batch (ledger: run.issue): up to 10,000 at once, more by a job (202, `Location` is the job's).

    A repeat under the same Idempotency-Key goes on with the same order and is answered by the same run, for good.
    """
    here = process.here
    keyring = here.keyring  # before the order: without keys it would hold its volume for nothing
    order = order_codes(here.store, actor, IssueForm(sent.batch, sent.count, key))
    if sent.count > MOST_AT_ONCE:
        with here.store.reading() as session:
            under_way = work.work_of_order(session, actor, order)
        if under_way.run_ref is None:
            job = JobShown.made(under_way)
            return told(job, status=202, location=f"/v1/jobs/{job.ref}")
    ref = issue_order(here.store, keyring, actor, order).ref
    with here.store.reading() as session:
        shown = RunShown.of(lists.issued(session, actor, ref))
    return told(shown, status=201, location=f"/v1/runs/{ref}")


@router.get(
    "/{run}/codes",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "CSV with a header"}},
    summary="List serials",
    openapi_extra=needs(Permission.READ),
)
def list_serials(
    process: Here, actor: Caller, run: RefInPath, first: IndexInQuery = 0, last: IndexInQuery | None = None
) -> Response:
    """`index,serial,typed,state` of the codes first … last (all of them when left out), as CSV (RFC 4180).

    For keeping stock. Signed codes, which can be printed, come with a print order alone: each is printed once.
    """
    here = process.here
    with here.store.reading() as session:
        facts, ranges = lists.run(session, actor, run).facts, lists.run_ranges(session, actor, run)
    [span] = checked_spans([(first, facts.count - 1 if last is None else last)], facts.count)
    name = f'attachment; filename="run-{facts.number}.csv"'
    rows = serial_rows(here.keyring, facts, ranges.states, span)
    return StreamingResponse(rows, 200, {**HEADERS, "Content-Disposition": name}, "text/csv; charset=us-ascii")
