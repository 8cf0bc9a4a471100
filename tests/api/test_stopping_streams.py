"""Told to stop while a browser follows an order: the stream comes to its end, and the service leaves as asked."""

import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from api.web.desk.cookie import SECURE_NAME
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, order_codes
from gimark.production.actions import amend_batch
from gimark.production.lists import visible_batch
from gimark.production.queries import terms_of
from tests.founded import HOST, Workshop
from tests.served import PATIENCE_S, serving
from tests.web.desk.people import seated

HEADERS = ("--header", f"Host: {HOST}", "--header", "Accept: text/event-stream")


def under_way(shop: Workshop) -> str:
    """An order that waits for a worker, of which there is none."""
    with shop.here.store.acting() as act:
        batch = visible_batch(act.session, shop.producer, shop.batch_ref)
        terms = terms_of(batch)
        mass_g = (MOST_AT_ONCE + 1) * 250
        amend_batch(act, shop.producer, shop.batch_ref, replace(terms, planned_g=mass_g, packed_g=mass_g), "复秤")
        act.commit()
    return order_codes(shop.here.store, shop.producer, IssueForm(shop.batch_ref, MOST_AT_ONCE + 1, "large"))


def test_a_followed_order_s_stream_is_ended_and_the_service_leaves(workshop: Workshop, tmp_path: Path) -> None:
    shop = workshop.copy(tmp_path)
    order = under_way(shop)
    person = seated(cast("Any", SimpleNamespace(county=SimpleNamespace(store=shop.here.store))), shop.producer)
    shop.here.store.engine.dispose()
    with serving(shop.here.settings.data_dir, "--no-worker") as served:
        address = f"http://127.0.0.1:{served.port}/producer/orders/{order}/progress?shown=issuing"
        command = ["curl", "--silent", "--show-error", "--no-buffer", "--fail", *HEADERS]
        command += ["--header", f"Cookie: {SECURE_NAME}={person.token}", address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as browser:
            assert browser.stdout is not None
            told = [browser.stdout.readline() for _ in range(3)]
            assert told == ["retry: 1000\n", "\n", "event: progress\n"]
            assert served.stop() == 0
            # 0 = the answer came to its end. One that was cut off after the grace for others would end with 18.
            assert browser.wait(PATIENCE_S) == 0
    assert [record for record in served.records if record["level"] in ("error", "critical")] == []
