"""How far an order is, told to its page for as long as that is open."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.v1.door import Here
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.desk.streams import progress_stream
from api.web.translation import N_, Say, sayer
from gimark.issuance.orders import OrderRow, order_row
from gimark.issuance.stages import UNDER_WAY, OrderStage
from gimark.store.unit_of_work import Store

router = APIRouter(prefix="/producer/orders")


@router.get("/{order}/progress")
async def progress(process: Here, seat: AtProducerDesk, order: str, shown: str = "") -> Response:
    """Events `progress` (said, done, total), and `changed` once the page, which shows stage `shown`, is out of date."""
    row = await _visible(process.here.store, seat, order)
    say = sayer(seat.language)

    def tell(now: OrderRow) -> Mapping[str, object] | None:
        return told(now, say) if now.stage.value == shown and now.stage in UNDER_WAY else None

    return progress_stream(process.orders, row.ref, row, tell)


def told(row: OrderRow, say: Say) -> dict[str, object]:
    """What a page says of an order under way."""
    job = row.issuing if row.stage is OrderStage.ISSUING else row.printing
    work = say(N_("正在赋码") if row.stage is OrderStage.ISSUING else N_("正在制作标签"))
    if job is None or not job.progress_total:
        return {"said": say(N_("%(work)s · 排队中"), work=work), "done": 0, "total": 0}
    done = job.progress_done * 100 // job.progress_total
    said = say(N_("%(work)s · %(done)s %%"), work=work, done=done)
    return {"said": said, "done": job.progress_done, "total": job.progress_total}


async def _visible(store: Store, seat: Seat, ref: str) -> OrderRow:
    """The order, if whoever sits there may see it. Raises NotFoundError."""

    def read() -> OrderRow:
        with store.reading() as session:
            return order_row(session, seat.actor, ref)

    return await run_in_threadpool(read)
