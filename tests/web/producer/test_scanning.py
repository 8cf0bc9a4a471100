"""Labels in hand: first, last, look, confirm; scanned, typed, photographed; and every label that does not belong."""

import io
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import numpy as np
import pytest
from PIL import Image

from gimark.accounts.rules import Role
from gimark.approvals.queries import waiting_for
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.lists import run_ranges
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import MASS, CodeState, RangeKind
from gimark.production.actions import register_batch
from gimark.production.lists import volume_left
from labels.photograph import MOST_BYTES
from labels.symbol import symbol_modules
from tests.api.site import Site
from tests.county import BATCH
from tests.scans.desk import uri_of
from tests.web.desk.people import Person
from tests.web.producer.office import hidden

COUNT = 400


@pytest.fixture
def run(site: Site) -> RunFacts:
    return site.county.run(site.county.batch(), COUNT)


def label(site: Site, run: RunFacts, index: int) -> str:
    return uri_of(site.county, run, index)


def photograph(*texts: str) -> bytes:
    """A picture of labels beside each other."""
    pictures = []
    for text in texts:
        dark = np.kron(np.pad(symbol_modules(text.encode()), 6), np.ones((5, 5), np.uint8))
        pictures.append(((1 - dark) * 255).astype(np.uint8))
    whole = np.hstack(pictures) if pictures else np.full((300, 300), 255, np.uint8)
    file = io.BytesIO()
    Image.fromarray(whole, "L").save(file, "JPEG")
    return file.getvalue()


def scan(person: Person, code: str, act: str = "activate", first: str = "") -> httpx2.Response:
    """What a scanner does: it types the label's text into the one field and presses Enter."""
    page = f"/producer/scan?act={act}" + (f"&first={first}" if first else "")
    return person.post("/producer/scan", **{**hidden(person, page), "code": code})


def led_to(answer: httpx2.Response) -> tuple[str, dict[str, str]]:
    assert answer.status_code == 303, (answer.status_code, answer.text[:3_000])
    parts = urlsplit(answer.headers["location"])
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def confirmed(
    person: Person, site: Site, run: RunFacts, span: tuple[int, int], act: str, **fields: str
) -> httpx2.Response:
    _, first = led_to(scan(person, label(site, run, span[0]), act))
    path, both = led_to(scan(person, label(site, run, span[1]), act, first["first"]))
    page = f"{path}?act={act}&first={both['first']}&last={both['last']}"
    return person.post(path, **{**hidden(person, page), **fields})


def counts(site: Site, run: RunFacts) -> dict[CodeState, int]:
    with site.county.store.reading() as session:
        states = run_ranges(session, site.county.producer, run.ref).states
    return {state: states.number_in(state) for state in CodeState if states.number_in(state)}


def fault(answer: httpx2.Response) -> str:
    """What stands beside the field."""
    assert answer.status_code in (409, 422), answer.status_code
    found = re.search(r'<p class="msg"[^>]*>.*?<span>(.*?)</span>', answer.text)
    assert found, answer.text[:3_000]
    return found[1]


def test_first_last_look_confirm_and_the_clerk_is_ready_for_the_next(clerk: Person, site: Site, run: RunFacts) -> None:
    path, first = led_to(scan(clerk, label(site, run, 0)))
    assert (path, first["act"]) == ("/producer/scan", "activate")
    assert "?s=" not in first["first"]  # the signature stays out of addresses
    path, both = led_to(scan(clerk, label(site, run, 299), first=first["first"]))
    assert path == "/producer/scan/confirm"
    page = clerk.get(f"{path}?act=activate&first={both['first']}&last={both['last']}").text
    for said in ("激活 300 枚", "第 1 枚", "第 300 枚", BATCH.lot, "75\xa0kg"):
        assert said in page
    assert counts(site, run) == {CodeState.ISSUED: COUNT}
    done = confirmed(clerk, site, run, (0, 299), "activate")
    assert led_to(done) == ("/producer/scan", {"act": "activate"})
    assert counts(site, run) == {CodeState.ACTIVE: 300, CodeState.ISSUED: 100}


