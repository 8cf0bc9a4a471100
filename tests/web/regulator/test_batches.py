"""A batch, its runs and the account of its labels at the regulator's desk: what is told, to whom, with what to do."""

import re

import pytest

from gimark.accounts.rules import Role
from gimark.issuance.custody.actions import ReportForm, hand_out, report_labels
from gimark.issuance.custody.rules import Fate, Told
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, add_file, order_print, set_print_state
from gimark.issuance.rules import RangeKind
from gimark.scans.statistics.actions import count_checks
from tests.api.site import Site
from tests.county import BATCH, GTIN, staff
from tests.web.desk.people import Person, seated

SHA256 = "ab" * 32


@pytest.fixture
def officer(site: Site) -> Person:
    """A regulator."""
    return seated(site, site.county.regulator)


def printed(site: Site, run_ref: str, first: int, last: int) -> str:
    """Labels made, fetched by the enterprise and reported on but for the last three; their order's ref."""
    form = PrintForm(run_ref, first, last, "a4-3x8", 300, f"{first}-{last}")
    told = Told(first, last - 5, Fate.PRINTED), Told(last - 4, last - 3, Fate.SCRAPPED)
    with site.county.store.acting() as act:
        ref = order_print(act, site.county.producer, form).ref
        add_file(act, ref, "labels-0001.pdf", (first, last), SHA256, 9)
        set_print_state(act, ref, PrintState.RELEASED)
        act.commit()
    with site.county.store.acting() as act:
        hand_out(act, site.county.producer, ref, "labels-0001.pdf")
        report_labels(act, site.county.producer, ref, ReportForm(told, "一卷"))
        act.commit()
    return ref


def told(person: Person, page: str) -> str:
    """The words of a page in both languages, which is small and has one heading."""
    for language in ("en", "zh"):
        answer = person.get(f"{page}{'&' if '?' in page else '?'}lang={language}")
        assert answer.status_code == 200, answer.text
        assert len(answer.content) < 60_000
        assert answer.text.count("<h1") == 1
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text[answer.text.index("<main") :])).replace("\xa0", " ")


def test_a_batch_is_told_with_its_runs_labels_checks_and_whole_history(site: Site, officer: Person) -> None:
    county = site.county
    batch = county.batch()
    run = county.run(batch, 400)
    county.change(run, RangeKind.ACTIVATE, (0, 99))
    labels = printed(site, run.ref, 0, 199)
    county.change(run, RangeKind.VOID, (100, 109), reason="印刷错位")
    count_checks(county.store)
    said = told(officer, f"/regulator/batches/{batch}")
    for words in (
        f"批次 {BATCH.lot}",
        GTIN,
        "示例菌业",
        "400 290 100 10 0",
        "195 2 0 3 1",
        "已放行",
        "印刷错位",
        "统计到",
    ):
        assert words in said, words
    shown = officer.get(f"/regulator/batches/{batch}").text
    for path in (f"/regulator/runs/{run.ref}", f"/regulator/labels/{labels}", f"overrides/new?batch={batch}"):
        assert path in shown, path
    listed = officer.get(f"/regulator/batches?lot={BATCH.lot.lower()}&state=confirmed").text
    assert f"/regulator/batches/{batch}" in listed
    assert "示例菌业" in listed


def test_a_run_is_told_by_ranges_and_its_labels_by_what_became_of_them(site: Site, officer: Person) -> None:
    run = site.county.run(site.county.batch(), 200)
    site.county.change(run, RangeKind.ACTIVATE, (0, 49))
    labels = printed(site, run.ref, 0, 199)
    said = told(officer, f"/regulator/runs/{run.ref}")
    for words in ("1–50 50", "51–200 150", "激活 50 枚", "作废…"):
        assert words in said, words
    account = told(officer, f"/regulator/labels/{labels}")
    for words in ("印好 195", "报废 2", "缺号 3", "198–200", SHA256, site.county.producer.name, "一卷"):
        assert words in account, words
    assert "<form" not in officer.get(f"/regulator/labels/{labels}").text.partition("<main")[2]


def test_search_and_the_code_s_page_lead_to_the_batch_and_its_run(site: Site, officer: Person) -> None:
    batch = site.county.batch()
    run = site.county.run(batch, 10)
    found = officer.get(f"/regulator/search?q={BATCH.lot}").text
    assert f"/regulator/batches/{batch}" in found
    pieces = officer.get(f"/regulator/runs/{run.ref}").text
    first = re.search(r"first=([0-9A-Z-]{15})", pieces)
    assert first is not None
    code = officer.get(f"/regulator/codes/{first[1].replace('-', '')}").text
    assert f"/regulator/batches/{batch}" in code
    assert f"/regulator/runs/{run.ref}" in code


def test_a_recall_that_waits_is_told_and_whoever_only_reads_is_offered_no_act(site: Site, officer: Person) -> None:
    batch = site.county.batch()
    run = site.county.run(batch, 10)
    page = f"/regulator/recalls/new?batch={batch}"
    once = re.search(r'name="once" value="([^"]+)"', officer.get(page).text)
    assert once is not None
    assert officer.post("/regulator/recalls/new", once=once[1], batch=batch, reason="抽检不合格").status_code == 303
    assert "召回一批商品：等第二个人批准" in officer.get(f"/regulator/batches/{batch}").text
    for role in (Role.INSPECTOR, Role.AUDITOR):
        reader = seated(site, staff(site.county.store, role))
        shown = reader.get(f"/regulator/batches/{batch}").text + reader.get(f"/regulator/runs/{run.ref}").text
        assert not re.search("(recalls|overrides|voids)/new", shown), role


def test_another_desk_has_no_such_page_and_an_unknown_ref_is_not_found(site: Site, officer: Person) -> None:
    batch = site.county.batch()
    run = site.county.run(batch, 10)
    producer = seated(site, site.county.producer)
    for page in ("batches", f"batches/{batch}", f"runs/{run.ref}"):
        assert producer.get(f"/regulator/{page}").status_code == 404
    for page in ("batches", "runs", "labels"):
        assert officer.get(f"/regulator/{page}/0000000000000000").status_code == 404
    assert officer.get("/regulator/batches?enterprise=0000000000000000").status_code == 404
