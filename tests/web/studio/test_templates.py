"""The studio's templates: copied, changed by form with a preview, kept as versions, and never another enterprise's."""

import re
import tomllib
from html import unescape

import pytest

from gimark.accounts.rules import Role
from labels.library import shipped_templates, write_template
from tests.api.site import Site
from tests.county import TOWN, staff
from tests.web.desk.people import Person, seated
from tests.web.producer.office import hidden, orders

INPUT = re.compile(r'<input id="([^"]+)" name="[^"]+" type="text" value="([^"]*)"')
SELECT = re.compile(r'<select id="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)"(?: selected)?>')
ROLL = "roll-70x40"


@pytest.fixture
def address(manager: Person) -> str:
    """A template of the manager's own."""
    return copied(manager, ROLL)


def copied(person: Person, name: str) -> str:
    came = person.post("/studio/templates", **{**hidden(person, "/studio"), "from": name})
    assert came.status_code == 303, came.text[:400]
    return came.headers["location"]


def typed(person: Person, address: str) -> dict[str, str]:
    """What stands in the form's inputs, as a browser would send it."""
    page = person.get(address).text
    main = page[page.index("<main") : page.index("</form>", page.index(" data-trial"))]
    fields = {name: unescape(value) for name, value in INPUT.findall(main)}
    for name, options in SELECT.findall(main):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        fields[name] = chosen[1] if chosen else CHOSEN.findall(options)[0]
    return {**hidden(person, address), **fields}


def faults(page: str) -> str:
    found = re.search(r'<div class="said bad".*?</div></div>', page, re.DOTALL)
    return "" if found is None else found[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_there(manager: Person, address: str, language: str) -> None:
    for target in (
        "/studio",
        "/studio/templates/import",
        address,
        "/studio/printers",
        "/studio/advisor",
        "/studio/mark",
    ):
        page = manager.get(f"{target}?lang={language}")
        assert page.status_code == 200, (target, page.text[:300])
        assert len(page.content) < 60_000, target
        assert page.text.count("<h1>") == 1


def test_nobody_else_comes_in_and_another_enterprises_template_is_not_found(
    manager: Person, stranger: Person, regulator: Person, address: str
) -> None:
    assert regulator.get("/studio").status_code == 404
    fields = typed(manager, address)
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/template.toml").status_code == 404
    assert stranger.post(address, **{**fields, "do": "save"}).status_code == 404
    assert stranger.post(f"{address}/retire", **hidden(stranger, "/studio")).status_code == 404
    copy = {**hidden(stranger, "/studio"), "from": address.rpartition("/")[2]}
    assert stranger.post("/studio/templates", **copy).status_code == 404


def test_what_the_form_shows_is_the_template_and_a_change_is_the_next_version(manager: Person, address: str) -> None:
    fields = typed(manager, address)
    same = manager.post(address, **{**fields, "do": "save"})
    assert same.status_code == 303
    assert "第 2 版" not in manager.get(address).text
    moved = manager.post(address, **{**typed(manager, address), "mark/x_mm": "63.2", "do": "save"})
    assert moved.status_code == 303
    kept = tomllib.loads(manager.get(f"{address}/template.toml").text)
    assert kept["mark"]["x_mm"] == 63.2
    before = tomllib.loads(write_template(shipped_templates()[ROLL]))
    assert {**kept, "mark": before["mark"], "id": ROLL, "name_zh": before["name_zh"]} == before
    first = manager.get(f"{address}?version=1").text
    assert 'id="mark/x_mm" name="mark/x_mm" type="text" value="63.4"' in first
    stale = {**typed(manager, address), "based_on": fields["based_on"], "mark/x_mm": "62.8", "do": "save"}
    late = manager.post(address, **stale)
    assert late.status_code == 409
    assert "新版本" in late.text


WRONG: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"mark/x_mm": "69"}, "mark", "超出可印区域"),
    ({"mark/x_mm": "nan"}, "mark/x_mm", "有误"),
    ({"mark/x_mm": ""}, "mark/x_mm", "有误"),
    ({"label/width_mm": "1e9"}, "label/width_mm", "有误"),
    ({"qr/box_mm": "-3"}, "qr/box_mm", "有误"),
    ({"qr/box_mm": "15"}, "qr", "不能使用|每模块"),
    ({"texts/3/x_mm": "20"}, "texts/3", "空白区"),
    ({"texts/3/width_mm": "4"}, "texts/3", "排不下"),
    ({"lines/0/height_mm": "4"}, "lines/0/rows", "行文字"),
    ({"fonts/text": "NoSuchFont"}, "fonts/text", "没有字体"),
    ({"texts/1/text": "\U0010fffd", "texts/1/with_key": ""}, "texts/1", "10FFFD"),
    ({"texts/6/key": "lot"}, "uscc", "缺少统一社会信用代码"),
)  # fmt: skip