def test_a_second_press_of_the_same_button_does_nothing_more(manager: Person, site: Site, run: RunFacts) -> None:
    _, first = led_to(scan(manager, label(site, run, 0), "return"))
    _, both = led_to(scan(manager, label(site, run, 9), "return", first["first"]))
    fields = hidden(manager, f"/producer/scan/confirm?act=return&first={both['first']}&last={both['last']}")
    for _ in range(2):
        answer = manager.post("/producer/scan/confirm", **fields, reason="没有用完")
        assert led_to(answer) == ("/producer/scan", {"act": "return"})
    assert counts(site, run) == {CodeState.RETURNED: 10, CodeState.ISSUED: COUNT - 10}
    changed = manager.post("/producer/scan/confirm", **{**fields, "last": both["first"]}, reason="没有用完")
    assert changed.status_code == 422
    assert counts(site, run)[CodeState.RETURNED] == 10


def test_what_is_returned_gives_its_volume_back(manager: Person, site: Site) -> None:
    county = site.county
    batch = county.batch()
    run = county.run(batch, COUNT)

    def issuable() -> int:
        with county.store.reading() as session:
            return volume_left(session, county.producer, batch, county.store.clock.now()).issuable

    before = issuable()
    led_to(confirmed(manager, site, run, (100, 399), "return", reason="客户取消订单"))
    assert issuable() == before + 300


def test_a_clerk_may_activate_and_neither_return_nor_void(clerk: Person, site: Site, run: RunFacts) -> None:
    for act in ("return", "void"):
        fields = {"act": act, "code": label(site, run, 0), "once": "x"}
        assert clerk.post("/producer/scan", **fields).status_code == 403
        typed = label(site, run, 0).split("/21/")[1][:13]
        sent = {"act": act, "first": typed, "last": typed, "reason": "示例", "once": "x"}
        assert clerk.post("/producer/scan/confirm", **sent).status_code == 403
    assert counts(site, run) == {CodeState.ISSUED: COUNT}
    assert "退标" not in re.sub(r"<title>.*</title>|<nav.*?</nav>", "", clerk.get("/producer/scan").text)


def test_a_photograph_of_a_label_is_as_good_as_the_scanner(clerk: Person, site: Site, run: RunFacts) -> None:
    fields = hidden(clerk, "/producer/scan")
    files = {"photo": ("IMG_1.jpg", photograph(label(site, run, 7)), "image/jpeg")}
    path, asked = led_to(clerk.post("/producer/scan", files=files, **fields, code=""))
    assert path == "/producer/scan"
    assert asked["first"].replace("-", "") == label(site, run, 7).split("/21/")[1][:13]


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (photograph(), "没有找到二维码"),
        (b"GIF89a not a photograph", "不是可读的照片"),
        (b"\xff\xd8" + bytes(MOST_BYTES), "超过 20 MB"),
    ],
)
def test_a_photograph_that_shows_no_label_is_refused_beside_its_field(
    clerk: Person, site: Site, run: RunFacts, picture: bytes, said: str
) -> None:
    files = {"photo": ("IMG_1.jpg", picture, "image/jpeg")}
    answer = clerk.post("/producer/scan", files=files, **hidden(clerk, "/producer/scan"), code="")
    assert said in fault(answer)
    assert run


def test_a_photograph_of_two_labels_and_one_of_something_else(clerk: Person, site: Site, run: RunFacts) -> None:
    for picture, said in (
        (photograph(label(site, run, 1), label(site, run, 2)), "2 个不同的二维码"),
        (photograph("https://evil.example/01/1"), "不是本站标识的网址"),
    ):
        files = {"photo": ("IMG_1.jpg", picture, "image/jpeg")}
        answer = clerk.post("/producer/scan", files=files, **hidden(clerk, "/producer/scan"), code="")
        assert said in fault(answer)


