"""Two programs at once, on both databases: one change wins, one thing is made."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gimark import audit
from gimark.store.unit_of_work import Store
from tests.api.site import Site
from tests.api.v1.programs import Program
from tests.api.v1.test_registry import ENTERPRISE, TERMS
from tests.county import BATCH, County, make_county


@pytest.fixture
def county(any_store: Store) -> County:
    """The small county on each database in turn."""
    return make_county(any_store)


def test_of_two_changes_decided_on_the_same_version_one_is_stale(site: Site, regulator: Program) -> None:
    path = f"/authorizations/{site.county.authorization_ref}"
    tag = regulator.tag(path)
    start = threading.Barrier(4)

    def suspend(n: int) -> int:
        start.wait()
        body = {"reason": f"理由 {n}"}
        return regulator.change("POST", f"{path}/amendment", {**TERMS, **body}, tag).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(suspend, range(4)))
    assert statuses == [200, 412, 412, 412]
    assert len(regulator.get(path).json()["changes"]) == 1


def test_of_many_attempts_under_one_key_one_makes_something(regulator: Program) -> None:
    start = threading.Barrier(4)

    def register(_n: int) -> tuple[int, str]:
        start.wait()
        answer = regulator.make("/enterprises", ENTERPRISE, key="once")
        return answer.status_code, answer.json()["ref"]

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(register, range(4)))
    assert len(answers) == 1
    assert {status for status, _ in answers} == {201}
    assert len(regulator.get("/enterprises").json()["items"]) == 3


def test_of_a_user_two_changes_at_once_are_one(administrator: Program, auditor: Program) -> None:
    """What no ledger act guards is guarded the same."""
    listed = {user["name"]: user["ref"] for user in administrator.get("/users").json()["items"]}
    path = f"/users/{listed['auditor']}"
    tag = administrator.tag(path)
    start = threading.Barrier(3)

    def switch(_n: int) -> int:
        start.wait()
        return administrator.change("PATCH", path, {"is_active": False}, tag).status_code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(switch, range(3))) == [200, 412, 412]
    assert auditor.get("/me").status_code == 401


def test_of_a_hundred_orders_for_the_last_ten_codes_exactly_ten_pass(site: Site, producer: Program) -> None:
    batch = site.county.batch(form=replace(BATCH, planned_g=25_000))
    site.county.run(batch, 92, "before")  # 102 are allowed
    together = threading.Barrier(25)

    def ask(number: int) -> tuple[int, str]:
        if number < 25:
            together.wait(30)
        for _ in range(60):
            answer = producer.make("/runs", {"batch": batch, "count": 1}, key=f"last-{number}")
            if answer.status_code != 503:  # busy: nothing was done, and trying again is safe
                break
        said = answer.json()
        return answer.status_code, said["ref"] if answer.status_code == 201 else said["code"]

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(ask, range(100)))
    assert Counter(status for status, _ in answers) == {201: 10, 409: 90}
    assert len({ref for status, ref in answers if status == 201}) == 10
    assert {code for status, code in answers if status == 409} == {"volume-exceeded"}
    left = producer.get(f"/batches/{batch}/volume").json()
    assert (left["issued_g"], left["reserved_g"], left["issuable"]) == (102 * 250, 0, 0)
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []
