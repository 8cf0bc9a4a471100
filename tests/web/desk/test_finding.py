"""Finding anything from one box, and one code's page: at the regulator's desk, and scoped at the producer's."""

from urllib.parse import quote

import pytest

from api.web.figures import serial_text
from gimark.issuance.rules import RangeKind
from gimark.scans.life import read_asked
from tests.api.site import Site
from tests.county import BATCH, USCC
from tests.scans.desk import keyset_of, uri_of
from tests.web.desk.people import Person, seated


@pytest.fixture
def regulator(site: Site) -> Person:
    return seated(site, site.county.regulator)


@pytest.fixture
def serial(site: Site) -> str:
    run = site.county.run(site.county.batch(), 10)
    site.county.change(run, RangeKind.ACTIVATE, (0, 9))
    return read_asked(uri_of(site.county, run, 3), keyset_of(site.county)).serial


def find(person: Person, text: str, desk: str = "regulator") -> str:
    answer = person.get(f"/{desk}/search?q={quote(text)}")
    assert answer.status_code == 200
    return answer.text


def test_a_code_leads_straight_to_its_page(regulator: Person, serial: str) -> None:
    for text in (serial, serial_text(serial).lower()):
        answer = regulator.get(f"/regulator/search?q={text}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/regulator/codes/{serial}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (BATCH.lot, BATCH.lot),
        (USCC, "云溪县示例菌业有限公司"),
        ("菌业", "云溪县示例菌业有限公司"),
        ("3", "账本第 3 条"),
    ],
)
def test_what_was_found_is_listed(regulator: Person, serial: str, text: str, shown: str) -> None:
    assert serial
    assert shown in find(regulator, text)


def test_nothing_found_and_too_little_typed_are_told(regulator: Person) -> None:
    assert "没有找到" in find(regulator, "没有这样的东西")
    answer = regulator.get(f"/regulator/search?q={quote('菇')}")
    assert answer.status_code == 422
    assert "至少要两个字" in answer.text
    assert regulator.get("/regulator/search").status_code == 200


def test_what_was_typed_is_shown_and_never_run(regulator: Person) -> None:
    page = find(regulator, '"><script>x</script>')
    assert "<script>x" not in page


def test_a_code_s_page_tells_its_whole_life(regulator: Person, serial: str) -> None:
    page = regulator.get(f"/regulator/codes/{serial}").text
    told = (serial_text(serial), "标识真实", "第 4 枚，共 10 枚", BATCH.lot, "云溪县示例菌业有限公司", "激活标识")
    for shown in told:
        assert shown in page
    assert page.count("/ledger/entries/") >= 4


def test_each_enterprise_sees_its_own_codes_alone(site: Site, serial: str) -> None:
    own, other = seated(site, site.county.producer), seated(site, site.county.other_producer)
    assert own.get(f"/producer/codes/{serial}").status_code == 200
    assert other.get(f"/producer/codes/{serial}").status_code == 404
    assert "没有找到" in find(other, serial, "producer")
    assert own.get(f"/regulator/codes/{serial}").status_code == 404


def test_a_code_that_is_none_is_refused_and_one_that_was_never_issued_is_not_found(regulator: Person) -> None:
    assert regulator.get("/regulator/codes/38GPERNQBQTSB").status_code == 422
    assert regulator.get("/regulator/codes/38GPERNQBQTSA").status_code == 404


def test_the_page_is_complete_in_english(regulator: Person, serial: str) -> None:
    page = regulator.get(f"/regulator/codes/{serial}?lang=en").text
    assert "Genuine" in page
    assert "What a consumer who scans it is told now" in page