def test_what_could_not_be_printed_is_said_beside_the_preview(manager: Person, address: str) -> None:
    fields = typed(manager, address)
    for changes, where, said in WRONG:
        shown = manager.post(address, **{**fields, **changes, "do": "show"})
        assert shown.status_code == 200
        assert re.search(said, faults(shown.text)), (changes, faults(shown.text))
        assert f'<span class="sub">{where}' in faults(shown.text)
        assert all(f'value="{value}"' in shown.text for name, value in changes.items() if "fonts" not in name), changes


def test_a_senseless_template_is_not_kept_and_what_was_typed_stands_there(manager: Person, address: str) -> None:
    sent = {**typed(manager, address), "mark/x_mm": "inf", "name_zh": "改到一半", "do": "save"}
    refused = manager.post(address, **sent)
    assert refused.status_code == 422
    assert 'value="改到一半"' in refused.text
    assert "第 1 版" in manager.get(address).text


def test_entries_are_added_and_dropped_by_buttons(manager: Person, address: str) -> None:
    more = manager.post(address, **{**typed(manager, address), "do": "add:texts"}).text
    assert 'id="texts/7/x_mm"' in more
    fewer = manager.post(address, **{**typed(manager, address), "do": "drop:texts/0"}).text
    assert 'id="texts/0/x_mm"' not in fewer
    assert 'id="texts/1/x_mm"' in fewer
    rows = manager.post(address, **{**typed(manager, address), "do": "add:lines/0/rows"}).text
    assert 'id="lines/0/rows/10/cells/0/key"' in rows


def test_the_picture_is_the_label_and_a_broken_address_is_refused(
    manager: Person, stranger: Person, address: str
) -> None:
    page = manager.get(address).text
    [picture] = set(re.findall(r'<img src="(/studio/preview\.svg[^"]+)"', page))
    drawn = manager.get(unescape(picture))
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert 'width="70mm"' in drawn.text
    assert "sandbox" in drawn.headers["content-security-policy"]
    assert manager.get("/studio/preview.svg?t=AAAA").status_code == 422
    assert manager.get("/studio/preview.svg?t=x%FF").status_code == 422


def test_a_template_written_by_hand_is_taken_or_refused_with_what_is_wrong(manager: Person) -> None:
    content = write_template(shipped_templates()["roll-50x30"]).replace("卷装标签", "手写标签")
    kept = manager.post("/studio/templates/import", **hidden(manager, "/studio/templates/import"), content=content)
    assert kept.status_code == 303, kept.text
    assert "手写标签" in manager.get("/studio").text
    for wrong, said in (
        (content.replace("50.0", "nan"), "label/width_mm"),
        ("a = [", "TOML"),
        ("", "粘贴"),
        ("x" * 20_001, "最多"),
    ):
        form = hidden(manager, "/studio/templates/import")
        refused = manager.post("/studio/templates/import", **form, content=wrong)
        assert refused.status_code == 422
        assert said in refused.text


def test_a_retired_template_is_offered_no_more_and_comes_back(manager: Person, address: str) -> None:
    assert manager.post(f"{address}/retire", **hidden(manager, address)).status_code == 303
    assert address not in manager.get("/studio").text
    assert address in manager.get("/studio?retired=1").text
    form = hidden(manager, "/studio?retired=1")
    form.pop("from", None)
    assert manager.post(f"{address}/restore", **form).status_code == 303
    assert address in manager.get("/studio").text


def test_a_clerk_looks_and_changes_nothing(manager: Person, clerk: Person, address: str) -> None:
    assert clerk.get(address).status_code == 200
    assert "保存为新的一版" not in clerk.get(address).text
    assert clerk.post(address, **{**typed(clerk, address), "do": "save"}).status_code == 403


