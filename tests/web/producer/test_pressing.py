"""Buttons of the producer's desk that other tests do not press to the end: each does its work, and does it once."""

from dataclasses import replace

import pytest

from gimark.issuance.orders import order_of_run
from tests.api.site import Site
from tests.county import BATCH, THIRD_GTIN
from tests.web.desk.people import Person
from tests.web.producer.office import hidden

ITEM = {"gtin": THIRD_GTIN, "name": "云溪香菇 500 g", "class": "dried", "net_g": "500"}
LABELS = {"template": "a4-3x8", "dpi": "300", "format": "pdf"}


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/producer/batches/{planned}/confirmation", {"packed_g": "250", "packed_on": "2026-11-12"}),
        ("/producer/batches/{batch}/recall", {"reason": "霉变"}),
        ("/producer/enterprise/contact", {"contact": "张三", "phone": "0578-0000000", "name_en": ""}),
        ("/producer/items/new", ITEM),
        ("/producer/orders/new?batch={batch}", {"count": "10", **LABELS}),
        ("/producer/orders/{order}/labels", {"first": "1", "last": "10", **LABELS}),
    ],
)
def test_what_is_sent_is_done_once(manager: Person, site: Site, page: str, fields: dict[str, object]) -> None:
    county = site.county
    batch = county.batch()
    run = county.run(batch, count=10)
    with county.store.reading() as session:
        order = order_of_run(session, county.producer, run.ref)
    planned = county.batch(form=replace(BATCH, lot="PLANNED"), confirmed=False)
    page = page.format(planned=planned, batch=batch, order=order)
    fields = {**hidden(manager, page), **fields}
    if page == "/producer/items/new":
        fields["rights"] = [county.right_ref]
    if "template" in fields:
        fields["on_pack"] = ["storage"]
    # `post` presses twice and compares.
    assert manager.post(page.partition("?")[0], **fields).status_code == 303
