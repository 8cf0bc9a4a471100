"""The proof file over HTTP: from the page's link to a file that the root's key alone confirms."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest

from api import proofs
from api.installation import note_signer
from api.wiring import Process
from gimark.codes.uri import CodeUri
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.issuance.verifying import verify_proof
from gimark.keys.keyset import KeyState, publish
from tests.api.raw import ask
from tests.api.site import BASE, HOST, Site, keyset, running
from tests.county import BATCH, ORIGIN
from tests.scans.desk import uri_of


@pytest.fixture
def run(site: Site) -> RunFacts:
    """An activated run under a published checkpoint."""
    run = site.county.run(site.county.batch())
    site.county.change(run, RangeKind.ACTIVATE, (0, 999))
    site.here.publish_checkpoint()
    return run


def proof_of(uri: str) -> str:
    return uri.replace(BASE, "/proof")


def test_a_scanned_code_s_file_is_kept_and_checked_with_the_root_s_key(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run, 300)
    answer = site.get(proof_of(uri))
    assert answer.status_code == 200
    serial = uri.partition("/21/")[2][:13]
    assert answer.headers["content-disposition"] == f'attachment; filename="{serial}.gi-proof"'
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert uri.encode() in answer.content
    assert verify_proof(answer.content, site.here.root_key).index == 300


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_a_scan_links_to_the_code_s_own_file(site: Site, run: RunFacts, language: str) -> None:
    uri = uri_of(site.county, run, 17)
    page = site.get(f"{uri}&lang={language}").text
    [link] = re.findall(r'href="(/proof/01/[^"]*)" download', page)
    found = verify_proof(site.get(unescape(link)).content, site.here.root_key)
    assert (found.index, found.issue["run"]) == (17, run.number)


def test_the_page_of_a_typed_code_links_to_the_run_s_entry(site: Site, run: RunFacts) -> None:
    serial = uri_of(site.county, run).partition("/21/")[2][:13]
    page = site.get(f"/check?code={serial}").text
    assert f'href="/proof/{run.ledger_index}" download' in page
    assert "/proof/01/" not in page


def test_head_tells_the_length_and_sends_nothing(site: Site, run: RunFacts) -> None:
    target = proof_of(uri_of(site.county, run))
    head = site.client.head(target)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(site.get(target).content))


def test_asking_for_a_proof_is_no_check_of_the_code(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    for _ in range(3):
        site.get(proof_of(uri))
    assert site.json(uri)["checks"]["count"] == 0


def test_a_voided_code_keeps_its_proof_of_issue(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run, 5)
    site.county.change(run, RangeKind.VOID, (5, 5), reason="破损")
    assert verify_proof(site.get(proof_of(uri)).content, site.here.root_key).index == 5


def test_a_voided_code_of_a_withdrawn_key_links_to_no_file_that_is_not_there(site: Site, run: RunFacts) -> None:
    """The run came after the key was withdrawn, so that no proof of it holds; the run's entry can be had."""
    uri = uri_of(site.county, run, 5)
    site.county.change(run, RangeKind.VOID, (5, 5), reason="破损")
    log, root = site.here.log_signer, note_signer(f"{ORIGIN}/root", b"\x03" * 32)
    published = keyset(site.county, log)
    revoked = replace(published.keys[0], state=KeyState.REVOKED, revoked_at=run.ledger_index)
    site.here.publish_keyset(publish(replace(published, seq=2, keys=(revoked,)), root))
    site.here.publish_checkpoint()
    with running(site.county, site.here.settings.data_dir) as again:
        page = again.get(uri).text
        assert "已作废" in page
        links = re.findall(r'href="(/proof/[^"]*)" download', page)
        assert links
        assert [link for link in links if again.get(unescape(link)).status_code != 200] == []


def test_the_page_of_a_pasted_address_links_to_the_code_s_own_file(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run, 17)
    for pasted in (quote(uri, safe=""), quote(uri, safe="/:?=")):
        page = site.get(f"/check?code={pasted}").text
        [link] = re.findall(r'href="(/proof/01/[^"]*)" download', page)
        assert verify_proof(site.get(unescape(link)).content, site.here.root_key).index == 17


