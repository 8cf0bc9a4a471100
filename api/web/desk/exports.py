"""Lists to keep, with the filters and in the order of their page: short ones at once, long ones made by the worker.

/exports/batches.xlsx?state=registered&sort=-registered    /exports/enterprises.csv?q=菌业    /exports/made/{ref}
"""

from collections.abc import Mapping
from itertools import chain, islice
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.v1.door import Here
from api.web.assets import ORDER_PROGRESS
from api.web.desk.downloads import csv, kept_xlsx, xlsx
from api.web.desk.forms import Done, Sending, blank, once
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import Seat, Seated
from api.web.desk.streams import progress_stream
from api.web.exports.asked import Asked, KeptList
from api.web.exports.lists import LISTS
from api.web.translation import N_, Say, sayer
from api.wiring import Process
from gimark.accounts.rules import not_found
from gimark.clock import local_day
from gimark.exchange.exports.actions import ask_for_export
from gimark.exchange.exports.queries import ExportFacts, ListWish, export, exports
from gimark.jobs.rules import JobState
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/exports")

ALL, LONG, ONE = "desk/exports.html", "desk/export-long.html", "desk/export.html"
# About a third of a second of one processor, however wide the list is.
MOST_AT_ONCE = 1_000
NEWEST = 20


@router.get("")
def show_all(request: Request, process: Here, seat: Seated) -> Response:
    """Every list that whoever sits there may take along, and what was made for them in the last days."""
    say = sayer(seat.language)
    with process.here.store.reading() as session:
        made = exports(session, seat.actor, Wanted(NEWEST, newest_first=True)).items
    return desk_page(
        process,
        seat,
        request,
        ALL,
        lists=[(name, say(kept.title)) for name, kept in LISTS.items() if kept.is_for(seat.actor)],
        made=[(one, say(LISTS[one.wish.name].title), state_of(one, say)) for one in made if one.wish.name in LISTS],
    )


@router.get("/{name}.{kind}")
def give(request: Request, process: Here, seat: Seated, name: str, kind: str) -> Response:
    """The list; of a long one a page that offers to have it made. CSV is sent while it is read, however long it is."""
    kept = _kept(seat, name)
    if kind not in ("xlsx", "csv"):
        raise not_found("name")
    listing = listing_of(request, kept.filters, kept.sorts)
    asked = Asked(process.here.store, seat.actor, listing.filters, listing.sort, seat.language)
    # What is wrong with the filters is raised here, before anything is sent.
    rows = kept.rows(asked)
    first = list(islice(rows, MOST_AT_ONCE + 1 if kind == "xlsx" else 1))
    file_name = f"{asked.say(kept.title)} {asked.today}.{kind}"
    if kind == "csv":
        return csv(kept.table(asked, chain(first, rows)), file_name)
    if len(first) <= MOST_AT_ONCE:
        return xlsx(kept.table(asked, first), file_name)
    title, form = asked.say(kept.title), blank()
    return desk_page(
        process, seat, request, LONG, name=name, title=title, listing=listing, most=MOST_AT_ONCE, form=form
    )


@router.post("/{name}")
def ask(request: Request, process: Here, seat: Seated, name: str, sent: Sending) -> Response:
    """Have a list made; filters and order are in the address."""
    kept = _kept(seat, name)
    listing = listing_of(request, kept.filters, kept.sorts)
    wish = ListWish(name, dict(listing.filters), listing.sort, seat.language)

    def do(act: Act) -> Done:
        return Done(f"/exports/made/{ask_for_export(act, seat.actor, wish)}")

    return once(process, seat, request, sent, do)


@router.get("/made/{ref}")
def show(request: Request, process: Here, seat: Seated, ref: str) -> Response:
    """How far it is, and the file once there is one."""
    say, found = sayer(seat.language), _own(process, seat, ref)
    return desk_page(
        process,
        seat,
        request,
        ONE,
        one=found,
        title=say(_kept(seat, found.wish.name).title),
        state=state_of(found, say),
        said=told(found, say)["said"],
        is_under_way=is_under_way(found),
        failure=found.job and found.job.reason(seat.language),
        script=ORDER_PROGRESS.path,
    )


@router.get("/made/{ref}/progress")
async def progress(process: Here, seat: Seated, ref: str) -> Response:
    """Events `progress` (said, done, total), and `changed` once it is made or has failed."""
    say, found = sayer(seat.language), await run_in_threadpool(_own, process, seat, ref)

    def tell(now: ExportFacts) -> Mapping[str, object] | None:
        return told(now, say) if is_under_way(now) else None

    return progress_stream(process.exports, found.ref, found, tell)


@router.get("/made/{ref}/file")
def download(process: Here, seat: Seated, ref: str) -> Response:
    """The workbook, for whoever asked for it. It is known by its SHA-256, which stands beside it."""
    found = _own(process, seat, ref)
    if found.file is None:
        raise not_found("export")
    title = sayer(seat.language)(_kept(seat, found.wish.name).title)
    return kept_xlsx(process.here.files, found.file, f"{title} {local_day(found.asked_at)}.xlsx")


def is_under_way(one: ExportFacts) -> bool:
    """Whether the worker has still to do with it."""
    return one.file is None and one.job is not None and one.job.state in (JobState.QUEUED, JobState.RUNNING)


def state_of(one: ExportFacts, say: Say) -> tuple[str, str, str]:
    """How it stands: text, tone, icon."""
    if one.file is not None:
        return say(N_("可以下载")), "ok", "check"
    if is_under_way(one):
        return say(N_("正在制作")), "", "clock"
    return say(N_("制作失败")), "bad", "x"


def told(one: ExportFacts, say: Say) -> dict[str, Any]:
    """What a page says of one under way; how many rows there will be is not known before they are read."""
    done = 0 if one.job is None else one.job.progress_done
    said = say(N_("已写 %(count)s 行"), count=f"{done:,}") if done else say(N_("排队中"))
    return {"said": said, "done": 0, "total": 0}


def _kept(seat: Seat, name: str) -> KeptList[Any]:
    """The list of that name. Raises NotFoundError where there is none, or none for whoever sits there."""
    found = LISTS.get(name)
    if found is None or not found.is_for(seat.actor):
        raise not_found("name")
    return found


def _own(process: Process, seat: Seat, ref: str) -> ExportFacts:
    with process.here.store.reading() as session:
        return export(session, seat.actor, ref)
