"""Uploads: a workbook of batches, read and judged as at the producer's desk; what became of each of its rows."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import refusals
from api.v1.answering import HEADERS, Attempt, Changing, KnownTag, Made, RepeatKey, attempt, told
from api.v1.bodies import JsonRoute, arrived, media_type
from api.v1.description import conflicts, example_of, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Instant, Ref, RefInPath, Shown, examples
from api.v1.paging import Page, PageQuery, page
from api.v1.prints import binary
from api.web.desk.downloads import XLSX
from gimark.accounts.rules import Actor, Permission
from gimark.clock import local_day
from gimark.errors import Fault
from gimark.exchange.batch_columns import Column
from gimark.exchange.batch_sheet import read_batches
from gimark.exchange.batch_template import batch_template
from gimark.exchange.uploads import queries
from gimark.exchange.uploads.actions import (
    UploadForm,
    prepare_ready_rows,
    prepare_rows,
    register_ready_rows,
)
from gimark.exchange.uploads.actions import (
    take_upload as take,
)
from gimark.exchange.uploads.queries import UploadFacts
from gimark.exchange.uploads.rules import LONGEST_NAME, Choice, Outcome, UploadedRow
from gimark.exchange.workbooks import open_workbook
from gimark.registry.enterprises.queries import own_enterprise
from gimark.store.paging import Portion, unknown_place
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/uploads", tags=["uploads"], route_class=JsonRoute)

# As large as a file may be, over the line of a mountain township.
WORKBOOK_WITHIN_S = 120.0
EXAMPLE = {
    "ref": "6q8s0v2x4z7b9d1f",
    "file_name": "10 月.xlsx",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "choice": "whole",
    "uploaded_at": "2026-11-22T01:41:00Z",
    "by": "songwu",
    "rows": 3,
    "registered": 0,
    "known": 1,
    "ready": 1,
    "refused": 1,
}
TAKES = {"requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
REFUSALS = {
    **example_of(
        413, "body-too-large", "Body too large", "the body is larger than 20971520 bytes", "Send a smaller one"
    ),
    **example_of(422, "invalid-input", "Invalid input", "the workbook needs a password", "Take the password off"),
}


class UploadShown(Shown):
    """An upload. Of its `rows` some were `registered`, `known` already, good but held up (`ready`), or `refused`."""

    model_config = examples(EXAMPLE)

    ref: Ref
    file_name: str
    sha256: str
    choice: Choice
    uploaded_at: Instant
    by: str
    rows: Count
    registered: Count
    known: Count
    ready: Count
    refused: Count

    @classmethod
    def of(cls, facts: UploadFacts) -> "UploadShown":
        """What is shown of an upload."""
        counts = {name: getattr(facts, name) for name in ("registered", "known", "ready", "refused")}
        return cls(
            ref=facts.ref,
            file_name=facts.file_name,
            sha256=facts.sha256,
            choice=facts.choice,
            uploaded_at=facts.uploaded_at,
            by=facts.by,
            rows=facts.total,
            **counts,
        )


class RowFault(Shown):
    """One thing that is wrong with a row: the column (or what else it is about), why, and what to do."""

    field: str
    reason_zh: str
    reason_en: str
    remedy_zh: str
    remedy_en: str

    @classmethod
    def of(cls, fault: Fault) -> "RowFault":
        """What is shown of a fault."""
        return cls.model_validate(fault, from_attributes=True)


class RowShown(Shown):
    """A row by its number in the sheet, its cells as they were read, what it came to, and its batch if it has one."""

    model_config = examples(
        {
            "number": 3,
            "cells": {
                "item": "云溪香菇 花菇 250 g｜09521234500018",
                "lot": "YX26A1113",
                "producer_lot": "",
                "town": "松坞镇｜999001001",
                "harvested_from": "2026-10-01",
                "harvested_until": "2026-12-21",
                "planned_g": "250",
            },
            "outcome": "refused",
            "batch": None,
            "faults": [
                {
                    "field": "harvested_until",
                    "reason_zh": "采收日在将来",
                    "reason_en": "the harvest lies in the future",
                    "remedy_zh": "请在采收后登记",
                    "remedy_en": "Register it after the harvest",
                }
            ],
        }
    )

    number: Count
    cells: dict[Column, str]
    outcome: Outcome
    batch: Ref | None
    faults: list[RowFault]

    @classmethod
    def of(cls, row: UploadedRow) -> "RowShown":
        """What is shown of a row."""
        return cls(
            number=row.number,
            cells=dict(zip(Column, row.cells, strict=True)),
            outcome=row.outcome,
            batch=row.batch_ref,
            faults=[RowFault.of(fault) for fault in row.faults],
        )


class UploadQuery(PageQuery):
    """Which rows are wanted; `after` is the number of a row."""

    outcome: Outcome | None = None


FileName = Annotated[str, Query(max_length=LONGEST_NAME, description="The file's name, for people")]
Whole = Annotated[
    Choice, Query(description="`whole`: no row is registered while one is refused; `good_rows`: the good ones are")
]


async def sent_workbook(request: Request) -> bytes:
    """The body, which must say that it is a workbook; what makes the request another one is noted for its attempt.

    Raises UnsupportedMediaTypeError (415), HTTPException 408 and 400.
    """
    if media_type(request)[0] != XLSX:
        raise refusals.unsupported_media_type(".xlsx 工作簿", ".xlsx workbook", XLSX)
    data = await arrived(request, WORKBOOK_WITHIN_S)
    asked = request.scope["query_string"]
    request.scope["state"]["body_sha256"] = hashlib.sha256(asked + b"\n" + hashlib.sha256(data).digest()).digest()
    return data


Workbook = Annotated[bytes, Depends(sent_workbook)]


async def uploading(request: Request, _data: Workbook, process: Here, actor: Caller, key: RepeatKey) -> Attempt:
    """The request as an attempt, once its body is there."""
    return await attempt(request, process, actor, key)


@router.get(
    "/template",
    response_class=Response,
    responses=binary("The workbook to fill in", XLSX),
    summary="Download the template",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def download_template(process: Here, actor: Caller) -> Response:
    """With your enterprise's items and the county's towns to choose from, as they are now."""
    with process.here.store.reading() as session:
        choices = queries.choices_of(session, actor)
        own = own_enterprise(session, actor)
    return Response(batch_template(choices, own.name_zh if own else ""), 200, HEADERS, XLSX)


@router.post(
    "",
    status_code=201,
    response_model=UploadShown,
    responses={**REFUSALS, **conflicts()},
    summary="Upload batches",
    openapi_extra={**needs(Permission.MANAGE_BATCHES), **TAKES},
)
def take_upload(
    process: Here,
    actor: Caller,
    data: Workbook,
    making: Annotated[Attempt, Depends(uploading)],
    choice: Whole = Choice.WHOLE,
    name: FileName = "batches.xlsx",
) -> Response:
    """The .xlsx file as the body. Every row is registered (ledger: batch.register), known already, or refused with its
    reasons, which `/uploads/{upload}/rows` tells; a row that was uploaded before is never registered twice.

    422 when it is no such workbook: a password, macros, an old .xls, a bomb, columns missing, more than 5,000 rows.
    """
    store = process.here.store
    with store.reading() as session:
        choices = queries.choices_of(session, actor)
    read = read_batches(open_workbook(data), choices, local_day(store.clock.now()))
    prepared = prepare_rows(store, actor, read.rows)
    form = UploadForm(name, hashlib.sha256(data).hexdigest(), read, choice)

    def make(act: Act) -> Made:
        ref = take(act, actor, form, prepared).ref
        return Made(_shown(act, actor, ref), f"/v1/uploads/{ref}")

    return making.once(make)


@router.get(
    "", response_model=Page[UploadShown], summary="List uploads", openapi_extra=needs(Permission.MANAGE_BATCHES)
)
def list_uploads(request: Request, process: Here, actor: Caller, query: Annotated[PageQuery, Query()]) -> Response:
    """Your enterprise's, in the order in which they came. They are kept for 90 days, their batches for good."""
    with process.here.store.reading() as session:
        return page(request, queries.uploads(session, actor, query.wanted).map(UploadShown.of))