def test_a_range_the_wrong_way_round_is_said_so_and_can_be_turned(clerk: Person, site: Site, run: RunFacts) -> None:
    _, first = led_to(scan(clerk, label(site, run, 50)))
    answer = scan(clerk, label(site, run, 10), first=first["first"])
    assert "在首枚（第 51 枚）之前" in fault(answer)
    turned = re.search(r'href="(/producer/scan/confirm\?[^"]*)"', answer.text)
    assert turned
    assert "激活 41 枚" in clerk.get(turned[1].replace("&amp;", "&")).text


def test_labels_of_another_run_and_of_another_enterprise_are_refused(clerk: Person, site: Site, run: RunFacts) -> None:
    county = site.county
    other_run = county.run(county.batch(form=replace(BATCH, lot="OTHER")), 5, "other")
    _, first = led_to(scan(clerk, label(site, run, 0)))
    assert "OTHER" in fault(scan(clerk, label(site, other_run, 0), first=first["first"]))
    with county.store.acting() as act:
        batch = register_batch(act, county.other_producer, replace(BATCH, item_ref=county.other_item_ref)).ref
        act.commit()
    foreign = issue_codes(county.store, county.keyring, county.other_producer, IssueForm(batch, 5, "foreign"))
    assert "本企业没有这枚标识" in fault(scan(clerk, label(site, foreign, 0)))
    assert "本企业没有这枚标识" in fault(scan(clerk, label(site, foreign, 0), first=first["first"]))


@pytest.mark.parametrize("code", ["", "hello", "38GP-ERNQ-BQTSA", "https://evil.example/x", "x" * 5_000, "<script>"])
def test_what_is_no_label_keeps_the_page_and_says_why(clerk: Person, run: RunFacts, code: str) -> None:
    answer = scan(clerk, code)
    assert fault(answer)
    assert "<script>" not in answer.text
    assert run


def test_codes_in_the_wrong_state_are_shown_before_the_act_and_refused_by_it(
    clerk: Person, site: Site, run: RunFacts
) -> None:
    site.county.change(run, RangeKind.ACTIVATE, (5, 9))
    _, first = led_to(scan(clerk, label(site, run, 0)))
    path, both = led_to(scan(clerk, label(site, run, 20), first=first["first"]))
    page = clerk.get(f"{path}?act=activate&first={both['first']}&last={both['last']}").text
    assert "第 6 至 10 枚：已激活" in page
    assert 'name="once"' in page
    assert "请避开它们" in page
    fields = {"act": "activate", "first": both["first"], "last": both["last"], "once": "pressed-anyway"}
    assert clerk.post(path, **fields).status_code == 409
    assert counts(site, run) == {CodeState.ISSUED: COUNT - 5, CodeState.ACTIVE: 5}


def test_a_reason_is_asked_for_and_what_was_typed_is_kept(manager: Person, site: Site, run: RunFacts) -> None:
    answer = confirmed(manager, site, run, (0, 9), "void", reason="  ")
    assert "请用一句话写明理由" in fault(answer)
    answer = confirmed(manager, site, run, (0, 9), "void", reason="两行\n理由")
    assert answer.status_code == 422
    assert "两行\n理由" in answer.text
    assert counts(site, run) == {CodeState.ISSUED: COUNT}


def test_ending_very_many_is_proposed_to_a_second_person(manager: Person, site: Site) -> None:
    county = site.county
    many = MASS.codes + 10
    approver = replace(county.regulator, role=Role.REGULATOR_LEAD)
    run = county.run(county.batch(form=replace(BATCH, planned_g=250 * many)), many)
    answer = confirmed(manager, site, run, (0, many - 1), "void", reason="整卷报废")
    assert led_to(answer)[0] == "/producer/scan"
    assert counts(site, run) == {CodeState.ISSUED: many}
    with county.store.reading() as session:
        assert waiting_for(session, approver, county.store.clock.now()) == 1
