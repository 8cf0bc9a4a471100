"""Printers are kept and chosen; a special mark is uploaded, shown with its hash, printed, and never another's."""

import hashlib

from gimark.accounts.rules import Role
from gimark.issuance.marks.queries import mark_in_use, marks
from tests.api.site import Site
from tests.county import staff
from tests.labels.artwork.marks import SVG, pdf, png_bomb, rewritten
from tests.web.desk.people import Person, seated
from tests.web.producer.office import hidden

PRINTER = {"name": "包装间 TSC", "dpi": "203", "format": "tspl", "right": "0.5", "down": "-0.25"}


def upload(person: Person, content: bytes, target: str = "/studio/mark") -> tuple[int, str]:
    form = hidden(person, target)
    came = person.post("/studio/mark", files={"mark": ("mark.pdf", content)}, **form)
    return came.status_code, came.text


def test_a_printer_is_added_changed_and_removed(manager: Person, clerk: Person, stranger: Person) -> None:
    assert manager.post("/studio/printers", **hidden(manager, "/studio/printers"), **PRINTER).status_code == 303
    page = manager.get("/studio/printers").text
    assert "包装间 TSC" in page
    assert "-0.25 mm" in page
    address = page[page.index("/studio/printers/") :].partition('"')[0].partition("?")[0]
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, **hidden(stranger, "/studio/printers"), **PRINTER).status_code == 404
    changed = {**hidden(clerk, address), **PRINTER, "dpi": "300"}
    assert clerk.post(address, **changed).status_code == 303
    assert "300 dpi" in manager.get("/studio/printers").text
    assert manager.post(address, **hidden(manager, address), do="remove").status_code == 303
    assert manager.get(address).status_code == 404


def test_what_no_printer_can_be_is_refused_beside_its_field(manager: Person) -> None:
    manager.post("/studio/printers", **hidden(manager, "/studio/printers"), **PRINTER)
    for changes, said in (
        ({"name": ""}, "没有填写"),
        ({}, "同名"),
        ({"name": "另一台", "dpi": "72"}, "72 dpi"),
        ({"name": "另一台", "right": "nan"}, "偏移"),
        ({"name": "另一台", "down": "10.5"}, "偏移"),
        ({"name": "另一台", "format": "exe"}, "没有这个选项"),
    ):
        came = manager.post("/studio/printers", **hidden(manager, "/studio/printers"), **{**PRINTER, **changes})
        assert came.status_code == 422, changes
        assert said in came.text, changes


def test_the_calibration_sheet_is_a_pdf_for_own_templates_and_the_programs(manager: Person, stranger: Person) -> None:
    sheet = manager.get("/studio/calibration.pdf?template=roll-70x40&right=0.5")
    assert sheet.content.startswith(b"%PDF-")
    assert manager.get("/studio/calibration.pdf?template=no-such").status_code == 422
    copied = manager.post("/studio/templates", **{**hidden(manager, "/studio"), "from": "a4-3x8"}).headers["location"]
    own = f"/studio/calibration.pdf?template={copied.rpartition('/')[2]}.1"
    assert manager.get(own).status_code == 200
    assert stranger.get(own).status_code == 404


def test_an_uploaded_mark_is_shown_with_its_hash_and_the_same_press_uploads_once(
    site: Site, manager: Person, stranger: Person
) -> None:
    form = hidden(manager, "/studio/mark")
    for _ in range(2):
        came = manager.post("/studio/mark", files={"mark": ("mark.svg", SVG.encode())}, **form)
        assert came.status_code == 303, came.text[:500]
    digest = hashlib.sha256(SVG.encode()).hexdigest()
    page = manager.get("/studio/mark").text
    assert digest in page
    assert manager.actor.name in page
    with site.county.store.reading() as session:
        [kept] = marks(session, manager.actor, manager.actor.enterprise_id or 0)
        assert mark_in_use(session, manager.actor.enterprise_id or 0) == digest
    picture = f"/studio/marks/{kept.ref}/picture.png"
    assert manager.get(picture).content.startswith(b"\x89PNG")
    assert stranger.get(picture).status_code == 404
    assert stranger.post(f"/studio/marks/{kept.ref}/withdraw", **hidden(stranger, "/studio/mark")).status_code == 404
    assert digest not in stranger.get("/studio/mark").text
    assert manager.post(f"/studio/marks/{kept.ref}/withdraw", **hidden(manager, "/studio/mark")).status_code == 303
    with site.county.store.reading() as session:
        assert mark_in_use(session, manager.actor.enterprise_id or 0) is None


def test_a_file_that_is_no_mark_is_refused_with_the_reason_and_nothing_is_kept(site: Site, manager: Person) -> None:
    for content, said in (
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>', "script"),
        (rewritten(pdf(), password="owner-only"), "密码"),
        (png_bomb(30_000), "专用标志文件"),
        (b"\x00" * (4 * 1024 * 1024 + 1), "过大"),
    ):
        status, page = upload(manager, content)
        assert status == 422
        assert said in page
        assert "alert(1)" not in page
    with site.county.store.reading() as session:
        assert marks(session, manager.actor, manager.actor.enterprise_id or 0) == ()


def test_a_clerk_brings_no_mark_and_an_administrator_one_for_any_enterprise(site: Site, clerk: Person) -> None:
    form = hidden(clerk, "/studio")
    assert clerk.post("/studio/mark", files={"mark": ("mark.svg", SVG.encode())}, **form).status_code == 403
    administrator = seated(site, staff(site.county.store, Role.ADMINISTRATOR))
    page = administrator.get("/studio/mark").text
    ref = page[page.index('<option value="', page.index("请选择")) :].partition('value="')[2].partition('"')[0]
    assert upload(administrator, SVG.encode(), f"/studio/mark?enterprise={ref}")[0] == 303
    assert hashlib.sha256(SVG.encode()).hexdigest() in administrator.get(f"/studio/mark?enterprise={ref}").text
    assert administrator.get("/studio/mark?enterprise=0000000000000000").status_code == 404
