"""Uploading batches: the workbook to fill in, what became of each row of one that was sent, and its good rows later."""

import hashlib
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.downloads import download, xlsx
from api.web.desk.forms import MOST_DIGITS, REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.producer.words import Word
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.clock import local_day
from gimark.errors import InvalidInputError, invalid
from gimark.exchange.batch_sheet import read_batches
from gimark.exchange.batch_template import batch_template
from gimark.exchange.uploads import queries
from gimark.exchange.uploads.actions import (
    UploadForm,
    prepare_ready_rows,
    prepare_rows,
    register_ready_rows,
    take_upload,
)
from gimark.exchange.uploads.report import fault_words, report_table
from gimark.exchange.uploads.rules import Choice, Outcome, UploadedRow
from gimark.exchange.workbooks import open_workbook
from gimark.store.unit_of_work import Act

PATH = "/producer/uploads"
PAGE = "producer/uploads.html"
ROWS_SHOWN = 100

router = APIRouter(prefix=PATH)

OUTCOME: dict[Outcome, Word] = {
    Outcome.REFUSED: Word(N_("未登记"), "bad", "x"),
    Outcome.READY: Word(N_("可以登记"), "warn", "clock"),
    Outcome.REGISTERED: Word(N_("已登记"), "ok", "check"),
    Outcome.KNOWN: Word(N_("此前已登记"), "", "check"),
}


@router.get("")
def uploads(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """The form, and what was uploaded before, the newest first."""
    return desk_page(process, seat, request, PAGE, form=blank(choice=Choice.WHOLE), **_values(request, process, seat))


@router.post("")
def take(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Take a workbook: it is read and judged before anybody waits for it, then registered in one act."""
    try:
        form = _read(process, seat, sent)
        prepared = prepare_rows(process.here.store, seat.actor, form.read.rows)

        def do(act: Act) -> Done:
            return Done(f"{PATH}/{take_upload(act, seat.actor, form, prepared).ref}")

        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, PAGE, sent, error, **_values(request, process, seat))


@router.get("/template.xlsx")
def template(process: Here, seat: AtProducerDesk) -> Response:
    """The workbook to fill in, with the enterprise's own items and the county's towns."""
    with process.here.store.reading() as session:
        choices = queries.choices_of(session, seat.actor)
    return download(batch_template(choices, seat.enterprise or ""), sayer(seat.language)(N_("批次登记表")) + ".xlsx")


@router.get("/{upload}")
def show(request: Request, process: Here, seat: AtProducerDesk, upload: str) -> Response:
    """What became of it, row by row; those that were refused first, unless others are asked for."""
    with process.here.store.reading() as session:
        facts, rows = queries.upload(session, seat.actor, upload)
    counts = rows.counts()
    asked = _outcome(request.query_params.get("outcome", ""))
    present = [kind for kind in OUTCOME if counts[kind]]
    shown = asked or (present[0] if present else Outcome.REFUSED)
    after = request.query_params.get("after", "")[:MOST_DIGITS]
    found = [row for row in rows.rows if row.outcome is shown and row.number > (int(after) if after.isdecimal() else 0)]
    return desk_page(
        process,
        seat,
        request,
        "producer/upload.html",
        upload=facts,
        form=blank(),
        remarks=[remark.zh if seat.language == "zh" else remark.en for remark in rows.remarks],
        kinds=[(kind, OUTCOME[kind], counts[kind]) for kind in present],
        kind=shown,
        word=OUTCOME[shown],
        rows=[_line(row, seat) for row in found[:ROWS_SHOWN]],
        next=found[ROWS_SHOWN - 1].number if len(found) > ROWS_SHOWN else None,
        after=after,
    )


@router.post("/{upload}/registration")
def register(request: Request, process: Here, seat: AtProducerDesk, upload: str, sent: Sending) -> Response:
    """Register the good rows, which waited for the others to be mended."""
    say, prepared = sayer(seat.language), prepare_ready_rows(process.here.store, seat.actor, upload)

    def do(act: Act) -> Done:
        done = register_ready_rows(act, seat.actor, upload, prepared)
        return Done(f"{PATH}/{upload}", say(N_("已登记 %(count)s 批。"), count=f"{done.registered:,}"))

    return once(process, seat, request, sent, do)


@router.get("/{upload}/report.xlsx")
def report(process: Here, seat: AtProducerDesk, upload: str) -> Response:
    """The rows as they were sent, with outcome and reasons beside them."""
    with process.here.store.reading() as session:
        facts, rows = queries.upload(session, seat.actor, upload)
    day = local_day(facts.uploaded_at)
    return xlsx(report_table(rows.rows, seat.language), f"{sayer(seat.language)(N_('上传结果'))} {day}.xlsx")


def _read(process: Process, seat: Seat, sent: Sent) -> UploadForm:
    """What was sent. Raises InvalidInputError naming `file` or `choice`."""
    choice = sent.choice("choice", Choice)
    file = sent.upload("file")
    if file is None:
        raise _no_file()
    data = file.file.read()
    store = process.here.store
    with store.reading() as session:
        choices = queries.choices_of(session, seat.actor)
    read = read_batches(open_workbook(data), choices, local_day(store.clock.now()))
    return UploadForm(file.filename or "", hashlib.sha256(data).hexdigest(), read, choice)


def _values(request: Request, process: Process, seat: Seat) -> dict[str, Any]:
    """What the page shows beside the form."""
    listing = listing_of(request, sorts=("-uploaded",))
    with process.here.store.reading() as session:
        return {"listing": listing, "found": queries.uploads(session, seat.actor, listing.wanted)}


def _line(row: UploadedRow, seat: Seat) -> tuple[int, Sequence[str], str | None, list[str]]:
    """A row as the page shows it: its number, its cells, its batch and what is wrong with it."""
    return row.number, row.cells, row.batch_ref, [fault_words(fault, seat.language) for fault in row.faults]


def _outcome(text: str) -> Outcome | None:
    return Outcome(text) if text in set(Outcome) else None


def _no_file() -> InvalidInputError:
    return invalid(
        "file", "没有选择文件", "no file was chosen", "请选择填好的 .xlsx 文件", "Choose the .xlsx file to upload"
    )
