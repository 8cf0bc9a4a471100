"""Print orders through the API: from the preview to the file that is decoded, and everything that must not leave."""

import csv
import errno
import hashlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import zxingcpp
from sqlalchemy import update
from starlette.testclient import TestClient

from api.jobs import printing
from api.jobs.handlers import handlers
from api.jobs.parts import make_part
from api.jobs.sweeping import sweep
from api.main import application
from api.wiring import Process
from gimark.accounts.model import User
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Permission
from gimark.clock import FixedClock, SystemClock
from gimark.files.folder import LocalFiles
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.jobs.worker import Worker
from labels.library import shipped_templates
from tests.api.site import Site
from tests.api.v1.programs import Program, program
from tests.founded import HOST, Workshop
from tests.labels.thermal.test_thermal import decoded, zebra

ROLL = "roll-70x40"


@dataclass
class Shop:
    """A running installation, its producer's program, and the run that is to be printed."""

    workshop: Workshop
    site: Site
    producer: Program
    other: Program

    def order(self, key: str | None = None, **changes: object) -> Any:
        body = {"run": self.workshop.run.ref, "first": 0, "last": 5, "template": ROLL, **changes}
        return self.producer.make("/print-orders", body, key)

    def work(self) -> None:
        worker = Worker(self.site.here.store, handlers(self.site.here))
        while worker.run_once():
            pass

    def printed(self, **changes: object) -> dict[str, Any]:
        """A released order."""
        ordered = self.order(**changes)
        assert ordered.status_code == 202, ordered.text
        self.work()
        shown: dict[str, Any] = self.producer.get(f"/print-orders/{ordered.json()['ref']}").json()
        assert shown["state"] == "released", shown
        return shown

    def download(self, order: dict[str, Any], name: str) -> bytes:
        answer = self.producer.get(f"/print-orders/{order['ref']}/files/{name}")
        assert answer.status_code == 200, answer.text
        content: bytes = answer.content
        return content


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Shop]:
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    with copy.here.store.acting() as act:  # as if everybody had chosen a password of their own
        act.session.execute(update(User).values(must_change_password=False))
        act.commit()
    process = Process(copy.here)
    with TestClient(application(process), base_url=f"https://{HOST}") as client:
        site = Site(cast("Any", SimpleNamespace(store=copy.here.store)), copy.here, process, client)
        yield Shop(copy, site, program(site, copy.producer), program(site, copy.other_producer))


def test_labels_are_ordered_polled_and_downloaded_and_say_the_codes_of_the_run(shop: Shop) -> None:
    ordered = shop.order("labels-1", format="zpl", offset_mm={"right": 0.3, "down": -0.2})
    assert (ordered.status_code, ordered.json()["state"], ordered.json()["files"]) == (202, "queued", [])
    assert ordered.json()["job"]["state"] == "queued"
    path = f"/print-orders/{ordered.json()['ref']}"
    assert ordered.headers["location"] == f"/v1{path}"
    job = shop.producer.get(f"/jobs/{ordered.json()['job']['ref']}").json()
    assert job["print_order"] == ordered.json()["ref"]
    shop.work()
    shown = shop.producer.get(path).json()
    assert (shown["state"], shown["job"]["state"], shown["job"]["done"]) == ("released", "done", 1)
    assert shown["offset_mm"] == {"right": 0.3, "down": -0.2}
    files = {file["name"]: shop.download(shown, file["name"]) for file in shown["files"]}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == {
        file["name"]: file["sha256"] for file in shown["files"]
    }
    rows = list(csv.DictReader(io.StringIO(files["codes.csv"].decode("utf-8-sig"), newline="")))
    assert [decoded(paper) for paper in zebra(files["labels-0001.zpl"])] == [[row["url"].encode()] for row in rows]
    assert shop.order("labels-1", format="zpl", offset_mm={"right": 0.3, "down": -0.2}).json() == shown
    assert shop.order("labels-1", format="tspl").status_code == 422
    assert [one["ref"] for one in shop.producer.get("/print-orders").json()["items"]] == [shown["ref"]]


def test_a_download_has_its_length_its_digest_and_its_kind(shop: Shop) -> None:
    order = shop.printed(template="a4-3x8")
    answer = shop.producer.get(f"/print-orders/{order['ref']}/files/labels-0001.pdf")
    [file] = [file for file in order["files"] if file["name"] == "labels-0001.pdf"]
    assert answer.headers["content-length"] == str(file["size"])
    assert answer.headers["etag"] == f'"{file["sha256"]}"'
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="labels-0001.pdf"'
    known = shop.producer.get(
        f"/print-orders/{order['ref']}/files/labels-0001.pdf", **{"if-none-match": f'"{file["sha256"]}"'}
    )
    assert (known.status_code, known.content) == (304, b"")