def test_a_template_for_all_is_seen_copied_and_not_changed(site: Site, manager: Person) -> None:
    administrator = seated(site, staff(site.county.store, Role.ADMINISTRATOR))
    address = copied(administrator, ROLL)
    page = manager.get(address)
    assert page.status_code == 200
    assert "保存为新的一版" not in page.text
    assert manager.post(address, **{**typed(manager, address), "do": "save"}).status_code == 404
    assert copied(manager, address.rpartition("/")[2]) != address


def test_a_template_of_another_right_is_neither_offered_nor_taken_and_its_own_page_says_why(
    site: Site, manager: Person, address: str
) -> None:
    batch = site.county.batch()
    right = site.county.right(TOWN)
    saved = manager.post(address, **{**typed(manager, address), "right": right, "do": "save"})
    assert saved.status_code == 303
    assert "那项权利" in faults(manager.get(address).text)
    version = f"{address.rpartition('/')[2]}.1"
    order = f"/producer/orders/new?batch={batch}"
    assert version not in manager.get(order).text
    fields = {**hidden(manager, order), "count": "10", "template": version, "dpi": "300", "format": "pdf"}
    refused = manager.post("/producer/orders/new", **fields)
    assert refused.status_code == 422
    assert "那项权利" in refused.text
    assert orders(site.county) == []
    again = manager.post(address, **{**typed(manager, address), "right": site.county.right_ref, "do": "save"})
    assert again.status_code == 303, faults(again.text)
    assert version in manager.get(order).text


# What a template says, what it then cannot, and the rule that is named: a field, a printer, the law, a font.
NOT_ON_PAPER: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"qr/box_mm": "15"}, ("每模块只有", "下限：0.30 mm、2 点")),
    ({"texts/3/width_mm": "4", "texts/3/least_mm": "0.5"}, ("排不下", "依据：GB 7718，字符高度不小于 1.8 mm")),
    ({"texts/1/text": "净𪛖𮧵𰀀", "texts/1/with_key": ""}, ("U+2A6D6", "U+2E9F5", "U+30000")),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), NOT_ON_PAPER, ids=["symbol", "text", "glyphs"])
def test_what_cannot_be_printed_is_said_on_the_order_s_page_and_orders_nothing(
    site: Site, manager: Person, address: str, changes: dict[str, str], said: tuple[str, ...]
) -> None:
    batch = site.county.batch()
    saved = manager.post(address, **{**typed(manager, address), **changes, "do": "save"})
    assert saved.status_code == 303
    order = f"/producer/orders/new?batch={batch}&template={address.rpartition('/')[2]}.2"
    shown = unescape(manager.get(order).text)
    assert all(text in shown for text in said), shown[shown.index("<main") :]
    fields = {**hidden(manager, order), "count": "10", "template": f"{address.rpartition('/')[2]}.2"}
    refused = manager.post("/producer/orders/new", **fields, dpi="300", format="pdf")
    assert refused.status_code == 422
    assert all(text in unescape(refused.text) for text in said)
    assert orders(site.county) == []


def test_a_field_outside_the_label_is_shown_and_never_kept(manager: Person, address: str) -> None:
    outside = {**typed(manager, address), "mark/x_mm": "69"}
    shown = manager.post(address, **{**outside, "do": "show"})
    refused = manager.post(address, **{**outside, "do": "save"})
    assert (shown.status_code, refused.status_code) == (200, 422)
    for page in (shown, refused):
        assert "（模板四周 0.9 mm 不印）" in faults(page.text)
    assert "第 2 版" not in manager.get(address).text


RARE = "犇𬒗𫖯𬭚㛃䴖"


def test_rare_characters_of_names_are_drawn_in_every_style(manager: Person, address: str) -> None:
    """Of the table of general characters, beyond what the first standards held; GB 18030-2022, level 2."""
    fields = typed(manager, address)
    for style in ("text", "bold", "song", "code"):
        changes = {"texts/1/text": RARE, "texts/1/with_key": "", "texts/1/style": style, "texts/1/width_mm": "20"}
        shown = manager.post(address, **{**fields, **changes, "do": "show"})
        assert "没有字符" not in faults(shown.text), style
        assert f'value="{RARE}"' in shown.text
