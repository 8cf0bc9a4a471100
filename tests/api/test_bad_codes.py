"""The golden corpus over HTTP, and bytes that nobody thought of: an answer every time, green for nothing forged."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.types import ASGIApp

from api.main import application
from api.wiring import Process
from gimark.clock import FixedClock
from gimark.codes.cipher import SerialCipher
from gimark.issuance.keyring import HeldKey, Keyring
from gimark.issuance.model import IssueOrder
from gimark.issuance.rules import RangeKind
from gimark.keys.signer import Ed25519Signer
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.api import site as site_of
from tests.api.raw import ask
from tests.conftest import NOW
from tests.county import make_county

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
HOST = GOLDEN["hosts"][0].encode()
GENUINE = GOLDEN["codes"][0]["uri"].encode()
# A code whose lot or serial is not of the run fails before its signature is looked at.
ALSO = {"authentic": {"authentic"}, "bad_signature": {"bad_signature", "not_issued"}}
COLOURS = {"authentic": "green", "unsigned": "grey"}


@pytest.fixture(scope="module")
def app(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASGIApp]:
    """An installation with the golden keys and the golden run 42, all of it activated."""
    folder = tmp_path_factory.mktemp("golden")
    (folder / "gimark.db").write_bytes(empty_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{folder}/gimark.db")
    process = Process(_installation(engine, folder))
    process.snapshot.look()
    yield application(process)
    process._reader.close()
    engine.dispose()


def _installation(engine: Engine, folder: Path) -> Any:
    county = make_county(Store(engine, FixedClock(NOW)))
    key = GOLDEN["issuing_key"]
    signer = Ed25519Signer(key["kid"], bytes.fromhex(key["seed_hex"]))
    held = HeldKey(signer, *[getattr(county.keyring.issuing["0001"], name) for name in ("issues_from", "issues_until")])
    cipher = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
    county.keyring = Keyring(GOLDEN["origin"], GOLDEN["hosts"][0], {"0001": held}, {1: cipher})
    ref = county.batch()
    with county.store.acting() as act:
        _use_up_numbers(act.session, GOLDEN["run"]["number"] - 1, act.now)
        act.commit()
    run = county.run(ref, GOLDEN["run"]["count"])
    assert run.codes_root.hex() == GOLDEN["run"]["codes_root_hex"]
    county.change(run, RangeKind.ACTIVATE, (0, run.count - 1))
    return site_of.installation(county, folder, origin=GOLDEN["origin"], host=GOLDEN["hosts"][0])


def _use_up_numbers(session: Any, number: int, now: Any) -> None:
    session.add(
        IssueOrder(
            number=number,
            enterprise_id=1,
            batch_id=1,
            count=1,
            idempotency_key="earlier",
            body_sha256=b"",
            ordered_at=now,
        )
    )


def split(uri: bytes) -> tuple[bytes, bytes, bytes]:
    """Host, raw path and raw query, cut as a browser cuts them."""
    rest = uri.partition(b"://")[2].partition(b"#")[0]
    before, _, query = rest.partition(b"?")
    host, slash, path = before.partition(b"/")
    return host, slash + path, query


def reason_at_check(app: ASGIApp, code: str) -> str:
    answer = ask(app, b"/check", b"code=" + quote(code, safe="").encode(), HOST, accept="application/json")
    assert answer.status == 200
    found = json.loads(answer.body)
    assert found["verdict"] == COLOURS.get(found["reason"], "red")
    return str(found["reason"])


@pytest.mark.parametrize("vector", GOLDEN["verify"], ids=lambda vector: vector["case"])
def test_a_pasted_address_is_judged_whole(app: ASGIApp, vector: dict[str, str]) -> None:
    expected = ALSO.get(vector["expect"], {vector["expect"]})
    assert reason_at_check(app, vector["uri"]) in expected


@pytest.mark.parametrize("vector", GOLDEN["verify"], ids=lambda vector: vector["case"])
def test_a_scanned_code_is_judged_by_its_path_and_query_at_our_host(app: ASGIApp, vector: dict[str, str]) -> None:
    """What is wrong with the host or scheme alone never reaches us, or is told the right address."""
    host, path, query = split(vector["uri"].encode())
    answer = ask(app, path, query, host, accept="application/json")
    if host.lower().partition(b":")[0] != HOST:
        assert answer.status == 421
        return
    if not path.startswith(b"/01/"):
        assert answer.status == 404
        return
    assert answer.status == 200
    reason = json.loads(answer.body)["reason"]
    about_the_host = vector["case"] in ("host with port", "http")
    assert reason in ALSO.get("authentic" if about_the_host else vector["expect"], {vector["expect"]})


@pytest.mark.parametrize("code", GOLDEN["codes"][:3], ids=lambda code: str(code["index"]))
def test_a_typed_golden_code_is_registered(app: ASGIApp, code: dict[str, str]) -> None:
    answer = ask(app, b"/check", b"code=" + code["printed"].encode(), HOST, accept="application/json")
    assert (json.loads(answer.body)["reason"], answer.status) == ("typed", 200)


@pytest.mark.parametrize("vector", GOLDEN["typed"], ids=lambda vector: ascii(vector["input"])[:30])
def test_what_people_type_is_read_or_refused_with_the_remedy(app: ASGIApp, vector: dict[str, str]) -> None:
    query = b"code=" + quote(vector["input"], safe="").encode()
    answer = ask(app, b"/check", query, HOST, accept="application/json")
    found = json.loads(answer.body)
    if len(vector["expect"]) == 13 and vector["expect"] != "check character":
        assert answer.status == 200
        assert found["serial"] in (vector["expect"], None)
    else:
        assert answer.status == 422
        assert found["errors"][0]["remedy"]


PIECES = [b"/01/", b"/10/", b"/21/", b"?s=", b"&", b"s=", b"%00", b"..", b"//", b"09521234500018", b"YX26A0317"]
TARGET = GENUINE[len(b"https://") + len(HOST) :]
NOISE = st.tuples(
    st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(PIECES), max_size=5).map(b"".join)).map(
        lambda path: b"/01/" + path
    ),
    st.binary(max_size=80),
)
# One byte of a genuine code changed, after the prefix that brings it here.
NEARLY = st.tuples(st.integers(4, len(TARGET) - 1), st.integers(1, 255)).map(
    lambda change: TARGET[: change[0]] + bytes([TARGET[change[0]] ^ change[1]]) + TARGET[change[0] + 1 :]
)


def test_the_genuine_code_itself_is_green(app: ASGIApp) -> None:
    path, _, query = TARGET.partition(b"?")
    assert json.loads(ask(app, path, query, HOST, accept="application/json").body)["verdict"] == "green"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=NOISE | NEARLY.map(lambda t: (t.partition(b"?")[0], t.partition(b"?")[2])), wants_json=st.booleans())
@example(target=(b"/01/", b""), wants_json=True)
@example(target=(b"/01/" + b"9" * 3000, b"s=" * 2000), wants_json=False)
@example(target=("/01/٠٩٥٢١٢٣٤٥٠٠٠١٨".encode(), b""), wants_json=False)
def test_no_bytes_make_an_error_and_none_but_a_genuine_code_is_green(
    app: ASGIApp, target: tuple[bytes, bytes], wants_json: bool
) -> None:
    accept = "application/json" if wants_json else "text/html"
    answer = ask(app, *target, HOST, accept=accept)
    assert answer.status in (200, 404)
    if wants_json and answer.status == 200:
        assert json.loads(answer.body).get("verdict") in (None, "red", "grey")
    assert "标识真实".encode() not in answer.body


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=st.text(max_size=120))
def test_no_typed_text_makes_an_error(app: ASGIApp, code: str) -> None:
    encoded = quote(code.encode("utf-8", "surrogatepass"), safe="").encode()
    assert ask(app, b"/check", b"code=" + encoded, HOST, accept="text/html").status in (200, 422)
