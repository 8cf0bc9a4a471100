"""Workbooks through the API: the same guard and the same reasons as at the desk, once for each attempt, one's own."""

from io import BytesIO

import httpx2
import pytest
from openpyxl import load_workbook

from api.web.desk.downloads import XLSX
from gimark.exchange.batch_columns import SHEET_NAME
from gimark.production import lists
from gimark.production.lists import BatchFilter
from gimark.store.paging import Wanted
from tests.api.site import Site
from tests.api.v1.programs import Program
from tests.exchange.sheets import workbook
from tests.exchange.uploads.test_taking import BAD, line


def send(program: Program, data: bytes, query: str = "", key: str = "one", kind: str = XLSX) -> httpx2.Response:
    headers = {"idempotency-key": key, "content-type": kind}
    return program.ask("POST", f"/uploads{query}", content=data, headers=headers)


def batches(site: Site) -> list[str]:
    with site.county.store.reading() as session:
        found = lists.batches(session, site.county.producer, Wanted(), BatchFilter())
    return [batch.lot for batch in found.items]


def test_a_workbook_is_taken_once_and_its_rows_are_told_with_their_batches(site: Site, producer: Program) -> None:
    data = workbook([line("A"), line("B")])
    made = send(producer, data, "?name=10.xlsx")
    assert (made.status_code, made.json()["registered"], made.json()["file_name"]) == (201, 2, "10.xlsx")
    again = send(producer, data, "?name=10.xlsx")
    assert (again.json(), again.headers["idempotency-replayed"]) == (made.json(), "true")
    assert send(producer, data, "?choice=good_rows").status_code == 422
    assert send(producer, data, key="two").json()["known"] == 2
    assert batches(site) == ["A", "B"]
    rows = producer.get(f"{made.headers['location'].removeprefix('/v1')}/rows?limit=1").json()
    assert (rows["items"][0]["cells"]["lot"], rows["items"][0]["outcome"], rows["next"]) == ("A", "registered", "2")
    assert producer.get(f"/batches/{rows['items'][0]['batch']}").json()["lot"] == "A"
    assert [one["registered"] for one in producer.get("/uploads").json()["items"]] == [2, 0]


def test_refused_rows_say_why_in_both_languages_and_good_ones_can_be_registered_later(
    site: Site, producer: Program
) -> None:
    made = send(producer, workbook([line("A"), BAD, line("C")]))
    assert (made.json()["ready"], made.json()["refused"], batches(site)) == (2, 1, [])
    path = f"/uploads/{made.json()['ref']}"
    [row] = producer.get(f"{path}/rows?outcome=refused").json()["items"]
    assert (row["number"], row["batch"], row["faults"]) == (
        3,
        None,
        [
            {
                "field": "harvested_until",
                "reason_zh": "采收日在将来",
                "reason_en": "the harvest lies in the future",
                "remedy_zh": "请在采收后登记",
                "remedy_en": row["faults"][0]["remedy_en"],
            }
        ],
    )
    done = producer.change("POST", f"{path}/registration", None, producer.tag(path))
    assert (done.status_code, done.json()["registered"], batches(site)) == (200, 2, ["A", "C"])
    assert producer.change("POST", f"{path}/registration", None, done.headers["etag"]).status_code == 409


def test_what_is_no_workbook_is_refused_and_the_same_key_may_be_tried_again(site: Site, producer: Program) -> None:
    refused = send(producer, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["detail"].startswith("it is an old .xls file")
    assert send(producer, b"{}", kind="application/json").status_code == 415
    too_large = producer.ask(
        "POST", "/uploads", content=b"x", headers={"content-length": str(site.here.settings.upload_limit + 1)}
    )
    assert too_large.status_code == 413
    assert send(producer, workbook([line("A")])).status_code == 201


def test_uploads_are_their_enterprise_s_and_nobody_else_s(
    site: Site, producer: Program, other_producer: Program, regulator: Program
) -> None:
    path = f"/uploads/{send(producer, workbook([line('A')])).json()['ref']}"
    for target in (path, f"{path}/rows"):
        assert other_producer.get(target).status_code == 404
        assert regulator.get(target).status_code == 403
    assert other_producer.get("/uploads").json()["items"] == []
    assert send(regulator, workbook([line("A")])).status_code == 403
    # Another's item is no choice of theirs.
    assert send(other_producer, workbook([line("B")])).json()["refused"] == 1
    assert batches(site) == ["A"]


def test_the_template_has_one_s_own_items(producer: Program) -> None:
    answer = producer.get("/uploads/template")
    assert answer.headers["content-type"] == XLSX
    assert SHEET_NAME in load_workbook(BytesIO(answer.content)).sheetnames


@pytest.mark.parametrize("after", ["abc", "x9"])
def test_a_place_that_is_no_row_is_refused(producer: Program, after: str) -> None:
    ref = send(producer, workbook([line("A")])).json()["ref"]
    assert producer.get(f"/uploads/{ref}/rows?after={after}").status_code == 422
