"""Following an order: told what its page must know, and that its page is out of date."""

import asyncio
import json
from dataclasses import replace

from api.watching import Watch
from api.web.desk.streams import _followed, event
from api.web.producer.progress import told
from api.web.translation import sayer
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, order_codes
from gimark.issuance.model import PrintState
from gimark.issuance.orders import OrderRow
from gimark.issuance.stages import OrderStage
from tests.api.site import Site
from tests.county import BATCH
from tests.web.desk.people import Person
from tests.web.producer.office import orders


def large(site: Site) -> str:
    county = site.county
    batch = county.batch(form=replace(BATCH, planned_g=10_000_000))
    return order_codes(county.store, county.producer, IssueForm(batch, MOST_AT_ONCE + 1, "large"))


def test_a_page_of_an_order_under_way_follows_it_and_works_without_a_script(clerk: Person, site: Site) -> None:
    page = clerk.get(f"/producer/orders/{large(site)}").text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "data-progress=" in page
    assert "正在赋码" in page


def test_a_page_that_is_out_of_date_is_told_so_at_once(clerk: Person, site: Site) -> None:
    answer = clerk.get(f"/producer/orders/{large(site)}/progress?shown=printing")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text == event("changed", {})


def test_where_there_is_no_room_a_page_is_told_once_and_asked_to_come_again(clerk: Person, site: Site) -> None:
    site.process.orders.leave()
    answer = clerk.get(f"/producer/orders/{large(site)}/progress?shown=issuing").text
    assert answer.startswith("retry: 15000\n\n")
    assert json.loads(answer.partition("data: ")[2])["said"] == "正在赋码 · 排队中"


def test_a_follower_is_told_of_progress_and_then_that_the_stage_has_changed(site: Site) -> None:
    large(site)
    [row] = orders(site.county)
    printed = replace(row, run_ref="0" * 16, printed=PrintState.QUEUED)
    assert printed.stage is OrderStage.PRINTING
    seen = [{row.ref: row}, {row.ref: printed}]

    def tell(now: OrderRow) -> dict[str, object] | None:
        return told(now, sayer("en")) if now.stage is row.stage else None

    async def scene() -> list[str]:
        watch = Watch(lambda _: seen.pop(0) if len(seen) > 1 else seen[0], 0.01)
        return [one async for one in _followed(watch, row.ref, told(row, sayer("en")), tell)]

    begun, first, again, last = asyncio.run(scene())
    assert begun.startswith("retry:")
    assert first == again == event("progress", told(row, sayer("en")))
    assert last == event("changed", {})