def test_nothing_leaves_before_its_release_nor_to_anybody_else(shop: Shop) -> None:
    waiting = shop.order(last=2).json()
    path = f"/print-orders/{waiting['ref']}"
    early = shop.producer.get(f"{path}/files/codes.csv")
    assert (early.status_code, early.json()["state"]) == (409, "queued")
    shop.work()
    assert shop.producer.get(f"{path}/files/codes.csv").status_code == 200
    for name in ("labels-0002.pdf", "rows-0001", ".rows-0001", "..%2F..%2Fkeys%2Flog.pem"):
        assert shop.producer.get(f"{path}/files/{name}").status_code in (404, 422), name
    for stranger in (path, f"{path}/files/codes.csv", f"/jobs/{waiting['job']['ref']}"):
        assert shop.other.get(stranger).status_code == 404, stranger
    assert shop.other.get("/print-orders").json()["items"] == []
    reader = program(shop.site, shop.workshop.producer, Permission.READ)
    assert reader.get(path).status_code == 200
    assert reader.get(f"{path}/files/codes.csv").json()["permission"] == "change_codes"


def test_a_file_whose_time_is_over_is_gone_and_the_order_still_says_what_it_was(shop: Shop) -> None:
    order = shop.printed(last=2)
    cast("Any", shop.site.here.store.clock).at += timedelta(days=91)
    sweep(shop.site.here)
    shop.producer = program(shop.site, shop.workshop.producer)  # the old key's time is over too
    gone = shop.producer.get(f"/print-orders/{order['ref']}/files/codes.csv")
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")
    shown = shop.producer.get(f"/print-orders/{order['ref']}").json()
    assert (shown["files"], order["files_removed_at"]) == (order["files"], None)
    assert shown["files_removed_at"] is not None


def test_a_code_is_printed_once_unless_a_reason_is_given(shop: Shop) -> None:
    first = shop.printed(last=2)
    refused = shop.order(first=2, last=3)
    assert (refused.status_code, first["ref"] in refused.json()["detail"]) == (409, True)
    assert shop.printed(first=2, last=2, reprint_reason="标签破损")["state"] == "released"


def test_on_a_full_disk_nothing_is_released_the_job_says_why_and_goes_on_when_there_is_room(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = shop.order().json()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # In this process, where the disk can be filled.
    monkeypatch.setattr(printing, "made_by", lambda _pool, _make, orders: map(make_part, orders))
    with monkeypatch.context() as disk:
        disk.setattr("gimark.files.folder._write_all", full)
        shop.work()
    path = f"/print-orders/{ordered['ref']}"
    held = shop.producer.get(path).json()
    assert (held["state"], held["files"], held["job"]["state"]) == ("rendering", [], "queued")
    assert "磁盘已满" in held["job"]["error"]
    assert shop.producer.get(f"{path}/files/codes.csv").status_code == 409
    assert list((shop.site.here.settings.data_dir / "files").glob(".unfinished*")) == []
    cast("Any", shop.site.here.store.clock).at += timedelta(minutes=5)
    shop.work()
    assert shop.producer.get(path).json()["state"] == "released"


def test_a_download_goes_on_while_the_disk_is_full(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.printed(last=2)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    assert isinstance(shop.site.here.files, LocalFiles)
    assert len(shop.download(order, "codes.csv").splitlines()) == 4


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"template": "no-such"}, 422, "#/template"),
        ({"dpi": 301}, 422, "#/dpi"),
        ({"format": "docx"}, 422, "#/format"),
        ({"format": "zpl", "template": "a4-3x8"}, 422, "#/template"),
        ({"skip": 1}, 422, "#/skip"),
        ({"offset_mm": {"right": 9.9}}, 422, "#/offset_mm"),
        ({"offset_mm": {"right": 10.1}}, 422, "#/offset_mm/right"),
        ({"offset_mm": {"up": 1}}, 422, "#/offset_mm/up"),
        ({"on_pack": ["uscc"]}, 422, "#/on_pack"),
        ({"first": 5, "last": 4}, 422, "#/ranges"),
        ({"last": 60}, 422, "#/ranges"),
        ({"reprint_reason": "x"}, 422, "#/reprint_reason"),
        ({"run": "0" * 16}, 404, "#/run"),
    ],
)
def test_an_order_that_cannot_be_printed_is_refused_by_field(
    shop: Shop, changes: dict[str, object], status: int, where: str
) -> None:
    answer = shop.order(**changes)
    assert answer.status_code == status, answer.text
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {where}
    assert shop.producer.get("/print-orders").json()["items"] == []