def test_parameters_of_others_are_not_in_the_file(site: Site, run: RunFacts) -> None:
    uri = uri_of(site.county, run)
    answer = site.get(f"{proof_of(uri)}&lang=en&utm=x")
    assert verify_proof(answer.content, site.here.root_key).code.host == HOST
    assert b"utm" not in answer.content


def test_at_the_machine_s_own_name_the_file_has_the_printed_host(site: Site, run: RunFacts) -> None:
    answer = site.get(proof_of(uri_of(site.county, run)), host="localhost:8000")
    assert verify_proof(answer.content, site.here.root_key).code.host == HOST


def test_at_a_foreign_host_there_is_no_file(site: Site, run: RunFacts) -> None:
    assert site.get(proof_of(uri_of(site.county, run)), host="evil.cn").status_code == 421


def test_a_code_whose_run_is_not_published_yet_is_told_to_come_back(site: Site, run: RunFacts) -> None:
    later = site.county.run(site.county.batch(form=replace(BATCH, lot="YX26B1")), 5, "order-2")
    target = proof_of(uri_of(site.county, later))
    found = site.get(target, accept="application/json")
    assert (found.status_code, found.json()["code"]) == (404, "not-found")
    assert "请一分钟后再试" in found.json()["detail"]
    site.here.publish_checkpoint()
    assert site.get(target).status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("?s=A", "?s=B"),
        ("?s=", "?S="),
        ("?s=", "?"),
        ("?s=", "?s=&s="),
        ("/21/", "/21/0"),
        ("/21/", "/22/"),
        ("/10/", "/10/A"),
        ("/10/", "/10/%41"),
        ("/01/0", "/01/%30"),
        ("/01/", "/01//"),
        ("/01/", "/01/../01/"),
        ("/proof/", "/proof%2F"),
        ("/proof/", "/%70roof/"),
    ],
)
def test_what_is_no_code_of_ours_is_not_found(site: Site, run: RunFacts, old: str, new: str) -> None:
    target = proof_of(uri_of(site.county, run))
    assert old in target
    path, _, query = target.replace(old, new, 1).partition("?")
    answer = ask(site.client.app, path.encode(), query.encode(), accept="application/json")  # type: ignore[arg-type]
    assert answer.status == 404
    assert answer.headers[b"content-type"] == b"application/problem+json"


def test_bytes_that_no_client_sends_are_not_found_either(site: Site, run: RunFacts) -> None:
    for rest in (b"", b"%00", b"%ff%fe", b"\xff\xfe", b"x" * 3_000, b"09521234500018", b"09521234500018/10/A"):
        for query in (b"", b"s=", b"s=" + b"A" * 90, b"\xff", b"s=%00"):
            assert ask(site.client.app, b"/proof/01/" + rest, query).status == 404  # type: ignore[arg-type]


def test_another_code_s_signature_is_not_found_and_told_what_to_do(site: Site, run: RunFacts) -> None:
    forged = proof_of(uri_of(site.county, run)[:-90] + uri_of(site.county, run, 1)[-90:])
    answer = site.get(forged, accept="application/json")
    assert answer.status_code == 404
    assert "请扫描包装上的二维码" in answer.json()["detail"]
    assert site.get(forged).headers["content-type"] == "text/html; charset=utf-8"


def test_one_proof_is_made_at_a_time_and_scans_are_answered_meanwhile(
    site: Site, run: RunFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = uri_of(site.county, run)
    make, asked, begun, go_on = proofs._made, [], threading.Event(), threading.Event()

    def slowly(process: Process, url: CodeUri) -> bytes:
        asked.append(url)
        begun.set()
        assert go_on.wait(timeout=60)
        return make(process, url)

    monkeypatch.setattr(proofs, "_made", slowly)
    with ThreadPoolExecutor(3) as askers:
        wanted = [askers.submit(site.client.get, proof_of(uri)) for _ in range(3)]
        assert begun.wait(timeout=60)
        assert site.json(uri)["verdict"] == "green"
        assert (len(asked), [answer.done() for answer in wanted]) == (1, [False] * 3)
        go_on.set()
        assert [answer.result().status_code for answer in wanted] == [200] * 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused(site: Site, run: RunFacts, method: str) -> None:
    answer = site.client.request(method, proof_of(uri_of(site.county, run)), headers={"origin": BASE})
    assert answer.status_code == 405
