"""Bodies that no good program sends: each is refused by name, none reaches the register, none is a fault of ours."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.v1 import bodies
from gimark.clock import FixedClock
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.api.site import HOST, Site, running
from tests.api.v1.programs import Program, program
from tests.conftest import NOW
from tests.county import TOWN, make_county

JSON = "application/json"
BODY = {
    "uscc": "92331126MA00GEMX2P",
    "name": "云溪县岭上菌业经营部",
    "kind": "company",
    "town": TOWN,
    "address": "云溪县松坞镇岭上 3 号",
}
TERMS = {"classes": ["dried"], "number": "示例", "from": "2026-05-01", "until": None, "enterprise": "0" * 16}


@pytest.fixture(scope="module")
def site(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all of them: nothing that is sent here changes anything."""
    folder = tmp_path_factory.mktemp("site")
    database = folder / "gimark.db"
    database.write_bytes(empty_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{database}")
    with running(make_county(Store(engine, FixedClock(NOW))), folder) as site:
        yield site


@pytest.fixture(scope="module")
def regulator(site: Site) -> Program:
    return program(site, site.county.regulator)


def sent(program: Program, content: bytes, kind: str | None = JSON) -> Any:
    headers = {"idempotency-key": "x"} | ({} if kind is None else {"content-type": kind})
    return program.ask("POST", "/enterprises", content=content, headers=headers)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"uscc": }',
        b"{'uscc': 1}",
        b'{"uscc": NaN}',
        b'{"uscc": Infinity}',
        b'{"uscc": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"uscc": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"uscc": "x"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b"{} {}",
        b"// no comments\n{}",
        b'"\x00"',
        b"\x00",
    ],
    ids=range(17),
)
def test_malformed_json_is_refused_as_such(regulator: Program, content: bytes) -> None:
    refused = sent(regulator, content)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#"
    assert "JSON" in refused.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=gbk",
        "application/jsonx",
        "json",
        "ü",
    ],
)
def test_a_body_that_says_it_is_something_else_is_not_read(regulator: Program, kind: str | None) -> None:
    if kind is not None:
        kind = kind.encode("latin-1")  # type: ignore[assignment]
    refused = sent(regulator, b"{}", kind)
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    assert refused.json()["errors"][0]["header"] == "Content-Type"


@pytest.mark.parametrize(
    "kind", [JSON, "application/json; charset=UTF-8", "application/merge-patch+json", "APPLICATION/JSON"]
)
def test_json_by_any_of_its_names_is_read(regulator: Program, kind: str) -> None:
    assert sent(regulator, b"{}", kind).json()["errors"][0]["pointer"] == "#/uscc"


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"x"', b"0", b"true"])
def test_what_is_no_object_is_refused_as_a_whole(regulator: Program, content: bytes) -> None:
    refused = sent(regulator, content)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["#"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": 12}, "#/name"),
        ({"name": None}, "#/name"),
        ({"name": ["x"]}, "#/name"),
        ({"name": "nul\x00"}, "#/name"),
        ({"name": "bell\x07"}, "#/name"),
        ({"name": "two\nlines"}, "#/name"),
        ({"name": " blank"}, "#/name"),
        ({"name": ""}, "#/name"),
        ({"name": "长" * 121}, "#/name"),
        ({"name": "长" * 1001}, "#/name"),
        ({"name": "right-to-left \u202e"}, "#/name"),
        ({"kind": "household"}, "#/kind"),
        ({"kind": 1}, "#/kind"),
        ({"kind": "COMPANY"}, "#/kind"),
        ({"uscc": "９２331126MA00GEMX2P"}, "#/uscc"),
        ({"uscc": 923311260000000000}, "#/uscc"),
        ({"town": "'; DROP TABLE town; --"}, "#/town"),
        ({"sc_licence": ""}, "#/sc_licence"),
        ({"extra": 1}, "#/extra"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
        ({"多余": 1}, "#/%E5%A4%9A%E4%BD%99"),
        ({"name_zh": "x"}, "#/name_zh"),
    ],
)
def test_a_wrong_value_is_refused_by_its_pointer(regulator: Program, change: dict[str, Any], pointer: str) -> None:
    refused = regulator.make("/enterprises", {**BODY, **change})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    assert len(regulator.get("/enterprises").json()["items"]) == 2


