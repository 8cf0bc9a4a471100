"""Every list to keep: as its page shows it, of what its reader may see, and nothing in it becomes a formula."""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from io import BytesIO
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from api.jobs.handlers import handlers
from api.jobs.sweeping import EXPORTS_KEPT, UNFINISHED_KEPT, sweep_part
from api.web.desk import exports
from api.web.exports.lists import LISTS
from gimark.accounts.model import User
from gimark.accounts.rules import Role
from gimark.clock import FixedClock
from gimark.exchange import pages
from gimark.issuance.printing import PrintForm, order_print
from gimark.jobs.worker import Worker
from gimark.registry.notices.actions import NoticeForm, publish_notice
from tests.api.site import Site
from tests.county import BATCH, GTIN, OTHER_GTIN, OTHER_USCC, USCC, staff
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
    return read(answer.content)


def read(workbook: bytes) -> list[Sequence[object]]:
    sheet = load_workbook(BytesIO(workbook)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    return [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]


def lots(person: Person, query: str = "") -> list[object]:
    return [row[0] for row in rows(person, f"/exports/batches.xlsx{query}")]


def register(site: Site, *lots: str) -> None:
    for lot in lots:
        site.county.batch(form=replace(BATCH, lot=lot), confirmed=False)


def test_every_list_is_given_out_to_those_whom_it_is_for_and_to_nobody_else(site: Site) -> None:
    county = site.county
    run = county.run(county.batch(), 10)
    with county.store.acting() as act:
        order_print(act, county.producer, PrintForm(run.ref, 0, 9, "a4-3x8", 300, "printed"))
        publish_notice(act, county.regulator, NoticeForm("公告", "正文"))
        act.commit()
    seen: set[str] = set()
    for actor in (county.producer, county.regulator, staff(county.store, Role.ADMINISTRATOR)):
        person = seated(site, actor)
        page = person.get("/exports").text
        for name, kept in LISTS.items():
            answer = person.get(f"/exports/{name}.csv")
            assert answer.status_code == (200 if kept.is_for(actor) else 404), name
            if answer.status_code == 200:
                assert answer.headers["content-disposition"].startswith("attachment")
                lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
                assert {len(line) for line in lines} == {len(kept.columns)}
                assert len(rows(person, f"/exports/{name}.xlsx")) == len(lines) - 1
                seen |= {name} if len(lines) > 1 else set()
            assert (f'href="/exports/{name}.xlsx' in page) is kept.is_for(actor)
    assert LISTS.keys() - seen == {"uploads", "proposals", "verdicts", "keys"}


def test_a_list_has_its_page_s_filters_and_order(site: Site, clerk: Person, regulator: Person) -> None:
    site.county.batch(form=replace(BATCH, lot="A"))
    register(site, "B", "C")
    assert lots(clerk) == ["A", "B", "C"]
    assert lots(clerk, "?state=registered") == ["B", "C"]
    assert lots(clerk, "?lot=a") == ["A"]
    page = clerk.get("/producer/batches?state=registered").text
    [link] = re.findall(r'href="(/exports/batches.xlsx[^"]*)"', page)
    assert [row[0] for row in rows(clerk, unescape(link))] == ["C", "B"]
    usccs = [row[1] for row in rows(regulator, "/exports/enterprises.xlsx?sort=-uscc")]
    assert usccs == sorted([USCC, OTHER_USCC], reverse=True)
    assert clerk.get("/exports/batches.xlsx?sort=nothing").status_code == 422


def test_each_enterprise_is_given_its_own_alone(site: Site, clerk: Person, regulator: Person) -> None:
    site.county.batch()
    other = seated(site, site.county.other_producer)
    assert lots(other) == []
    assert [row[1] for row in rows(clerk, "/exports/items.xlsx")] == [GTIN]
    assert [row[1] for row in rows(regulator, "/exports/items.xlsx")] == [GTIN, OTHER_GTIN]
    assert [row[1] for row in rows(clerk, "/exports/enterprises.xlsx")] == [USCC]
    found = rows(regulator, f"/exports/enterprises.xlsx?q={quote('合作社')}")
    assert [row[1] for row in found] == [OTHER_USCC]


def test_texts_stay_texts_and_masses_are_kilograms(site: Site, clerk: Person) -> None:
    site.county.batch(form=replace(BATCH, producer_lot="=1+1", planned_g=1_500))
    [row] = rows(clerk, "/exports/batches.xlsx")
    assert (row[1], row[7]) == ("=1+1", 1.5)
    assert "'=1+1" in clerk.get("/exports/batches.csv").content.decode("utf-8-sig")


def test_a_list_longer_than_a_portion_is_given_whole_and_once(
    site: Site, clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PORTION", 2)
    register(site, *"ABCDE")
    assert lots(clerk) == [*"ABCDE"]
    assert lots(clerk, "?sort=-registered") == [*"EDCBA"]


def test_a_long_list_is_made_by_the_worker_and_kept_with_its_hash_for_a_week(
    site: Site, clerk: Person, regulator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = site.here.store.clock
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 2)
    register(site, *"ABC")
    offered = clerk.get("/exports/batches.xlsx?sort=-registered")
    assert offered.headers["content-type"].startswith("text/html")
    assert 'action="/exports/batches?' in offered.text
    asked = [clerk.post("/exports/batches?state=registered&sort=-registered", once=press) for press in ("one", "two")]
    [place] = {answer.headers["location"] for answer in asked}
    assert "data-progress=" in clerk.get(place).text
    assert clerk.get(f"{place}/file").status_code == 404
    assert Worker(site.here.store, handlers(site.here)).run_once()
    page = clerk.get(place).text
    given = clerk.get(f"{place}/file")
    assert [row[0] for row in read(given.content)] == [*"CBA"]
    digest = hashlib.sha256(given.content).hexdigest()
    assert (given.headers["etag"], digest in page) == (f'"{digest}"', True)
    assert clerk.get(f"{place}/progress").text == "event: changed\ndata: {}\n\n"
    for path in (place, f"{place}/file", f"{place}/progress"):
        assert regulator.get(path).status_code == 404
    assert isinstance(clock, FixedClock)
    clock.at += EXPORTS_KEPT + UNFINISHED_KEPT
    sweep_part(site.here, "exports")
    assert seated(site, site.county.producer).get(place).status_code == 404
    assert not site.here.files.exists(digest)


def test_a_list_is_made_for_the_person_that_asked_as_they_are_by_then(site: Site, clerk: Person) -> None:
    register(site, "A")
    place = clerk.post("/exports/batches", once="one").headers["location"]
    with site.here.store.acting() as act:
        act.session.get_one(User, clerk.actor.user_id).is_active = False
        act.commit()
    assert Worker(site.here.store, handlers(site.here)).run_once()
    with site.here.store.acting() as act:
        act.session.get_one(User, clerk.actor.user_id).is_active = True
        act.commit()
    page = clerk.get(place).text
    assert "申请导出的用户已停用" in page
    assert 'href="/exports/batches.xlsx' in page


def test_what_is_no_list_is_not_found(clerk: Person) -> None:
    for name in ("users.xls", "nothing.xlsx", "batches.pdf", "verdicts.csv"):
        assert clerk.get(f"/exports/{name}").status_code == 404
    assert clerk.post("/exports/verdicts", once="x").status_code == 404
    assert clerk.get("/exports/orders.csv?batch=nobody").status_code == 404


def test_headings_are_in_the_reader_s_language(clerk: Person) -> None:
    body = clerk.get("/exports/batches.csv?lang=en").content.decode("utf-8-sig")
    assert body.startswith("Lot,Own lot,")
