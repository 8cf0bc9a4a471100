"""The producer's forms: refused with what was typed kept, done once however often the button is pressed."""

import re
from datetime import date

import pytest

from gimark.accounts.access.queries import access_keys
from gimark.production.lists import BatchFilter, ListedBatch, batches
from gimark.store.paging import Wanted
from tests.api.site import Site
from tests.county import FAR_TOWN, TOWN
from tests.web.desk.people import Person
from tests.web.producer.office import hidden, orders

NEW = "/producer/batches/new"


def listed(site: Site) -> list[ListedBatch]:
    with site.county.store.reading() as session:
        return list(batches(session, site.county.producer, Wanted(), BatchFilter()).items)


def batch_fields(site: Site, **changes: str) -> dict[str, str]:
    fields = {"item": site.county.item_ref, "lot": "yx-77", "town": TOWN, "planned_g": "12.5"}
    return {**fields, "harvested_from": "2026-10-01", "harvested_until": "2026/10/21", **changes}


def test_a_batch_is_registered_once_however_often_the_button_is_pressed(clerk: Person, site: Site) -> None:
    fields = {**hidden(clerk, NEW), **batch_fields(site)}
    answers = [clerk.post(NEW, **fields) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    [batch] = listed(site)
    assert {answer.headers["location"] for answer in answers} == {f"/producer/batches/{batch.ref}"}
    assert (batch.lot, batch.terms.planned_g) == ("YX-77", 12_500)
    begun = clerk.get(NEW).text
    assert 'value="YX-78"' in begun
    assert 'value="12.5"' in begun


def test_a_form_is_read_as_a_workbook_is_however_an_input_method_types(clerk: Person, site: Site) -> None:
    typed = {"lot": "ｙｘ－７８", "planned_g": "１２．５ 公斤", "harvested_from": "2026年10月1日"}
    assert clerk.post(NEW, **hidden(clerk, NEW), **batch_fields(site, **typed)).status_code == 303
    [batch] = listed(site)
    assert (batch.lot, batch.terms.planned_g) == ("YX-78", 12_500)
    assert batch.terms.harvested_from == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planned_g": "24斤"}, "planned_g"),
        ({"planned_g": "-1"}, "planned_g"),
        ({"harvested_until": "2026-09-01"}, "harvested_until"),
        ({"harvested_from": "gestern"}, "harvested_from"),
        ({"lot": "批次"}, "lot"),
        ({"town": FAR_TOWN}, "town"),
        ({"producer_lot": "x" * 61}, "producer_lot"),
    ],
)
def test_what_cannot_be_registered_is_said_beside_its_field_and_the_rest_is_kept(
    clerk: Person, site: Site, changes: dict[str, str], field: str
) -> None:
    fields = {**hidden(clerk, NEW), **batch_fields(site, **{"producer_lot": "内部 <7>", **changes})}
    answer = clerk.post(NEW, **fields)
    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
    assert "<7>" not in answer.text
    assert listed(site) == []


def test_an_amendment_decided_on_an_older_page_is_refused(clerk: Person, manager: Person, site: Site) -> None:
    ref = site.county.batch()
    page = f"/producer/batches/{ref}/amendment"
    first, second = hidden(clerk, page), hidden(manager, page)
    said = batch_fields(site, planned_g="250", packed_g="249", packed_on="2026-11-12", reason="复秤")
    assert manager.post(page, **second, **said).status_code == 303
    late = clerk.post(page, **first, **{**said, "packed_g": "248"})
    assert late.status_code == 409
    assert "这一批刚被别人办理过" in late.text
    assert listed(site)[0].terms.packed_g == 249_000


def test_a_label_that_cannot_be_printed_is_refused_before_any_code_is_issued(clerk: Person, site: Site) -> None:
    ref = site.county.batch()
    page = f"/producer/orders/new?batch={ref}"
    fields = {**hidden(clerk, page), "count": "10", "template": "a4-3x8", "dpi": "300", "format": "pdf"}
    answer = clerk.post("/producer/orders/new", **fields)
    assert answer.status_code == 422
    assert "缺少" in answer.text
    assert orders(site.county) == []
    shown = clerk.post("/producer/orders/new", **fields, show="1")
    assert shown.status_code == 200
    assert "这样印不了" in shown.text
    assert orders(site.county) == []


def test_a_key_is_shown_once_and_the_same_press_again_shows_none(manager: Person, site: Site) -> None:
    fields = hidden(manager, "/producer/keys/new")
    sent = {**fields, "name": "ERP", "scopes": ["read", "manage_users"], "expires_on": "2027-01-31"}
    first = manager.post("/producer/keys/new", **sent)
    token = re.search(r"gimark_[0-9a-z]{8}_[0-9a-z]{32}", first.text)
    assert first.status_code == 200
    assert token
    again = manager.post("/producer/keys/new", **sent)
    assert "gimark_" not in again.text
    with site.county.store.reading() as session:
        [key] = access_keys(session, site.county.producer, Wanted()).items
    assert [scope.value for scope in key.scopes] == ["read"]
    assert token[0] not in manager.get("/producer/keys").text
    end = f"/producer/keys/{key.ref}/revocation"
    assert manager.post(end, **hidden(manager, end)).status_code == 303
    with site.county.store.reading() as session:
        assert access_keys(session, site.county.producer, Wanted()).items[0].revoked_at is not None