def test_labels_of_voided_codes_are_neither_ordered_nor_released(shop: Shop) -> None:
    late = shop.order(first=10, last=12).json()
    with shop.site.here.store.acting() as act:
        change_ranges(
            act, shop.workshop.producer, shop.workshop.run.ref, RangeForm(RangeKind.VOID, ((11, 11),), "破损")
        )
        act.commit()
    assert shop.order(first=11, last=11).status_code == 409
    shop.work()
    assert shop.producer.get(f"/print-orders/{late['ref']}").json()["state"] == "failed"


def test_a_preview_shows_the_label_with_a_specimen_that_sells_nothing(shop: Shop) -> None:
    path = f"/runs/{shop.workshop.run.ref}/label"
    answer = shop.producer.get(f"{path}?template={ROLL}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert 'width="70mm"' in answer.text
    assert "<title>0000-0000-00000</title>" in answer.text
    assert symbol_in(answer.text).endswith(b"0" * 90)
    for query in ("?template=no-such", f"?template={ROLL}&dpi=301", f"?template={ROLL}&on_pack=uscc", ""):
        assert shop.producer.get(f"{path}{query}").status_code == 422, query


def symbol_in(svg: str) -> bytes:
    """What the symbol's modules say: the first path of runs of dark modules, painted on a grid."""
    drawn = re.search(r'shape-rendering="crispEdges" d="([^"]+)"', svg)
    assert drawn is not None
    paper = np.full((70, 70), 255, np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn[1]):
        paper[int(y) + 5, int(x) + 5 : int(x) + 5 + int(width)] = 0
    [found] = zxingcpp.read_barcodes(np.kron(paper, np.ones((4, 4), np.uint8)))
    return bytes(found.bytes)


def test_templates_are_listed_with_what_they_can_be_printed_as_and_calibrated(shop: Shop) -> None:
    shown = {one["template"]: one for one in shop.producer.get("/label-templates").json()["items"]}
    assert shown.keys() == shipped_templates().keys()
    assert (shown["a4-3x8"]["formats"], shown["a4-3x8"]["per_page"]) == (["pdf", "svg", "png"], 24)
    assert shown[ROLL]["formats"] == ["pdf", "zpl", "tspl", "svg", "png"]
    sheet = shop.producer.get("/label-templates/a4-3x8/calibration?right=0.5&down=-0.25")
    assert (sheet.headers["content-type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    for query in ("no-such/calibration", "a4-3x8/calibration?right=11", "a4-3x8/calibration?right=nan"):
        assert shop.producer.get(f"/label-templates/{query}").status_code == 422, query


def test_a_producer_s_list_has_the_jobs_of_its_own_orders_and_no_others(shop: Shop) -> None:
    ordered = shop.order().json()["job"]["ref"]

    def listed(program_: Program, query: str = "") -> list[tuple[str, str]]:
        return [(one["ref"], one["kind"]) for one in program_.get(f"/jobs{query}").json()["items"]]

    mine = listed(shop.producer)
    assert (ordered, "print-labels") in mine
    assert {kind for _, kind in mine} <= {"issue-codes", "print-labels"}
    assert listed(shop.producer, "?state=queued") == [(ordered, "print-labels")]
    assert listed(shop.other) == []
    assert shop.other.get(f"/jobs?after={ordered}").status_code == 422


def test_the_platform_sees_all_jobs_and_tries_or_ends_them(shop: Shop) -> None:
    with shop.site.here.store.reading() as session:
        administrator = program(shop.site, actor_for(session, "admin"))
    ordered = shop.order().json()
    job = f"/jobs/{ordered['job']['ref']}"
    assert ordered["job"]["ref"] in {one["ref"] for one in administrator.get("/jobs?state=queued").json()["items"]}
    for program_ in (shop.producer, shop.other):
        assert program_.ask("POST", f"{job}/cancellation").status_code == 403
    assert administrator.ask("POST", f"{job}/retry").status_code == 409
    assert administrator.ask("POST", f"{job}/cancellation").json()["state"] == "cancelled"
    assert administrator.ask("POST", f"{job}/cancellation").status_code == 409
    assert administrator.get(job).json()["print_order"] == ordered["ref"]
