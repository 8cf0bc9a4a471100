"""The account of printed labels on the producer's desk."""

import re

import pytest

from gimark import audit
from gimark.accounts.rules import Role
from gimark.codes.serial import typed_form
from gimark.issuance.lists import run_ranges
from gimark.issuance.model import PrintState
from gimark.issuance.orders import order_of_run
from gimark.issuance.printing import PrintForm, add_file, order_print, set_print_state
from gimark.issuance.rules import MASS, CodeState
from tests.api.site import Site
from tests.api.v1.test_custody import printed
from tests.county import staff
from tests.web.desk.people import Person, seated


def send(person: Person, path: str, to: str, **fields: str) -> tuple[int, str]:
    shown = person.get(path).text
    once = re.search(r'name="once" value="([^"]+)"', shown)
    assert once is not None
    answer = person.post(f"{path}/{to}", once=once[1], **fields)
    return answer.status_code, answer.text


def states(site: Site, run: str) -> dict[CodeState, int]:
    with site.county.store.reading() as session:
        found = run_ranges(session, site.county.producer, run).states
        assert list(audit.differences(session)) == []
    return {state: found.number_in(state) for state in CodeState}


def test_labels_are_told_by_number_or_by_code_and_the_missing_are_voided(site: Site, manager: Person) -> None:
    labels, run = printed(site, 100)
    path = f"/producer/labels/{labels}/custody"
    with site.county.store.reading() as session:
        number = session.connection().exec_driver_sql("SELECT number FROM issue_run").scalar_one()
    codes = [
        typed_form(site.county.keyring.ciphers[1].encode(number, index, 1)[0].tobytes().decode()) for index in (80, 84)
    ]
    status, _ = send(
        manager, path, "reports", printed="1-70，71 - 80", scrapped=f"{codes[0]} 至 {codes[1]}", note="一卷"
    )
    assert status == 303
    told = manager.get(path).text
    figures = re.findall(r"<dd>([0-9,]+)<small>枚</small></dd>", told)
    assert figures == ["80", "5", "0", "15"]
    assert "86–100" in told
    assert "作废这 20 枚" in told
    status, text = send(manager, path, "missing", reason="")
    assert (status, 'id="reason-e"' in text) == (422, True)
    assert send(manager, path, "missing", reason="缺号，去向不明")[0] == 303
    assert states(site, run)[CodeState.VOIDED] == 20
    assert "作废这" not in manager.get(path).text


@pytest.mark.parametrize(
    ("field", "text"), [("printed", "一到十"), ("scrapped", "5-2"), ("returned", "101"), ("printed", "1-2-3")]
)
def test_what_cannot_be_read_is_said_where_it_stands_and_kept(
    site: Site, manager: Person, field: str, text: str
) -> None:
    labels, _ = printed(site, 100)
    path = f"/producer/labels/{labels}/custody"
    status, page = send(manager, path, "reports", **{field: text})
    assert status == 422
    assert f'value="{text}"' in page
    assert 'role="alert"' in page


def test_a_mass_is_asked_for_and_a_clerk_voids_nothing(site: Site, manager: Person) -> None:
    labels, run = printed(site, MASS.codes + 10)
    path = f"/producer/labels/{labels}/custody"
    clerk = seated(site, staff(site.county.store, Role.PRODUCER_CLERK, "clerk", site.county.producer.enterprise_id))
    assert send(clerk, path, "reports", printed="1")[0] == 303
    assert "由企业负责人办理" in clerk.get(path).text
    assert clerk.post(f"{path}/missing", once="by-a-clerk", reason="缺号").status_code == 403
    assert send(manager, path, "missing", reason="整箱丢失")[0] == 303
    assert states(site, run)[CodeState.VOIDED] == 0
    assert "整箱丢失" in manager.get("/producer/approvals").text


def test_another_enterprise_finds_nothing_and_a_reprint_is_told(site: Site, manager: Person) -> None:
    labels, run = printed(site, 100)
    path = f"/producer/labels/{labels}/custody"
    other = seated(site, site.county.other_producer)
    assert other.get(path).status_code == other.post(f"{path}/reports", once="another-s").status_code == 404
    with site.county.store.acting() as act:
        form = PrintForm(run, 0, 4, "a4-3x8", 300, "again", reprint_reason="卡纸")
        ref = order_print(act, site.county.producer, form).ref
        add_file(act, ref, "codes.csv", (0, 4), "cd" * 32, 9)
        set_print_state(act, ref, PrintState.RELEASED)
        act.commit()
    assert "旧文件不再提供下载" in manager.get(path).text
    with site.county.store.reading() as session:
        order = order_of_run(session, site.county.producer, run)
    page = manager.get(f"/producer/orders/{order}").text
    assert f'href="/producer/labels/{ref}/files/codes.csv"' in page
    assert f'href="/producer/labels/{labels}/files/' not in page
    assert "第 1 至 100 枚的文件不再提供" in page
