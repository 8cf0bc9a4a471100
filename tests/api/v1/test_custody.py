"""What became of printed labels, and acts that take two people, through the API."""

from dataclasses import replace

from gimark import audit
from gimark.accounts.rules import Permission
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, add_file, order_print, set_print_state
from gimark.issuance.rules import MASS
from tests.api.site import Site
from tests.api.v1.programs import Program, program
from tests.county import BATCH


def printed(site: Site, count: int) -> tuple[str, str]:
    """A run of so many codes, all printed: the order and the run."""
    run = site.county.run(site.county.batch(form=replace(BATCH, planned_g=250 * count)), count=count)
    with site.county.store.acting() as act:
        ref = order_print(act, site.county.producer, PrintForm(run.ref, 0, count - 1, "a4-3x8", 300, "print")).ref
        add_file(act, ref, "codes.csv", (0, count - 1), "ab" * 32, 9)
        set_print_state(act, ref, PrintState.RELEASED)
        act.commit()
    return ref, run.ref


def test_labels_are_reported_and_what_is_missing_is_voided(
    site: Site, producer: Program, other_producer: Program, regulator: Program
) -> None:
    ref, run = printed(site, 100)
    path = f"/print-orders/{ref}/custody"
    ranges = [{"first": 0, "last": 89, "fate": "printed"}, {"first": 90, "last": 93, "fate": "returned"}]
    told = producer.make(f"{path}/reports", {"ranges": ranges, "note": "一卷"})
    assert told.status_code == 201, told.text
    assert told.json()["counts"] == {"printed": 90, "scrapped": 0, "returned": 4, "missing": 6}
    assert told.json()["to_void"] == told.json()["missing"] == [{"first": 94, "last": 99}]
    assert regulator.get(path).json() == told.json()
    outside = producer.make(f"{path}/reports", {"ranges": [{"first": 99, "last": 100, "fate": "scrapped"}]})
    assert (outside.status_code, outside.json()["errors"][0]["pointer"]) == (422, "#/ranges/0")
    for one in (path, f"{path}/reports", f"{path}/missing"):
        body = {"ranges": ranges} if one.endswith("reports") else {"reason": "缺号"}
        answer = other_producer.get(one) if one == path else other_producer.make(one, body)
        assert answer.status_code == 404, one
    done = producer.make(f"{path}/missing", {"reason": "缺号，去向不明"})
    assert (done.status_code, done.json()["to_void"]) == (201, [])
    assert producer.get(f"/runs/{run}/ranges").json()["counts"]["voided"] == 6
    assert producer.make(f"{path}/missing", {"reason": "再来一次"}).status_code == 409


def test_a_mass_of_missing_labels_waits_for_a_second_person_and_a_repeat_for_the_same(
    site: Site, producer: Program, lead: Program, regulator: Program
) -> None:
    ref, run = printed(site, MASS.codes + 10)
    path = f"/print-orders/{ref}/custody"
    producer.make(f"{path}/reports", {"ranges": [{"first": 0, "last": 0, "fate": "printed"}]})
    first, again = (producer.make(f"{path}/missing", {"reason": "整箱丢失"}, key="missing") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert first.json()["ranges"] == [{"first": 1, "last": MASS.codes + 9}]
    proposal = first.headers["location"].removeprefix("/v1")
    assert producer.get("/proposals?state=waiting").json()["items"] == [first.json()]
    own = producer.change("POST", f"{proposal}/approval", None, producer.tag(proposal))
    assert (own.status_code, own.json()["code"]) == (403, "not-allowed")
    assert producer.ask("POST", f"{proposal}/approval").status_code == 428
    narrow = program(site, site.county.lead, Permission.READ)
    refused = narrow.change("POST", f"{proposal}/approval", None, narrow.tag(proposal))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    tag = lead.tag(proposal)
    done = lead.change("POST", f"{proposal}/approval", None, tag)
    assert (done.status_code, done.json()["decision"]["by"]) == (200, "lead")
    assert lead.change("POST", f"{proposal}/approval", None, tag).status_code == 412
    assert lead.change("POST", f"{proposal}/approval", None, lead.tag(proposal)).status_code == 409
    assert producer.get(f"/runs/{run}/ranges").json()["counts"]["voided"] == MASS.codes + 9
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_regulator_s_recall_and_exception_wait_and_an_enterprise_s_own_recall_does_not(
    site: Site, producer: Program, other_producer: Program, regulator: Program, lead: Program
) -> None:
    path = f"/batches/{site.county.batch()}"
    body = {"extra_g": 5_000, "reason": "换标"}
    assert producer.change("POST", f"{path}/override", body, producer.tag(path)).status_code == 403
    asked = regulator.change("POST", f"{path}/override", body, regulator.tag(path))
    assert (asked.status_code, asked.json()["extra_g"]) == (202, 5_000)
    proposal = asked.headers["location"].removeprefix("/v1")
    assert other_producer.get(proposal).status_code == producer.get(proposal).status_code == 404
    lead.change("POST", f"{proposal}/approval", None, lead.tag(proposal))
    volume = producer.get(f"{path}/volume").json()
    assert (volume["override_g"], volume["issuable"]) == (5_000, (255_000 * 102 // 100) // 250)
    recall = regulator.change("POST", f"{path}/recall", {"reason": "抽检不合格"}, regulator.tag(path))
    assert (recall.status_code, producer.get(path).json()["state"]) == (202, "confirmed")
    proposal = recall.headers["location"].removeprefix("/v1")
    said = {"reason": "等复检结果"}
    refused = lead.change("POST", f"{proposal}/refusal", said, lead.tag(proposal))
    assert (refused.json()["state"], refused.json()["decision"]["reason"]) == ("refused", "等复检结果")
    assert regulator.change("POST", f"{proposal}/withdrawal", None, regulator.tag(proposal)).status_code == 409
    own = producer.change("POST", f"{path}/recall", {"reason": "企业主动召回"}, producer.tag(path))
    assert (own.status_code, own.json()["state"]) == (200, "recalled")