@pytest.mark.parametrize("count", ["12", 12.0, 1.5, True, -1, 2**53, 10**400, [], {}])
def test_a_number_is_a_whole_number_and_nothing_like_it(site: Site, regulator: Program, count: Any) -> None:
    body = {**TERMS, "right": site.county.right_ref, "labels_per_year": count}
    refused = regulator.make("/authorizations", body)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["#/labels_per_year"]


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-30",
        "2026-2-3",
        "20260203",
        "2026-W05-2",
        "2026-02-03T00:00:00Z",
        "２０２６-02-03",
        "1899-12-31",
        "3000-01-01",
        "0000-00-00",
        1770000000,
        "1770000000",
        1.5,
        "",
        None,
    ],
)
def test_a_day_is_written_in_one_way(site: Site, regulator: Program, day: Any) -> None:
    refused = regulator.make("/authorizations", {**TERMS, "right": site.county.right_ref, "from": day})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["#/from"]


@pytest.mark.parametrize("flag", [0, 1, "true", "yes"])
def test_a_truth_is_a_truth(regulator: Program, flag: Any) -> None:
    refused = regulator.change("PATCH", f"/users/{'0' * 16}", {"is_active": flag}, '"x"')
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/is_active")


def test_pointers_reach_into_lists(regulator: Program) -> None:
    classes = [{"key": "dried", "name": "干"}, {"key": 1, "name": "鲜", "colour": "red"}]
    refused = regulator.make("/products", {"name": "云溪笋干", "classes": classes})
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {"#/classes/1/key", "#/classes/1/colour"}


def test_a_fault_is_told_in_the_language_that_is_asked_for(regulator: Program) -> None:
    wrong = {**BODY, "kind": "x", "extra": 1, "name": 3, "address": ""}
    refused = regulator.make("/enterprises", wrong, **{"accept-language": "zh-CN"})
    told = {fault["pointer"]: fault["detail"] for fault in refused.json()["errors"]}
    assert told == {"#/kind": "不在可选项之内", "#/extra": "没有这一项", "#/name": "应为文字"}
    assert refused.json()["title"] == "填写有误"


def test_ten_megabytes_are_not_read(site: Site, regulator: Program) -> None:
    refused = sent(regulator, b" " * (10 << 20))
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")


def test_without_a_key_a_body_is_not_looked_at(site: Site) -> None:
    assert site.client.post("/v1/enterprises", content=b"{", headers={"content-type": JSON}).status_code == 401


def test_a_body_that_does_not_come_is_not_waited_for(
    site: Site, regulator: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_WITHIN_S", 0.05)
    assert asked_slowly(site, regulator, ends=False) == 408


def test_a_client_that_hangs_up_is_no_fault_of_ours(site: Site, regulator: Program) -> None:
    assert asked_slowly(site, regulator, ends=True) == 400


def asked_slowly(site: Site, program: Program, *, ends: bool) -> int:
    """The status of a request whose body begins and does not go on, or whose client leaves."""
    headers = {
        "host": HOST,
        "authorization": f"Bearer {program.key.token}",
        "idempotency-key": "slow",
        "content-type": JSON,
        "content-length": "100",
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "server": (HOST, 443),
        "client": ("203.0.113.9", 5000),
        "path": "/v1/enterprises",
        "raw_path": b"/v1/enterprises",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    begun = iter([{"type": "http.request", "body": b"{", "more_body": True}])
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        for message in begun:
            return message
        if not ends:
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    async def ask() -> None:
        await site.client.app(scope, receive, send)  # type: ignore[arg-type]

    assert site.client.portal is not None
    site.client.portal.call(ask)
    return statuses[0]
