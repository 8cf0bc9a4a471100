"""The upload page: what a clerk sees of every row, and what a workbook that is none is answered."""

from io import BytesIO
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from gimark.exchange.batch_columns import SHEET_NAME
from gimark.production import lists
from gimark.production.lists import BatchFilter
from gimark.store.paging import Wanted
from tests.api.site import Site
from tests.exchange.sheets import workbook
from tests.exchange.uploads.test_taking import BAD, line
from tests.web.desk.people import Person, seated

UPLOADS = "/producer/uploads"


@pytest.fixture
def clerk(site: Site) -> Person:
    return seated(site, site.county.producer)


def send(person: Person, data: bytes, choice: str = "whole", once: str = "first", name: str = "10 月.xlsx") -> str:
    """Where a good upload leads to."""
    answer = person.post(UPLOADS, files={"file": (name, data)}, choice=choice, once=once)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def refusal(person: Person, data: bytes, **fields: str) -> str:
    answer = person.post(UPLOADS, files={"file": ("a.xlsx", data)}, **{"choice": "whole", "once": "x", **fields})
    assert answer.status_code == 422
    return answer.text


def batches(site: Site) -> list[str]:
    with site.county.store.reading() as session:
        found = lists.batches(session, site.county.producer, Wanted(), BatchFilter())
    return [batch.lot for batch in found.items]


def test_the_template_has_the_enterprise_s_own_items_alone(clerk: Person) -> None:
    answer = clerk.get(f"{UPLOADS}/template.xlsx")
    assert unquote(answer.headers["content-disposition"]).endswith("批次登记表.xlsx")
    book = load_workbook(BytesIO(answer.content))
    assert SHEET_NAME in book.sheetnames
    options = [cell.value for (cell,) in book["选项"].iter_rows(min_row=2, max_col=1) if cell.value]
    assert options == ["云溪香菇 花菇 250 g｜09521234500018"]


def test_good_rows_are_registered_and_each_leads_to_its_batch(site: Site, clerk: Person) -> None:
    place = send(clerk, workbook([line("A"), line("B")]))
    page = clerk.get(place).text
    assert "全部登记，已写入公示账本" in page
    assert page.count('href="/producer/batches/') == 2
    assert batches(site) == ["A", "B"]
    assert "10 月.xlsx" in clerk.get(UPLOADS).text


def test_the_same_press_twice_is_one_upload(site: Site, clerk: Person) -> None:
    data = workbook([line("A")])
    assert send(clerk, data) == send(clerk, data)
    assert batches(site) == ["A"]


def test_a_refused_row_is_shown_with_its_reason_and_holds_the_others_until_they_are_let(
    site: Site, clerk: Person
) -> None:
    place = send(clerk, workbook([line("A"), BAD, line("C")]))
    page = clerk.get(place).text
    assert "有 1 行不合格，按您的选择没有登记任何一行" in page
    assert "采收截止日：采收日在将来。请在采收后登记。" in page
    assert batches(site) == []
    done = clerk.post(f"{place}/registration", once="second")
    assert (done.status_code, done.headers["location"]) == (303, place)
    assert batches(site) == ["A", "C"]
    assert "合格的行已经登记，还有 1 行不合格" in clerk.get(place).text
    assert clerk.post(f"{place}/registration", once="third").status_code == 409


def test_the_result_is_given_out_with_reasons_beside_the_rows_in_the_reader_s_language(clerk: Person) -> None:
    place = send(clerk, workbook([line("=cmd"), BAD]), "good_rows")
    for language, outcome, reason in (
        ("zh", "未登记", "采收截止日：采收日在将来"),
        ("en", "refused", "harvested until: the harvest"),
    ):
        answer = clerk.get(f"{place}/report.xlsx?lang={language}")
        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert [cells[0] for cells in lines] == [2, 3]
        assert lines[1][8] == outcome
        assert str(lines[1][9]).startswith(reason)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "这是旧式 .xls 文件"),
        (b"PK\x03\x04", "工作簿已损坏"),
        (workbook([line("A")], name="x", headings=("a", "b")), "没有名为“批次”的工作表"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(clerk: Person, data: bytes, reason: str) -> None:
    page = refusal(clerk, data)
    assert reason in page
    assert 'id="file-e"' in page
    assert 'value="whole" required checked' in page


def test_nothing_chosen_is_told(clerk: Person) -> None:
    answer = clerk.post(UPLOADS, choice="whole", once="x")
    assert answer.status_code == 422
    assert "没有选择文件" in answer.text
    assert "没有选择" in refusal(clerk, workbook(), choice="")


def test_an_upload_may_be_larger_than_other_forms_and_not_without_end(site: Site, clerk: Person) -> None:
    settings = site.here.settings
    padded = workbook([line("A")])
    assert settings.body_limit < settings.upload_limit
    assert "工作簿已损坏" in refusal(clerk, b"PK\x03\x04" + bytes(settings.body_limit + 1))
    answer = clerk.post(
        UPLOADS, files={"file": ("a.xlsx", padded + bytes(settings.upload_limit))}, choice="whole", once="x"
    )
    assert answer.status_code == 413


def test_another_enterprise_s_upload_is_not_found(site: Site, clerk: Person) -> None:
    place = send(clerk, workbook([line("A"), BAD]))
    other = seated(site, site.county.other_producer)
    for target in (place, f"{place}/report.xlsx"):
        assert other.get(target).status_code == 404
    assert other.post(f"{place}/registration", once="x").status_code == 404
    assert place.rpartition("/")[2] not in other.get(UPLOADS).text


def test_a_regulator_has_no_such_page(site: Site) -> None:
    assert seated(site, site.county.regulator).get(UPLOADS).status_code == 404


def test_a_form_without_the_session_s_token_is_refused(clerk: Person) -> None:
    answer = clerk.send(UPLOADS, {"choice": "whole", "once": "x"}, files={"file": ("a.xlsx", workbook([line("A")]))})
    assert answer.status_code == 403


def test_what_a_file_says_is_shown_and_never_run(clerk: Person) -> None:
    place = send(clerk, workbook([line("<script>x</script>", item="<b>")]), name="<i>.xlsx")
    page = clerk.get(place).text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert "<i>.xlsx" not in page


def test_many_refused_rows_are_shown_in_pages(clerk: Person) -> None:
    place = send(clerk, workbook([line(f"b{n}") for n in range(101)]))
    first = clerk.get(place).text
    assert first.count('<th scope="row"') == 100
    assert "after=101" in first
    assert clerk.get(f"{place}?outcome=refused&after=101").text.count('<th scope="row"') == 1
    for after in ("x", "9" * 5_000):
        assert clerk.get(f"{place}?outcome=nonsense&after={after}").status_code == 200
