"""What an act would do, through the API: before it is asked for, and of a proposal while that waits."""

from gimark.issuance.rules import RangeKind
from tests.api.site import Site
from tests.api.v1.programs import Program
from tests.county import BATCH


def test_the_effect_of_a_recall_is_told_before_and_while_it_waits(site: Site, regulator: Program) -> None:
    batch = site.county.batch()
    site.county.change(site.county.run(batch, 10), RangeKind.ACTIVATE, (0, 3))
    told = regulator.ask("POST", "/effects", json={"kind": "recall_batch", "subject": batch}).json()
    assert (told["codes"], told["by_state"]) == (10, {"active": 4, "issued": 6})
    assert (told["name_zh"], told["name_en"]) == (f"云溪香菇 花菇 250 g {BATCH.lot}", None)
    assert told["lots"] == [{"lot": BATCH.lot, "packed_on": "2026-11-12"}]
    path = f"/batches/{batch}"
    asked = regulator.change("POST", f"{path}/recall", {"reason": "抽检不合格"}, regulator.tag(path)).json()
    proposal = f"/proposals/{asked['ref']}"
    assert regulator.get(f"{proposal}/effect").json() == told
    withdrawn = regulator.change("POST", f"{proposal}/withdrawal", None, regulator.tag(proposal))
    assert withdrawn.status_code == 200
    assert regulator.get(f"{proposal}/effect").status_code == 409


def test_an_effect_needs_the_values_of_its_kind_and_is_scoped(
    site: Site, regulator: Program, other_producer: Program
) -> None:
    batch = site.county.batch()
    run = site.county.run(batch, 10)
    missing = regulator.ask("POST", "/effects", json={"kind": "end_codes", "subject": run.ref})
    assert (missing.status_code, [one["pointer"] for one in missing.json()["errors"]]) == (422, ["#/how", "#/ranges"])
    void = {"kind": "end_codes", "subject": run.ref, "how": "void", "ranges": [{"first": 0, "last": 4}]}
    assert regulator.ask("POST", "/effects", json=void).json()["mass_g"] == 5 * 250
    for body in (void, {"kind": "override_volume", "subject": batch, "extra_g": 1}):
        assert other_producer.ask("POST", "/effects", json=body).status_code == 404
