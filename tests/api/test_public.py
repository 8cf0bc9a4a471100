"""Pages for everybody beside the scan: home, typed and pasted codes, proofs, published files, health."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from api.installation import note_signer
from gimark.clock import FixedClock
from gimark.errors import ConflictError
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.keys.keyset import publish, read_published
from gimark.ledger import book, proofs
from gimark.ledger.proofs import LogProof
from gimark.merkle import leaf_hash
from tests.api.site import HOST, Site, keyset
from tests.scans.desk import uri_of


@pytest.fixture
def run(site: Site) -> RunFacts:
    """An activated run under a published checkpoint."""
    run = site.county.run(site.county.batch())
    site.county.change(run, RangeKind.ACTIVATE, (0, 999))
    site.here.publish_checkpoint()
    return run


def check(site: Site, code: str, **headers: str) -> Any:
    return site.get(f"/check?code={quote(code, safe='')}", **{"accept": "application/json", **headers})


def test_home_and_the_empty_form_answer(site: Site) -> None:
    for path in ("/", "/check"):
        page = site.get(path)
        assert page.status_code == 200
        assert page.headers["x-frame-options"] == "DENY"
        assert site.client.head(path).status_code == 200


def test_a_typed_code_is_registered_however_it_is_written(site: Site, run: RunFacts) -> None:
    serial = uri_of(site.county, run).partition("/21/")[2][:13]
    for written in (serial, f"{serial[:4]}-{serial[4:8]}-{serial[8:]}", f" {serial.lower()} "):
        found = check(site, written).json()
        assert (found["verdict"], found["reason"], found["serial"]) == ("grey", "typed", serial)
    assert "已登记" in check(site, serial, accept="text/html").text


def test_a_slip_of_the_finger_is_told_with_the_remedy_beside_the_field(site: Site, run: RunFacts) -> None:
    page = check(site, "38GP-ERNQ-BQTSB", accept="text/html")
    assert page.status_code == 422
    assert "输错" in page.text
    assert 'aria-invalid="true"' in page.text
    assert check(site, "38GP-ERNQ-BQTSB").json()["errors"][0]["parameter"] == "code"


def test_what_was_typed_comes_back_escaped(site: Site) -> None:
    assert "<script>" not in check(site, "<script>alert(1)</script>", accept="text/html").text


@pytest.mark.parametrize("scheme", ["https://", ""])
def test_a_pasted_address_of_ours_is_judged_like_a_scan(site: Site, run: RunFacts, scheme: str) -> None:
    found = check(site, uri_of(site.county, run).replace("https://", scheme)).json()
    assert (found["verdict"], found["reason"]) == ("green", "authentic")


def test_a_pasted_address_at_another_host_is_none_of_ours(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    assert check(site, uri.replace(HOST, "gi-yunxi.example")).json()["reason"] == "foreign_host"
    assert check(site, uri.replace(HOST, f"{HOST}@evil.cn")).json()["reason"] == "malformed"


def test_an_entry_s_proof_stands_alone(site: Site, run: RunFacts) -> None:
    answer = site.get(f"/proof/{run.ledger_index}")
    assert answer.status_code == 200
    with site.county.store.reading() as session:
        entry = book.entry(session, run.ledger_index)
    proof = LogProof.parse(answer.content)
    assert proofs.verify(proof, leaf_hash(entry), site.here.trust).size > run.ledger_index


def test_an_entry_that_is_not_there_or_not_published_has_no_proof(site: Site, run: RunFacts) -> None:
    index = site.county.change(run, RangeKind.VOID, (1, 1), reason="破损")
    assert site.get(f"/proof/{index}").status_code == 404
    assert site.get(f"/proof/{index + 1}").status_code == 404
    for nonsense in ("-1", str(2**64), "x"):
        assert site.get(f"/proof/{nonsense}").status_code == 422
        assert site.get(f"/ledger/entries/{nonsense}").status_code == 422


def test_a_ledger_entry_is_a_page_for_a_reader_and_its_exact_bytes_for_a_program(site: Site, run: RunFacts) -> None:
    with site.county.store.reading() as session:
        raw = book.entry(session, run.ledger_index)
    path = f"/ledger/entries/{run.ledger_index}"
    assert site.get(path, accept="application/json").content == raw
    page = site.get(path).text
    assert "发放标识" in page
    assert f"/proof/{run.ledger_index}" in page
    index = site.county.change(run, RangeKind.VOID, (1, 1), reason="破损")
    unpublished = site.get(f"/ledger/entries/{index}").text
    assert "破损" in unpublished
    assert f"/proof/{index}" not in unpublished
    assert site.get(f"/ledger/entries/{index + 1}").status_code == 404


def test_what_was_published_is_served_to_anyone_as_it_is(site: Site, run: RunFacts) -> None:
    published = site.here.settings.published
    for path in ("checkpoint", ".well-known/gi-keys", ".well-known/gi-status", ".well-known/jwks.json"):
        answer = site.get(f"/{path}")
        assert answer.content == (published / path).read_bytes()
        assert site.client.head(f"/{path}").headers["content-length"] == str(len(answer.content))
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    keyset = read_published(site.get("/.well-known/gi-keys").content, site.here.root_key)
    assert keyset.hosts == (HOST,)
    for tile in (published / "tile").rglob("*"):
        if tile.is_file():
            answer = site.get(f"/{tile.relative_to(published)}")
            assert answer.content == tile.read_bytes()
            assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/tile/0/../../../gimark.db", "/tile/0/999", "/tile/x", "/tile/0/000.p/1000", "/tile/entries/000/../000"]
)
def test_no_other_file_is_served(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404
    assert site.get(path.replace("..", "%2e%2e")).status_code == 404


def test_an_unknown_address_is_not_found_in_the_reader_s_way(site: Site) -> None:
    assert "没有这一页" in site.get("/nothing").text
    assert site.get("/nothing", accept="application/json").json()["code"] == "not-found"


def test_the_process_says_that_it_lives_and_can_work(site: Site, run: RunFacts) -> None:
    assert site.get("/healthz").text == "ok\n"
    ready = site.get("/readyz")
    assert ready.status_code == 200, ready.text
    assert ready.json()["ready"] is True


def test_a_key_set_that_ran_out_or_a_checkpoint_that_stays_away_is_not_ready(
    site: Site, run: RunFacts, clock: FixedClock
) -> None:
    site.county.change(run, RangeKind.VOID, (1, 1), reason="破损")
    clock.at += timedelta(minutes=6)
    found = site.get("/readyz").json()
    assert (found["ready"], found["checkpoint"]["well"]) == (False, False)
    clock.at += timedelta(days=300)
    found = site.get("/readyz")
    assert found.status_code == 503
    assert found.json()["keys"]["well"] is False


def test_a_new_key_set_is_taken_up_and_an_older_one_is_not(site: Site) -> None:
    root = note_signer(f"{site.here.keyset.origin}/root", b"\x03" * 32)
    log = site.here.log_signer
    file = site.here.settings.published / ".well-known" / "gi-keys"
    old = file.read_bytes()
    file.write_bytes(publish(keyset(site.county, log, seq=2, hosts=(HOST, "gi2.yunxi.example")), root))
    site.process._take_up_keys()
    assert "gi2.yunxi.example" in site.process.hosts()
    file.write_bytes(old)
    with pytest.raises(ConflictError, match="older"):
        site.process._take_up_keys()
    assert "gi2.yunxi.example" in site.process.hosts()
