"""Ordering codes, changing ranges of them, and looking into one, through the API."""

import csv
import io
import time
from dataclasses import replace
from typing import Any

import pytest

from api.jobs.handlers import handlers
from gimark.accounts.rules import Permission
from gimark.codes.minting import mint
from gimark.issuance.issuing import MOST_AT_ONCE
from gimark.issuance.signing import issued_run, secrets_of
from gimark.jobs.worker import Worker
from gimark.registry.authorizations.rules import ChangeKind
from gimark.scans.actions import mark_code
from gimark.scans.model import MarkKind
from tests.api.site import BASE, Site
from tests.api.v1.programs import Program, program
from tests.county import BATCH


def order(site: Site, producer: Program, count: int = 20) -> str:
    answer = producer.make("/runs", {"batch": site.county.batch(), "count": count})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ref"])


def work(site: Site) -> None:
    worker = Worker(site.here.store, handlers(site.here))
    while worker.run_once():
        pass


def serials(producer: Program, run: str, query: str = "") -> list[dict[str, str]]:
    answer = producer.get(f"/runs/{run}/codes{query}")
    assert answer.headers["content-type"] == "text/csv; charset=us-ascii"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def seen(producer: Program, uri: str, checks: int) -> dict[str, Any]:
    """The code's life, once the checks that were answered are written down."""
    for _ in range(200):
        found: dict[str, Any] = producer.ask("GET", "/codes", params={"code": uri}).json()
        if found["scans"]["checks"] == checks:
            return found
        time.sleep(0.02)
    raise AssertionError(found["scans"])


