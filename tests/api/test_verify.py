"""Scanning over HTTP: the journeys of a code, and every way to get it wrong."""

from datetime import timedelta

import pytest

from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.production.actions import recall_batch
from gimark.registry.authorizations.rules import ChangeKind
from tests.api.site import Site
from tests.county import GTIN, PACKED_ON
from tests.scans.desk import uri_of


@pytest.fixture
def run(site: Site) -> RunFacts:
    """A run of a confirmed batch; the first half is activated."""
    run = site.county.run(site.county.batch())
    site.county.change(run, RangeKind.ACTIVATE, (0, 499))
    return run


def verdict(site: Site, uri: str) -> tuple[str, str]:
    found = site.json(uri)
    return found["verdict"], found["reason"]


def test_a_genuine_code_is_green_in_json_and_on_the_page(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    found = site.json(uri)
    assert (found["verdict"], found["reason"]) == ("green", "authentic")
    assert found["package"]["enterprise_zh"] == "云溪县示例菌业有限公司"
    assert found["package"]["packed_on"] == PACKED_ON.isoformat()
    assert found["run"]["ledger_index"] == run.ledger_index
    assert [rung["state"] for rung in found["rungs"]] == ["pass"] * 6
    page = site.get(uri)
    assert page.status_code == 200
    assert "标识真实" in page.text
    assert "云溪县示例菌业有限公司" in page.text
    assert "正品" not in page.text


def test_the_json_is_the_same_whether_its_head_is_new_or_kept(site: Site, run: RunFacts) -> None:
    first, second = (site.json(uri_of(site.county, run, idx)) for idx in (1, 2))
    assert set(first) == set(second)
    different = {name for name in first if first[name] != second[name]}
    assert different == {"serial"}


def test_the_page_speaks_english_when_asked(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    assert 'lang="en"' in site.get(uri, **{"accept-language": "en"}).text
    assert 'lang="en"' in site.get(f"{uri}&lang=en").text
    assert site.get(uri).headers["content-language"] == "zh"


def test_one_wrong_character_in_the_signature_is_red_and_tells_of_no_product(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    at = uri.index("?s=") + 40
    forged = uri[:at] + ("A" if uri[at] != "A" else "B") + uri[at + 1 :]
    found = site.json(forged)
    assert (found["verdict"], found["reason"]) == ("red", "bad_signature")
    assert (found["package"], found["run"], found["checks"]) == (None, None, None)
    page = site.get(forged)
    assert page.status_code == 200
    assert "不是本县" in page.text
    assert "示例菌业" not in page.text


def test_an_unactivated_code_is_amber(site: Site, run: RunFacts) -> None:
    assert verdict(site, uri_of(site.county, run, 700)) == ("amber", "not_activated")


def test_a_voided_code_is_red_with_its_act_within_one_look(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run, 7)
    assert verdict(site, uri) == ("green", "authentic")
    index = site.county.change(run, RangeKind.VOID, (7, 7), reason="印刷错误")
    found = site.json(uri)
    assert (found["verdict"], found["reason"]) == ("red", "voided")
    assert (found["act"]["reason"], found["act"]["ledger_index"]) == ("印刷错误", index)
    assert "印刷错误" in site.get(uri).text


def test_returned_and_recalled_codes_are_red(site: Site, run: RunFacts) -> None:
    site.county.change(run, RangeKind.RETURN, (3, 3), reason="多余")
    assert verdict(site, uri_of(site.county, run, 3)) == ("red", "returned")
    with site.county.store.acting() as act:
        ref = site.json(uri_of(site.county, run, 4))["package"]["batch_ref"]
        recall_batch(act, site.county.producer, ref, "二氧化硫超过限值")
        act.commit()
    assert verdict(site, uri_of(site.county, run, 4)) == ("red", "recalled")


def test_a_suspension_from_before_the_packing_date_is_red_and_a_later_one_is_not(site: Site, run: RunFacts) -> None:
    site.county.stop(ChangeKind.SUSPEND, PACKED_ON + timedelta(days=1))
    assert verdict(site, uri_of(site.county, run)) == ("green", "authentic")


def test_an_authorization_that_ended_before_the_packing_date_is_red(site: Site, run: RunFacts) -> None:
    site.county.stop(ChangeKind.REVOKE, PACKED_ON)
    assert verdict(site, uri_of(site.county, run)) == ("red", "not_authorised")


def test_the_second_phone_is_told_of_the_first(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    assert site.json(uri)["checks"] == {"count": 0, "first_at": None, "provinces": []}
    assert site.json(uri)["checks"]["count"] == 0
    other = site.json(uri, **{"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"})
    assert (other["checks"]["count"], other["checks"]["first_at"]) == (1, "2026-11-22T01:00:00Z")


def test_whoever_is_no_person_is_answered_and_not_counted(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    site.process.snapshot.look()
    head = site.client.head(uri)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    for headers in (
        {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"sec-purpose": "prefetch"},
    ):
        assert site.json(uri, **headers)["verdict"] == "green"
    assert site.json(uri)["checks"]["count"] == 0
    assert site.json(uri, **{"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"})["checks"]["count"] == 1


def test_every_answer_keeps_to_itself(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    answers = [site.get(target) for target in (uri, uri + "x", "/01/", f"/01/{GTIN}", "/01/06901234567892")]
    answers += [site.get(uri, host="evil.cn"), site.client.post(uri)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 404, 421, 405]
    for headers in (answer.headers for answer in answers):
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"]
        assert headers["vary"] == "Accept, Accept-Language"
        assert headers["x-request-id"]
        assert "set-cookie" not in headers


def test_request_ids_differ(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    assert site.get(uri).headers["x-request-id"] != site.get(uri).headers["x-request-id"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(site: Site, run: RunFacts, method: str) -> None:
    response = site.client.request(method, uri_of(site.county, run))
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("host", ["gi.yunxi.example.evil.cn", "gi-yunxi.example", "evil.cn", "gi.yunxi.example.", ""])
def test_another_host_is_told_the_right_address(site: Site, run: RunFacts, host: str) -> None:
    response = site.get(uri_of(site.county, run), host=host)
    assert response.status_code == 421
    assert "https://gi.yunxi.example" in response.text
    assert "标识真实" not in response.text


def test_a_loopback_name_serves_for_looking_at_one_s_own_machine(site: Site, run: RunFacts) -> None:
    assert site.get(uri_of(site.county, run), host="localhost:8000").status_code == 200


def test_an_item_and_a_lot_have_pages_without_a_verdict(site: Site, run: RunFacts) -> None:
    item, lot = site.get(f"/01/{GTIN}"), site.get(f"/01/{GTIN}/10/{run.lot}?s=elsewhere")
    for page in (item, lot):
        assert page.status_code == 200
        assert "云溪县示例菌业有限公司" in page.text
        assert "标识真实" not in page.text
    assert site.json(f"/01/{GTIN}")["kind"] == "item"
    found = site.json(f"/01/{GTIN}/10/{run.lot}")
    assert (found["kind"], found["lot"]) == ("batch", run.lot)
    assert "verdict" not in found


@pytest.mark.parametrize("target", ["/01/09521234500018/10/NOSUCHLOT", "/01/06901234567892"])
def test_an_unknown_item_or_lot_is_not_found(site: Site, target: str) -> None:
    assert site.get(target).status_code == 404


def test_a_network_of_a_forger_is_asked_to_wait_and_never_told_that_a_genuine_code_is_none(
    site: Site, run: RunFacts
) -> None:
    uri = uri_of(site.county, run)
    forged = uri[:-10] + uri_of(site.county, run, 1)[-10:]
    for _ in range(site.here.settings.bad_signatures_per_minute):
        assert verdict(site, forged) == ("red", "bad_signature")
    assert verdict(site, forged) == ("amber", "unavailable")
    assert verdict(site, uri) == ("amber", "unavailable")
    assert verdict(site, uri.replace("/10/", "/11/")) == ("red", "malformed")
