"""Every list to keep: with its page's filters, of what its reader may see, and nothing in it becomes a formula."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from api.web.desk.exports import LISTS
from gimark.exchange import pages
from tests.api.site import Site
from tests.county import BATCH, GTIN, OTHER_GTIN, OTHER_USCC, USCC
from tests.web.desk.people import Person, seated


@pytest.fixture
def clerk(site: Site) -> Person:
    return seated(site, site.county.producer)


@pytest.fixture
def regulator(site: Site) -> Person:
    return seated(site, site.county.regulator)


def rows(person: Person, target: str) -> list[Sequence[object]]:
    """The rows of a workbook, without its headings."""
    answer = person.get(target)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    return [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]


def test_every_list_is_given_out_at_both_desks(site: Site, clerk: Person, regulator: Person) -> None:
    site.county.run(site.county.batch(), 10)
    for person, desk in ((clerk, "producer"), (regulator, "regulator")):
        for name in LISTS:
            assert rows(person, f"/{desk}/exports/{name}.xlsx")
            answer = person.get(f"/{desk}/exports/{name}.csv")
            assert answer.headers["content-disposition"].startswith("attachment")
            lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert len(lines) >= 2
            assert len({len(line) for line in lines}) == 1


def test_a_list_has_its_page_s_filters(site: Site, clerk: Person) -> None:
    site.county.batch(form=replace(BATCH, lot="A"))
    site.county.batch(form=replace(BATCH, lot="B"), confirmed=False)
    assert [row[0] for row in rows(clerk, "/producer/exports/batches.xlsx")] == ["A", "B"]
    assert [row[0] for row in rows(clerk, "/producer/exports/batches.xlsx?state=registered")] == ["B"]
    assert [row[0] for row in rows(clerk, "/producer/exports/batches.xlsx?lot=a")] == ["A"]


def test_each_enterprise_is_given_its_own_alone(site: Site, clerk: Person, regulator: Person) -> None:
    site.county.batch()
    other = seated(site, site.county.other_producer)
    assert rows(other, "/producer/exports/batches.xlsx") == []
    assert [row[1] for row in rows(clerk, "/producer/exports/items.xlsx")] == [GTIN]
    assert [row[1] for row in rows(regulator, "/regulator/exports/items.xlsx")] == [GTIN, OTHER_GTIN]
    assert [row[1] for row in rows(clerk, "/producer/exports/enterprises.xlsx")] == [USCC]
    found = rows(regulator, f"/regulator/exports/enterprises.xlsx?q={quote('合作社')}")
    assert [row[1] for row in found] == [OTHER_USCC]
    assert clerk.get("/regulator/exports/items.xlsx").status_code == 404


def test_texts_stay_texts(site: Site, clerk: Person) -> None:
    site.county.batch(form=replace(BATCH, producer_lot="=1+1"))
    assert rows(clerk, "/producer/exports/batches.xlsx")[0][1] == "=1+1"
    assert "'=1+1" in clerk.get("/producer/exports/batches.csv").content.decode("utf-8-sig")


def test_a_list_longer_than_a_portion_is_given_whole_and_once(
    site: Site, clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PORTION", 2)
    for number in range(5):
        site.county.batch(form=replace(BATCH, lot=f"L{number}"), confirmed=False)
    assert [row[0] for row in rows(clerk, "/producer/exports/batches.xlsx")] == [f"L{number}" for number in range(5)]


def test_what_is_no_list_is_not_found(clerk: Person) -> None:
    for name in ("users.xlsx", "batches.xls", "batches.pdf"):
        assert clerk.get(f"/producer/exports/{name}").status_code == 404
    assert clerk.get("/producer/exports/orders.csv?batch=nobody").status_code == 404


def test_headings_are_in_the_reader_s_language(clerk: Person) -> None:
    body = clerk.get("/producer/exports/batches.csv?lang=en").content.decode("utf-8-sig")
    assert body.startswith("Lot,Own lot,")
