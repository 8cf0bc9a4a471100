"""Every page of the producer's desk: there for its people, in both languages, and not there for anybody else."""

from dataclasses import replace

import pytest

from gimark.accounts.access.actions import AccessKeyForm, create_access_key
from gimark.accounts.rules import Permission
from gimark.clock import local_day
from gimark.codes.serial import typed_form
from gimark.issuance.issuing import IssueForm, order_codes
from gimark.issuance.rules import RangeKind
from gimark.scans.statistics.actions import count_checks
from tests.api.site import Site
from tests.county import BATCH
from tests.web.desk.people import Person
from tests.web.producer.office import orders

PLAIN = (
    "/producer",
    "/producer/batches",
    "/producer/batches/new",
    "/producer/orders",
    "/producer/orders/new",
    "/producer/scan",
    "/producer/scan?act=return",
    "/producer/scan?act=void",
    "/producer/enterprise",
    "/producer/enterprise/contact",
    "/producer/items",
    "/producer/items/new",
    "/producer/keys",
    "/producer/keys/new",
)
OF_BATCH = (
    "/producer/batches/{batch}",
    "/producer/batches/{batch}/confirmation",
    "/producer/batches/{batch}/amendment",
    "/producer/batches/{batch}/recall",
    "/producer/batches/new?copy={batch}",
    "/producer/orders/new?batch={batch}",
)
OF_ORDER = ("/producer/orders/{order}", "/producer/orders/{order}/labels", "/producer/orders/{order}/progress")


@pytest.fixture
def things(site: Site) -> dict[str, str]:
    """A batch, an order and an access key of the first enterprise's."""
    county = site.county
    batch = county.batch()
    run = county.run(batch, 40)
    county.change(run, RangeKind.ACTIVATE, (0, 9))
    county.change(run, RangeKind.VOID, (10, 12), reason="示例 <b>")
    order_codes(county.store, county.producer, IssueForm(batch, 5, "held"))
    with county.store.acting() as act:
        form = AccessKeyForm("ERP", (Permission.READ,), local_day(act.now))
        key = create_access_key(act, county.producer, form).facts.ref
        act.commit()
    serial = county.keyring.ciphers[1].encode(run.number, 3, 1)[0].tobytes().decode()
    return {"batch": batch, "order": orders(county)[1].ref, "key": key, "code": typed_form(serial)}


def test_a_batch_tells_its_enterprise_how_often_its_codes_were_looked_at(manager: Person, site: Site) -> None:
    county = site.county
    batch, silent = county.batch(), county.batch(form=replace(BATCH, lot="SILENT"))
    county.run(batch, 40)
    count_checks(county.store)
    page = manager.get(f"/producer/batches/{batch}").text
    assert "0 枚标识被查过，共赋码 40 枚" in page
    assert "统计到" in page
    assert "枚标识被查过" not in manager.get(f"/producer/batches/{silent}").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_there_for_the_manager(manager: Person, things: dict[str, str], language: str) -> None:
    pages = [*PLAIN, *OF_BATCH, *OF_ORDER, "/producer/keys/{key}/revocation", "/producer/scan?first={code}"]
    for pattern in (*pages, "/producer/scan/confirm?first={code}&last={code}&act=void"):
        target = pattern.format(**things)
        target += ("&" if "?" in target else "?") + f"lang={language}"
        found = manager.get(target)
        assert found.status_code == 200, (target, found.status_code, found.text[:2_000])
        if not target.split("?")[0].endswith("/progress"):
            assert found.text.count("<h1") == 1, target
            assert len(found.content) < 60_000, (target, len(found.content))
            assert found.headers["cache-control"] == "no-store"
            assert "<b></p>" not in found.text


def test_a_clerk_has_the_pages_of_daily_work_and_no_others(clerk: Person, things: dict[str, str]) -> None:
    denied = {
        "/producer/scan?act=return",
        "/producer/scan?act=void",
        "/producer/enterprise/contact",
        "/producer/items/new",
        "/producer/keys",
        "/producer/keys/new",
        "/producer/batches/{batch}/recall",
    }
    for pattern in (*PLAIN, *OF_BATCH, *OF_ORDER):
        found = clerk.get(pattern.format(**things))
        assert found.status_code == (403 if pattern in denied else 200), pattern


def test_another_enterprise_finds_nothing_behind_a_reference(stranger: Person, things: dict[str, str]) -> None:
    pages = [*OF_BATCH, *OF_ORDER, "/producer/keys/{key}/revocation", "/producer/labels/{order}/files/codes.csv"]
    for pattern in pages:
        assert stranger.get(pattern.format(**things)).status_code == 404, pattern
        nothing = dict.fromkeys(things, "0" * 16)
        assert stranger.get(pattern.format(**nothing)).status_code == 404, pattern
    assert stranger.get("/producer/scan?first={code}".format(**things)).status_code == 422


def test_another_enterprise_can_send_nothing_to_a_reference(stranger: Person, things: dict[str, str]) -> None:
    fields = {
        "once": "a-press-of-the-button",
        "reason": "示例",
        "packed_g": "1",
        "packed_on": "2026-11-12",
        "batch": things["batch"],
        "count": "1",
        "first": "1",
        "last": "1",
        "template": "a4-3x8",
        "dpi": "300",
        "format": "pdf",
    }
    for pattern in (
        "/producer/batches/{batch}/confirmation",
        "/producer/batches/{batch}/amendment",
        "/producer/batches/{batch}/recall",
        "/producer/orders/new",
        "/producer/orders/{order}/labels",
        "/producer/keys/{key}/revocation",
    ):
        assert stranger.post(pattern.format(**things), **fields).status_code == 404, pattern


def test_a_regulator_has_no_producer_s_desk_and_who_is_not_signed_in_is_led_to_do_so(
    regulator: Person, site: Site
) -> None:
    for target in PLAIN:
        assert regulator.get(target).status_code == 404, target
        led = site.client.get(target, follow_redirects=False)
        assert (led.status_code, led.headers["location"].partition("?")[0]) == (303, "/sign-in")


def test_no_form_is_taken_without_the_session_s_own_word(manager: Person, things: dict[str, str]) -> None:
    for target in ("/producer/batches/new", "/producer/orders/new", "/producer/scan", "/producer/keys/new"):
        assert manager.send(target, {"once": "x", "code": "x"}).status_code == 403
        assert manager.send(target, {"once": "x", "csrf": "forged"}).status_code == 403
    other = {"origin": "https://evil.example"}
    assert manager.send("/producer/scan", {"code": "x"}, **other).status_code == 403
    assert things