@router.get(
    "/{upload}",
    response_model=UploadShown,
    summary="Show an upload",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def show_upload(process: Here, actor: Caller, upload: RefInPath, known: KnownTag = None) -> Response:
    """One upload. Its ETag is what a registration of its good rows must name."""
    with process.here.store.reading() as session:
        return told(UploadShown.of(queries.upload(session, actor, upload)[0]), known)


@router.get(
    "/{upload}/rows",
    response_model=Page[RowShown],
    summary="List an upload's rows",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def list_rows(
    request: Request, process: Here, actor: Caller, upload: RefInPath, query: Annotated[UploadQuery, Query()]
) -> Response:
    """In the order of the sheet, each with what it came to and what is wrong with it."""
    if query.after is not None and not query.after.isdecimal():
        raise unknown_place()
    with process.here.store.reading() as session:
        _, rows = queries.upload(session, actor, upload)
    behind = int(query.after or 0)
    found = [row for row in rows.rows if row.number > behind and query.outcome in (None, row.outcome)]
    shown = tuple(RowShown.of(row) for row in found[: query.limit])
    return page(request, Portion(shown, str(shown[-1].number) if len(found) > query.limit else None))


@router.post(
    "/{upload}/registration",
    response_model=UploadShown,
    responses=conflicts(),
    summary="Register the good rows",
    openapi_extra=needs(Permission.MANAGE_BATCHES),
)
def register_rows(process: Here, changing: Changing, actor: Caller, upload: RefInPath) -> Response:
    """Those that were held up by refused ones; each is judged again. 409 when none waits."""
    prepared = prepare_ready_rows(process.here.store, actor, upload)
    return changing.of(
        lambda act: _shown(act, actor, upload), lambda act: register_ready_rows(act, actor, upload, prepared)
    )


def _shown(act: Act, actor: Actor, ref: str) -> UploadShown:
    return UploadShown.of(queries.upload(act.session, actor, ref)[0])