def test_a_small_order_is_answered_with_its_run_and_a_repeat_with_the_same(site: Site, producer: Program) -> None:
    batch = site.county.batch()
    first, again = (producer.make("/runs", {"batch": batch, "count": 300}, key="order-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    run = first.json()["ref"]
    assert first.headers["location"] == again.headers["location"] == f"/v1/runs/{run}"
    assert producer.get(f"/runs/{run}").json() == first.json()
    other = producer.make("/runs", {"batch": batch, "count": 301}, key="order-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert [one["ref"] for one in producer.get(f"/runs?batch={batch}").json()["items"]] == [run]
    assert producer.get(f"/batches/{batch}/volume").json()["issued_g"] == 300 * 250


def test_a_large_order_is_a_job_whose_run_is_there_when_it_is_done(site: Site, producer: Program) -> None:
    form = replace(BATCH, planned_g=250 * (MOST_AT_ONCE + 1))
    body = {"batch": site.county.batch(form=form), "count": MOST_AT_ONCE + 1}
    accepted = producer.make("/runs", body, key="large")
    assert (accepted.status_code, accepted.json()["state"], accepted.json()["run"]) == (202, "queued", None)
    job = accepted.headers["location"].removeprefix("/v1")
    assert producer.make("/runs", body, key="large").headers["location"] == f"/v1{job}"
    work(site)
    done = producer.get(job).json()
    assert (done["state"], done["done"], done["total"]) == ("done", MOST_AT_ONCE + 1, MOST_AT_ONCE + 1)
    assert producer.get(f"/runs/{done['run']}").json()["count"] == MOST_AT_ONCE + 1
    repeated = producer.make("/runs", body, key="large")
    assert (repeated.status_code, repeated.json()["ref"]) == (201, done["run"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"count": 0}, 422, "invalid-input"),
        ({"count": -1}, 422, "invalid-input"),
        ({"count": 2**24 + 1}, 422, "invalid-input"),
        ({"count": True}, 422, "invalid-input"),
        ({"count": 1_021}, 409, "volume-exceeded"),
        ({"batch": "0" * 16}, 404, "not-found"),
        ({"batch": "../../etc/passwd"}, 422, "invalid-input"),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_holds_nothing(
    site: Site, producer: Program, body: dict[str, object], status: int, code: str
) -> None:
    batch = site.county.batch()
    answer = producer.make("/runs", {"batch": batch, "count": 1, **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert producer.get(f"/batches/{batch}/volume").json()["reserved_g"] == 0
    assert producer.get("/runs").json()["items"] == []
    if code == "volume-exceeded":
        assert (answer.json()["wanted"], answer.json()["left"]) == (1_021, 1_020)


def test_an_order_needs_a_name_of_its_own_that_can_be_sent_again(site: Site, producer: Program) -> None:
    body = {"batch": site.county.batch(), "count": 1}
    assert producer.ask("POST", "/runs", json=body).status_code == 422
    for key in ("", "a b", "x" * 81, "schlüssel".encode()):
        assert producer.ask("POST", "/runs", json=body, headers={"idempotency-key": key}).status_code == 422
    assert producer.get("/runs").json()["items"] == []


def test_another_enterprise_s_run_is_nowhere_to_be_found(
    site: Site, producer: Program, other_producer: Program, regulator: Program
) -> None:
    run = order(site, producer)
    code = serials(producer, run)[0]["serial"]
    batch = producer.get(f"/runs/{run}").json()["batch"]
    for path in (
        f"/runs/{run}",
        f"/runs/{run}/ranges",
        f"/runs/{run}/codes",
        f"/codes?code={code}",
        f"/runs/{run}/label?template=a4-3x8",
        f"/runs?batch={batch}",
        f"/print-orders?run={run}",
    ):
        assert producer.get(path).status_code != 404, path
        assert other_producer.get(path).status_code == 404, path
    act = {"kind": "activate", "ranges": [{"first": 0, "last": 0}]}
    labels = {"run": run, "first": 0, "last": 0, "template": "a4-3x8"}
    assert other_producer.make(f"/runs/{run}/ranges", act).status_code == 404
    assert other_producer.make("/print-orders", labels).status_code == 404
    assert other_producer.make("/runs", {"batch": batch, "count": 1}).status_code == 404
    assert other_producer.get("/runs").json()["items"] == []
    assert [one["ref"] for one in regulator.get("/runs").json()["items"]] == [run]


def test_ranges_are_activated_voided_and_returned_by_index_or_by_what_stands_on_the_label(
    site: Site, producer: Program, regulator: Program
) -> None:
    run = order(site, producer)
    path = f"/runs/{run}/ranges"
    codes = serials(producer, run)
    assert [code["index"] for code in codes] == [str(index) for index in range(20)]
    done = producer.make(path, {"kind": "activate", "ranges": [{"first": 0, "last": 4}, {"first": 10, "last": 14}]})
    assert done.status_code == 201
    voided = {"first": codes[2]["typed"], "last": codes[3]["serial"]}
    said = {"kind": "void", "ranges": [voided], "reason": "标签破损"}
    assert regulator.make(path, said).json()["ranges"] == [{"first": 2, "last": 3}]
    assert (
        producer.make(path, {"kind": "return", "ranges": [{"first": 19, "last": 19}], "reason": "未用"}).status_code
        == 201
    )
    shown = producer.get(path).json()
    assert shown["counts"] == {"issued": 9, "active": 8, "voided": 2, "returned": 1}
    assert [(one["first"], one["last"], one["state"]) for one in shown["states"]] == [
        (0, 1, "active"),
        (2, 3, "voided"),
        (4, 4, "active"),
        (5, 9, "issued"),
        (10, 14, "active"),
        (15, 18, "issued"),
        (19, 19, "returned"),
    ]
    assert [act["kind"] for act in shown["acts"]] == ["activate", "void", "return"]
    rows = serials(producer, run, "?first=1&last=5")
    assert [row["state"] for row in rows] == ["active", "voided", "voided", "active", "issued"]
    assert rows == [{**code, "state": row["state"]} for code, row in zip(codes[1:6], rows, strict=True)]


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({"kind": "activate", "ranges": []}, 422, "#/ranges"),
        ({"kind": "activate", "ranges": [{"first": 5, "last": 4}]}, 422, "#/ranges"),
        ({"kind": "activate", "ranges": [{"first": 0, "last": 20}]}, 422, "#/ranges"),
        ({"kind": "activate", "ranges": [{"first": 0, "last": 4}, {"first": 4, "last": 5}]}, 422, "#/ranges"),
        ({"kind": "activate", "ranges": [{"first": "38GP-ERNQ-BQTSA", "last": 4}]}, 422, "#/ranges/0/first"),
        ({"kind": "activate", "ranges": [{"first": 0, "last": "38GP-ERNQ-BQTSB"}]}, 422, "#/ranges/0/last"),
        ({"kind": "activate", "ranges": [{"first": 0, "last": 0}], "reason": "x"}, 422, "#/reason"),
        ({"kind": "void", "ranges": [{"first": 0, "last": 0}]}, 422, "#/reason"),
        ({"kind": "reprint", "ranges": [{"first": 0, "last": 0}], "reason": "x"}, 422, "#/kind"),
        ({"kind": "destroy", "ranges": [{"first": 0, "last": 0}]}, 422, "#/kind"),
    ],
)
def test_a_bad_act_is_refused_by_field_and_no_code_changes(
    site: Site, producer: Program, body: dict[str, object], status: int, where: str
) -> None:
    run = order(site, producer)
    answer = producer.make(f"/runs/{run}/ranges", body)
    assert answer.status_code == status
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {where}
    assert producer.get(f"/runs/{run}/ranges").json()["counts"]["issued"] == 20


def test_an_ended_code_is_ended_and_acts_are_repeated_by_their_key_alone(site: Site, producer: Program) -> None:
    path = f"/runs/{order(site, producer)}/ranges"
    body = {"kind": "void", "ranges": [{"first": 0, "last": 9}], "reason": "破损"}
    first, again = (producer.make(path, body, key="void-1") for _ in range(2))
    assert again.json() == first.json()
    refused = producer.make(path, {"kind": "activate", "ranges": [{"first": 9, "last": 12}]})
    assert (refused.status_code, refused.json()["first"], refused.json()["state"]) == (409, 9, "voided")
    assert producer.make(path, body).status_code == 409


def test_a_code_tells_its_whole_life_to_those_who_may_see_it(
    site: Site, producer: Program, regulator: Program, auditor: Program
) -> None:
    run = order(site, producer)
    path = f"/runs/{run}/ranges"
    producer.make(path, {"kind": "activate", "ranges": [{"first": 0, "last": 9}]})
    producer.make(path, {"kind": "void", "ranges": [{"first": 7, "last": 7}], "reason": "破损"})
    with site.county.store.reading() as session:
        issued = issued_run(session, site.county.keyring, producer.get(f"/runs/{run}").json()["number"])
    uri = mint(issued.codes, *secrets_of(site.county.keyring, issued), 7, 1).uris[0].tobytes().decode()
    for _ in range(2):
        assert site.json(uri)["reason"] == "voided"
    with site.county.store.acting() as act:
        mark_code(act, site.county.regulator, run, 7, MarkKind.COPIED, "多省同时出现")
        act.commit()
    found = seen(producer, uri, checks=1)
    assert (found["index"], found["state"], found["signature"]) == (7, "voided", "authentic")
    assert found["run"]["ref"] == run
    assert found["batch"]["acts"][0]["kind"] == "confirm"
    assert [act["kind"] for act in found["acts"]] == ["activate", "void"]
    assert [mark["kind"] for mark in found["marks"]] == ["copied"]
    assert found["marks"][0]["note"] is None
    assert len(found["ledger"]) == 6
    assert found["ledger"] == sorted(found["ledger"])
    by_office = regulator.get(f"/codes?code={found['typed']}").json()
    assert by_office["marks"][0]["note"] == "多省同时出现"
    assert by_office == auditor.get(f"/codes?code={found['serial'].lower()}").json()
    assert by_office["signature"] is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", 422),
        ("38GP-ERNQ-BQTSB", 422),
        ("x" * 2_049, 422),
        ("https://evil.example/01/09521234500018/10/YX26A0317/21/38GPERNQBQTSA", 422),
        (f"{BASE}/01/09521234500018/10/YX26A0317/21/38GPERNQBQTSA", 404),
        ("38GP-ERNQ-BQTSA", 404),
        ("'; DROP TABLE issue_run; --", 422),
    ],
)
def test_what_is_no_code_of_ours_is_refused_and_what_was_never_issued_not_found(
    site: Site, producer: Program, code: str, status: int
) -> None:
    assert producer.ask("GET", "/codes", params={"code": code}).status_code == status


def test_a_code_of_another_lot_is_not_found_by_its_serial_s_lot(site: Site, producer: Program) -> None:
    run = producer.get(f"/runs/{order(site, producer)}").json()
    serial = serials(producer, run["ref"])[0]["serial"]
    right = f"{BASE}/01/{run['gtin']}/10/{run['lot']}/21/{serial}"
    assert producer.ask("GET", "/codes", params={"code": right}).json()["signature"] == "unsigned"
    assert producer.ask("GET", "/codes", params={"code": right.replace(run["lot"], "OTHER1")}).status_code == 404


def test_the_ledger_is_read_proven_and_paged_with_any_key(site: Site, producer: Program) -> None:
    narrow = program(site, site.county.producer, Permission.ISSUE_CODES)
    order(site, producer)
    newest = narrow.get("/ledger/entries?limit=1").json()
    [entry] = newest["items"]
    assert (entry["entry"]["type"], str(entry["index"])) == ("run.issue", newest["next"])
    assert (
        narrow.get(f"/ledger/entries?limit=1&after={newest['next']}").json()["items"][0]["index"] == entry["index"] - 1
    )
    assert narrow.get(f"/ledger/entries/{entry['index']}").json() == entry
    assert narrow.get(f"/ledger/entries/{entry['index']}/proof").status_code == 404
    work(site)
    proof = narrow.get(f"/ledger/entries/{entry['index']}/proof").json()
    checkpoint = narrow.get("/ledger/checkpoint").json()
    assert (proof["checkpoint"], checkpoint["size"] > entry["index"]) == (checkpoint["note"], True)
    assert narrow.get("/ledger/entries/999999").status_code == 404
    assert [one["entry"]["type"] for one in narrow.get("/ledger/entries?type=right.set").json()["items"]] == [
        "right.set"
    ]
    for path in (
        "/ledger/entries/-1",
        "/ledger/entries/1e3",
        "/ledger/entries?after=x",
        "/ledger/entries?after=0000000000000000",
    ):
        assert narrow.get(path).status_code == 422, path
    [key] = narrow.get("/issuing-keys").json()["items"] or [None]
    assert key is None or key["kid"]


def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(site: Site, producer: Program) -> None:
    ranges = b'{"kind":"activate","ranges":[' + b'{"first":0,"last":0},' * 480_000 + b'{"first":0,"last":0}]}'
    headers = {"content-type": "application/json", "idempotency-key": "big"}
    for path in ("/runs", "/batches", "/print-orders", f"/runs/{'0' * 16}/ranges"):
        answer = producer.ask("POST", path, content=ranges, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large"), path


def test_what_ended_meanwhile_is_refused_by_name(site: Site, producer: Program) -> None:
    run = order(site, producer)
    batch = producer.get(f"/runs/{run}").json()["batch"]
    site.county.stop(ChangeKind.SUSPEND)
    suspended = producer.make("/runs", {"batch": batch, "count": 1})
    assert (suspended.status_code, suspended.json()["code"]) == (409, "not-authorised")
    labels = {"run": run, "first": 0, "last": 0, "template": "a4-3x8", "dpi": 600}
    assert producer.make("/print-orders", labels).status_code in (409, 422)
    # Packed while the authorization held: these codes may still be activated.
    activated = producer.make(f"/runs/{run}/ranges", {"kind": "activate", "ranges": [{"first": 0, "last": 0}]})
    assert activated.status_code == 201
    site.county.stop(ChangeKind.RESTORE)
    assert producer.make("/runs", {"batch": batch, "count": 1}).status_code == 201
    path = f"/batches/{batch}"
    producer.change("POST", f"{path}/recall", {"reason": "召回"}, producer.tag(path))
    for answer in (
        producer.make("/runs", {"batch": batch, "count": 1}),
        producer.make(f"/runs/{run}/ranges", {"kind": "activate", "ranges": [{"first": 1, "last": 1}]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
