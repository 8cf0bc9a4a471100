"""Voiding, recalling, exceptions and notices at the desk: told before, asked for by one, approved by another."""

import re
from dataclasses import replace

import pytest

from gimark import audit
from gimark.accounts.queries import ref_of
from gimark.accounts.rules import Role
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import MASS, RangeKind
from gimark.registry.authorizations.rules import ChangeKind
from tests.api.site import Site
from tests.county import BATCH, staff
from tests.scans.desk import uri_of
from tests.web.desk.people import Person, seated


@pytest.fixture
def officer(site: Site) -> Person:
    """A regulator, who asks."""
    return seated(site, site.county.regulator)


@pytest.fixture
def lead(site: Site) -> Person:
    """Who approves."""
    return seated(site, site.county.lead)


def press(person: Person, page: str, to: str | None = None, **fields: str) -> str:
    """Open a page, send its form, and give where it leads."""
    shown = person.get(page)
    assert shown.status_code == 200, shown.text
    once = re.search(r'name="once" value="([^"]+)"', shown.text)
    assert once is not None
    answer = person.post(to or page.partition("?")[0], once=once[1], **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def run_of(site: Site, count: int) -> RunFacts:
    return site.county.run(site.county.batch(form=replace(BATCH, planned_g=250 * count)), count=count)


def all_agrees(site: Site) -> None:
    with site.county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_lot_is_found_its_recall_told_asked_for_and_approved(site: Site, officer: Person, lead: Person) -> None:
    run = run_of(site, 100)
    site.county.change(run, RangeKind.ACTIVATE, (0, 29))
    found = officer.get(f"/regulator/recalls/new?lot={BATCH.lot}").text
    batch = re.search(r"batch=(\w{16})", found)
    assert batch is not None
    page = f"/regulator/recalls/new?batch={batch[1]}"
    told = officer.get(page).text
    assert all(said in told for said in ("100 枚", "30 枚", "70 枚", "永远不能恢复"))
    empty = officer.post("/regulator/recalls/new", batch=batch[1], once="x" * 8, reason="")
    assert (empty.status_code, "公示" in empty.text) == (422, True)
    place = press(officer, page, batch=batch[1], reason="抽检二氧化硫超标")
    # Alone they would be few enough: with those of this day they are not.
    assert "须由另一位有批准权限的用户批准" in officer.get(place).text
    assert "批准并办理" not in officer.get(place).text
    assert 'class="badge warn"' in lead.get("/regulator/approvals").text
    assert press(lead, place, f"{place}/approval") == place
    done = lead.get(place).text
    assert "已批准" in done
    assert "lead" in done
    answer = site.client.get(uri_of(site.county, run, 0).partition("gi.yunxi.example")[2])
    assert "召回" in answer.text
    administrator = seated(site, staff(site.county.store, Role.ADMINISTRATOR))
    with site.county.store.reading() as session:
        ref = ref_of(session, administrator.actor, "lead")
    kept = administrator.get(f"/users/{ref}").text
    assert all(said in kept for said in ("召回一批商品", f"决定 · {BATCH.lot} · 已批准", "/ledger/entries/"))
    again = lead.post(f"{place}/approval", once="another-press")
    assert again.status_code == 409
    all_agrees(site)


def test_a_few_codes_are_voided_at_once_and_many_are_asked_for(site: Site, officer: Person, lead: Person) -> None:
    run = run_of(site, MASS.codes + 10)
    few = {"first": uri_of(site.county, run, 0), "last": uri_of(site.county, run, 4)}
    told = officer.site.client.build_request("GET", "/regulator/voids/new", params=few).url
    page = str(told).partition("/regulator")[1] + str(told).partition("/regulator")[2]
    assert "5 枚" in officer.get(page).text
    assert press(officer, page, **few, reason="标签被盗") == "/regulator/voids/new"
    many = {"first": uri_of(site.county, run, 5), "last": uri_of(site.county, run, MASS.codes + 2)}
    url = officer.site.client.build_request("GET", "/regulator/voids/new", params=many).url.raw_path.decode()
    # Alone they would be few enough: with those of this day they are not.
    assert "须由另一位有批准权限的用户批准" in officer.get(url).text
    place = press(officer, url, **many, reason="整箱被盗")
    assert place.startswith("/regulator/approvals/")
    refusal = press(lead, place, f"{place}/refusal", reason="先报警")
    assert "先报警" in lead.get(refusal).text
    wrong = officer.get("/regulator/voids/new?first=hello")
    assert (wrong.status_code, 'id="first-e"' in wrong.text) == (422, True)
    all_agrees(site)


def test_an_exception_is_asked_for_in_kilograms(site: Site, officer: Person, lead: Person) -> None:
    batch = site.county.batch()
    page = f"/regulator/overrides/new?batch={batch}"
    assert "250 kg" in officer.get(page).text.replace("\u00a0", " ")
    bad = officer.post("/regulator/overrides/new", batch=batch, once="y" * 8, extra_g="很多", reason="换标")
    assert (bad.status_code, 'id="extra_g-e"' in bad.text) == (422, True)
    place = press(officer, page, batch=batch, extra_g="12.5", reason="换标")
    assert "12.5 kg" in lead.get(place).text.replace("\u00a0", " ")
    press(lead, place, f"{place}/approval")
    assert "12.5 kg" in officer.get(page).text.replace("\u00a0", " ")
    all_agrees(site)


def test_whoever_asked_takes_it_back_and_another_desk_has_no_such_page(
    site: Site, officer: Person, lead: Person
) -> None:
    batch = site.county.batch()
    place = press(officer, f"/regulator/recalls/new?batch={batch}", batch=batch, reason="误报")
    producer = seated(site, site.county.producer)
    for path in ("/regulator/approvals", place, place.replace("regulator", "producer"), "/regulator/notices"):
        assert producer.get(path).status_code == 404, path
    assert lead.get("/producer/approvals").status_code == 404
    assert producer.get("/producer/approvals").status_code == 200
    inspector = seated(site, staff(site.county.store, Role.INSPECTOR))
    assert inspector.get("/regulator/recalls/new").status_code == 403
    assert inspector.get("/regulator/voids/new").status_code == 403
    assert "批准并办理" not in inspector.get(place).text
    assert "已撤回" in officer.get(press(officer, place, f"{place}/withdrawal")).text


def test_a_second_press_of_approve_answers_as_the_first(site: Site, officer: Person, lead: Person) -> None:
    batch = site.county.batch()
    place = press(officer, f"/regulator/recalls/new?batch={batch}", batch=batch, reason="误报")
    pressed = [lead.post(f"{place}/approval", once="the-same-press") for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in pressed] == [(303, place)] * 2


def test_a_notice_is_shown_to_everybody_as_plain_text_until_it_is_taken_down(site: Site, officer: Person) -> None:
    fields = {"title": "关于 <b>召回</b> 的公告", "body": "第一段\r\n\r\n<script>alert(1)</script>"}
    place = press(officer, "/regulator/notices/new", **fields)
    ref = place.rpartition("/")[2]
    for path in (f"/notices/{ref}", "/notices", "/", place, "/regulator/notices"):
        shown = officer.get(path).text
        assert "<script>alert" not in shown
        assert "<b>召回" not in shown
    public = site.client.get(f"/notices/{ref}")
    assert all(said in public.text for said in ("&lt;b&gt;召回", "&lt;script&gt;"))
    assert "关于 &lt;b&gt;" in site.client.get("/notices").text
    press(officer, place, f"{place}/withdrawal")
    assert site.client.get(f"/notices/{ref}").status_code == 404
    assert ref not in site.client.get("/notices").text
    assert "已撤下" in officer.get(place).text
    long_ = officer.post("/regulator/notices/new", once="z" * 8, title="x", body="一" * 4_001)
    assert (long_.status_code, 'id="body-e"' in long_.text) == (422, True)


def test_a_revocation_that_waits_leaves_the_authorization_as_it_is(site: Site, officer: Person, lead: Person) -> None:
    path = f"/regulator/authorizations/{site.county.authorization_ref}/revoke"
    press(officer, path, reason="示例理由", **{"from": "2026-11-22"})
    waiting = lead.get("/regulator/approvals").text
    place = re.search(r"/regulator/approvals/\w{16}", waiting)
    assert place is not None
    assert "撤销一份授权" in lead.get(place[0]).text
    site.county.stop(ChangeKind.SUSPEND)
    press(lead, place[0], f"{place[0]}/approval")
    all_agrees(site)
