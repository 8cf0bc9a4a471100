"""Batches through the API: the same acts as at the desk, on the version that was read, each enterprise its own."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gimark import audit
from gimark.accounts.rules import Permission
from gimark.ledger import book, entries
from gimark.production.model import Batch
from tests.api.site import Site
from tests.api.v1.programs import Program, program
from tests.county import BATCH, FAR_TOWN, TOWN

PACKED = {"packed_g": 248_500, "packed_on": "2026-11-12"}


def form(site: Site, **changes: object) -> dict[str, object]:
    return {
        "item": site.county.item_ref,
        "lot": "API1",
        "producer_lot": "26-112",
        "town": TOWN,
        "harvested_from": "2026-10-01",
        "harvested_until": "2026-10-21",
        "planned_g": 250_000,
        **changes,
    }


def last_entry(site: Site) -> dict[str, object]:
    with site.county.store.reading() as session:
        return entries.decode(book.entry(session, book.size(session) - 1))


def pointers(answer: object) -> set[str]:
    return {fault["pointer"] for fault in answer.json()["errors"]}  # type: ignore[attr-defined]


def test_a_batch_is_registered_confirmed_amended_and_recalled(site: Site, producer: Program) -> None:
    made = producer.make("/batches", form(site))
    assert made.status_code == 201
    ref = made.json()["ref"]
    path = f"/batches/{ref}"
    assert made.headers["location"] == f"/v1{path}"
    assert (made.json()["state"], made.json()["packed_g"], made.json()["acts"]) == ("registered", None, [])
    confirmed = producer.change("POST", f"{path}/confirmation", PACKED, producer.tag(path))
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    amended = producer.change("POST", f"{path}/amendment", {"packed_g": 247_000, "reason": "复秤"}, producer.tag(path))
    assert (amended.status_code, amended.json()["packed_g"], amended.json()["packed_on"]) == (
        200,
        247_000,
        "2026-11-12",
    )
    assert last_entry(site)["reason"] == "复秤"
    recalled = producer.change("POST", f"{path}/recall", {"reason": "农药残留超标"}, producer.tag(path))
    assert recalled.json()["state"] == "recalled"
    assert [act["kind"] for act in recalled.json()["acts"]] == ["confirm", "amend", "recall"]
    assert producer.get(path).json() == recalled.json()
    again = producer.change("POST", f"{path}/recall", {"reason": "又一次"}, producer.tag(path))
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_change_decided_on_an_older_version_is_refused_and_one_without_a_version_too(
    site: Site, producer: Program
) -> None:
    path = f"/batches/{site.county.batch(confirmed=False)}"
    old = producer.get(path).headers["etag"]
    assert producer.change("POST", f"{path}/confirmation", PACKED, old).status_code == 200
    stale = producer.change("POST", f"{path}/amendment", {"packed_g": 1_000, "reason": "x"}, old)
    assert stale.status_code == 412
    assert producer.ask("POST", f"{path}/recall", json={"reason": "x"}).status_code == 428
    assert producer.get(path).json()["packed_g"] == PACKED["packed_g"]
    assert producer.get(path, **{"if-none-match": producer.get(path).headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"lot": "小写 lot"}, 422, {"#/lot"}),
        ({"lot": "X" * 21}, 422, {"#/lot"}),
        ({"town": FAR_TOWN}, 422, {"#/town"}),
        ({"town": "000000000"}, 422, {"#/town"}),
        ({"harvested_until": "2026-09-01"}, 422, {"#/harvested_until"}),
        ({"harvested_until": "2026-12-24"}, 422, {"#/harvested_until"}),
        ({"harvested_from": "2026-02-30"}, 422, {"#/harvested_from"}),
        ({"planned_g": 0}, 422, {"#/planned_g"}),
        ({"planned_g": "250000"}, 422, {"#/planned_g"}),
        ({"planned_g": 2.5}, 422, {"#/planned_g"}),
        ({"producer_lot": "长" * 61}, 422, {"#/producer_lot"}),
        ({"item": "0" * 16}, 404, {"#/item"}),
        ({"unknown": 1}, 422, {"#/unknown"}),
    ],
)
def test_a_bad_form_is_refused_by_field_and_nothing_is_registered(
    site: Site, producer: Program, changes: dict[str, object], status: int, where: set[str]
) -> None:
    answer = producer.make("/batches", form(site, **changes))
    assert (answer.status_code, pointers(answer)) == (status, where)
    with site.county.store.reading() as session:
        assert session.scalars(select(Batch.id)).all() == []


def test_the_same_request_again_registers_nothing_twice(site: Site, producer: Program) -> None:
    first, second = (producer.make("/batches", form(site), key="same") for _ in range(2))
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = producer.make("/batches", form(site, lot="API2"), key="same")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert producer.make("/batches", form(site)).status_code == 409


def test_another_enterprise_s_batch_is_nowhere_to_be_found(
    site: Site, producer: Program, other_producer: Program, regulator: Program
) -> None:
    ref = site.county.batch()
    tag = producer.get(f"/batches/{ref}").headers["etag"]
    for path in (f"/batches/{ref}", f"/batches/{ref}/volume"):
        assert other_producer.get(path).status_code == 404
        assert (
            other_producer.get(path).json()["errors"]
            == other_producer.get(path.replace(ref, "0" * 16)).json()["errors"]
        )
    for path, body in (("confirmation", PACKED), ("amendment", {"reason": "x"}), ("recall", {"reason": "x"})):
        assert other_producer.change("POST", f"/batches/{ref}/{path}", body, tag).status_code == 404
    assert other_producer.make("/batches", form(site)).status_code == 404
    assert other_producer.get("/batches").json() == {"items": [], "next": None}
    assert other_producer.get(f"/batches?enterprise={site.county.enterprise_ref}").json()["items"] == []
    assert other_producer.get(f"/batches?after={ref}").status_code == 422
    assert [batch["ref"] for batch in regulator.get("/batches").json()["items"]] == [ref]


def test_lists_are_filtered_and_paged_and_unknown_filters_refused(
    site: Site, producer: Program, auditor: Program
) -> None:
    for number in range(5):
        assert producer.make("/batches", form(site, lot=f"L{number}")).status_code == 201
    first = auditor.get("/batches?limit=2")
    assert [batch["lot"] for batch in first.json()["items"]] == ["L0", "L1"]
    following = first.headers["link"].partition(">")[0].removeprefix("<").removeprefix("/v1")
    assert [batch["lot"] for batch in auditor.get(following).json()["items"]] == ["L2", "L3"]
    for query, found in (
        ("lot=L3", ["L3"]),
        (f"item={site.county.item_ref}&limit=1", ["L0"]),
        (f"item={site.county.other_item_ref}", []),
        ("state=confirmed", []),
        ("state=registered&limit=3", ["L0", "L1", "L2"]),
        ("registered_from=2026-11-22&registered_until=2026-11-22&limit=1", ["L0"]),
        ("registered_until=2026-11-21", []),
    ):
        assert [batch["lot"] for batch in producer.get(f"/batches?{query}").json()["items"]] == found, query
    for query in ("state=green", "limit=0", "limit=201", "limit=1.0", "colour=red", "registered_from=yesterday"):
        assert producer.get(f"/batches?{query}").status_code == 422, query


def test_the_volume_tells_what_may_still_be_ordered(site: Site, producer: Program) -> None:
    ref = site.county.batch(packed_g=BATCH.planned_g)
    site.county.run(ref, 990)
    left = producer.get(f"/batches/{ref}/volume").json()
    assert (left["issued_g"], left["issuable"], left["activatable"], left["reserved_g"]) == (247_500, 30, 1_020, 0)


def test_a_key_without_the_scope_is_told_which_one_is_missing(site: Site) -> None:
    reader = program(site, site.county.producer, Permission.READ)
    refused = reader.make("/batches", form(site))
    assert (refused.status_code, refused.json()["permission"]) == (403, "manage_batches")
    writer = program(site, site.county.producer, Permission.MANAGE_BATCHES)
    assert writer.get("/batches").status_code == 403


def test_a_clock_set_back_a_day_changes_nothing_that_was_decided(site: Site, producer: Program) -> None:
    path = f"/batches/{site.county.batch(confirmed=False)}"
    site.county.store.clock.at -= timedelta(days=1)  # type: ignore[attr-defined]
    answer = producer.change("POST", f"{path}/confirmation", PACKED, producer.tag(path))
    assert answer.status_code == 200
    times = [entry["t"] for entry in map(entries.decode, _bodies(site))]
    assert times == sorted(times)
    assert date.fromisoformat(answer.json()["packed_on"]) == date(2026, 11, 12)


def _bodies(site: Site) -> list[bytes]:
    with site.county.store.reading() as session:
        return list(book.entries(session, 0, book.size(session)))
