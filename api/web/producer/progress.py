"""How far an order is, told to its page for as long as that is open (server-sent events, WHATWG HTML 9.2)."""

import json
from collections.abc import AsyncIterator, Mapping

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.v1.door import Here
from api.watching import Watch
from api.web.desk.pages import HEADERS
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.translation import N_, Say, sayer
from gimark.issuance.orders import OrderRow, order_row
from gimark.issuance.stages import UNDER_WAY, OrderStage
from gimark.store.unit_of_work import Store

router = APIRouter(prefix="/producer/orders")

# A browser whose stream ended asks again after so long; after the longer time where there is no room for it now.
AGAIN_MS, LATER_MS = 1_000, 15_000
# nginx would otherwise keep events back until it has enough of them.
STREAM_HEADERS = {**HEADERS, "X-Accel-Buffering": "no"}


@router.get("/{order}/progress")
async def progress(request: Request, process: Here, seat: AtProducerDesk, order: str, shown: str = "") -> Response:
    """Events `progress` (said, done, total), and `changed` once the page, which shows stage `shown`, is out of date."""
    row = await _visible(process.here.store, seat, order)
    say = sayer(seat.language)
    if row.stage.value != shown or row.stage not in UNDER_WAY:
        return _stream(_once(event("changed", {})))
    if process.orders.is_full:
        return _stream(_once(f"retry: {LATER_MS}\n\n", event("progress", told(row, say))))
    return _stream(_followed(process.orders, row, say))


def told(row: OrderRow, say: Say) -> dict[str, object]:
    """What a page says of an order under way."""
    job = row.issuing if row.stage is OrderStage.ISSUING else row.printing
    work = say(N_("正在赋码") if row.stage is OrderStage.ISSUING else N_("正在制作标签"))
    if job is None or not job.progress_total:
        return {"said": say(N_("%(work)s · 排队中"), work=work), "done": 0, "total": 0}
    done = job.progress_done * 100 // job.progress_total
    said = say(N_("%(work)s · %(done)s %%"), work=work, done=done)
    return {"said": said, "done": job.progress_done, "total": job.progress_total}


def event(name: str, data: Mapping[str, object]) -> str:
    """One event as it is sent."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _visible(store: Store, seat: Seat, ref: str) -> OrderRow:
    """The order, if whoever sits there may see it. Raises NotFoundError."""

    def read() -> OrderRow:
        with store.reading() as session:
            return order_row(session, seat.actor, ref)

    return await run_in_threadpool(read)


async def _followed(orders: Watch[OrderRow], row: OrderRow, say: Say) -> AsyncIterator[str]:
    yield f"retry: {AGAIN_MS}\n\n"
    yield event("progress", told(row, say))
    async for now in orders.follow(row.ref):
        if now.stage is not row.stage:
            yield event("changed", {})
            return
        yield event("progress", told(now, say))


async def _once(*events: str) -> AsyncIterator[str]:
    for one in events:
        yield one


def _stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, 200, STREAM_HEADERS, "text/event-stream; charset=utf-8")
