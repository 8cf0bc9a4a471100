"""The entry page checks its proof itself, in Chromium: a good one holds, every forged one is refused where it fails."""

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from api.installation import Installation, note_signer
from gimark.clock import FixedClock
from gimark.issuance.rules import RangeKind
from gimark.keys.keyset import LogKey, publish
from gimark.keys.note import COSIGNATURE_V1, NoteSigner, VerifierKey, cosignature_line, sign_note, split_note
from gimark.ledger import book
from gimark.ledger.checkpoints import Checkpoint
from gimark.ledger.proofs import LogProof
from gimark.merkle import root
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.api.site import installation, keyset
from tests.browser.stage import running
from tests.county import County, make_county

pytestmark = pytest.mark.browser

STEPS = ("text", "keys", "checkpoint", "path")
ROOT, LOG, STRANGER = b"\x03" * 32, b"\x04" * 32, b"\x09" * 32
HOLDS = "证明成立"
REFUSED = "证明不成立"


@dataclass(frozen=True)
class Published:
    """A site with a published ledger, and what it answers about one entry."""

    here: Installation
    county: County
    address: str
    index: int

    @property
    def proof(self) -> LogProof:
        """The proof as the site gives it."""
        with self.county.store.reading() as session:
            latest = book.published(session)
            assert latest is not None
            path = book.inclusion_proof(session, self.index, latest.size)
        return LogProof(self.index, path, latest.note)

    @property
    def entry(self) -> bytes:
        """The entry's exact bytes."""
        with self.county.store.reading() as session:
            return book.entry(session, self.index)


@pytest.fixture(scope="module")
def published(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """A run with acts on its ranges, under a checkpoint. The tests only read it."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(empty_sqlite, folder / "gimark.db")
    engine = open_engine(f"sqlite:///{folder / 'gimark.db'}")
    county = make_county(Store(engine, FixedClock(datetime(2026, 11, 22, 1, 41, tzinfo=UTC))))
    run = county.run(county.batch(), 100)
    county.change(run, RangeKind.ACTIVATE, (0, 9))
    county.change(run, RangeKind.VOID, (10, 19), reason="印坏 <b>&quot;")
    here = installation(county, folder / "site")
    with running(here) as address:
        yield Published(here, county, address, run.ledger_index)
    engine.dispose()


@pytest.fixture
def page(browser: Browser, published: Published) -> Iterator[Page]:
    """The entry's page, open; the browser complains of nothing until the test lets something go wrong."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{published.address}/ledger/entries/{published.index}")
    yield page
    context.close()


def checked(page: Page) -> tuple[str, dict[str, str]]:
    """Press the button; the conclusion, and the state of each step."""
    page.get_by_role("button", name="在这台设备上核对").click()
    expect(page.locator("[role=status]")).to_have_class(re.compile("said (ok|warn|bad)"))
    states = {step: page.locator(f"[data-step={step}]").get_attribute("class") or "" for step in STEPS}
    return page.locator("[role=status]").inner_text(), states


def answer(page: Page, path: str, body: bytes) -> None:
    """Let the site answer `path` with `body`."""

    def fulfil(route: Route) -> None:
        route.fulfill(body=body, content_type="text/plain")

    page.route(re.compile(re.escape(path) + "$"), fulfil)


def test_a_good_proof_holds_on_every_step(page: Page) -> None:
    conclusion, states = checked(page)
    assert conclusion.startswith(HOLDS)
    assert states == dict.fromkeys(STEPS, "ok")
    assert Axe().run(page).violations_count == 0
    assert checked(page)[0].startswith(HOLDS)  # and again, from the beginning


def test_every_entry_of_the_ledger_can_be_checked(page: Page, published: Published) -> None:
    with published.county.store.reading() as session:
        size = book.size(session)
    for index in range(size):
        page.goto(f"{published.address}/ledger/entries/{index}?lang=zh")
        assert checked(page)[0].startswith(HOLDS), index


Forgery = Callable[[Published], tuple[str, bytes]]


def changed_entry(site: Published) -> tuple[str, bytes]:
    return f"/ledger/entries/{site.index}.json", site.entry.replace(b'"count":100', b'"count":900')


def respelt_entry(site: Published) -> tuple[str, bytes]:
    return f"/ledger/entries/{site.index}.json", site.entry.replace(b",", b", ", 1)


def _proof(site: Published, **changes: object) -> tuple[str, bytes]:
    return f"/proof/{site.index}", replace(site.proof, **changes).encode()  # type: ignore[arg-type]


def changed_path(site: Published) -> tuple[str, bytes]:
    first, *rest = site.proof.path
    return _proof(site, path=[bytes([first[0] ^ 1]) + first[1:], *rest])


def shorter_path(site: Published) -> tuple[str, bytes]:
    return _proof(site, path=list(site.proof.path)[:-1])


def longer_path(site: Published) -> tuple[str, bytes]:
    return _proof(site, path=[*site.proof.path, bytes(32)])


def another_index(site: Published) -> tuple[str, bytes]:
    return _proof(site, index=site.index - 1)


def changed_signature(site: Published) -> tuple[str, bytes]:
    head, _, tail = site.proof.note.rpartition(b" ")
    raw = bytearray(base64.b64decode(tail))
    raw[-1] ^= 1
    return _proof(site, note=head + b" " + base64.b64encode(raw) + b"\n")


def _signed(site: Published, checkpoint: Checkpoint, seed: bytes = LOG, name: str = "/log") -> tuple[str, bytes]:
    signer = note_signer(f"{site.here.keyset.origin}{name}", seed)
    return _proof(site, note=sign_note(checkpoint.text, [signer]))


def _checkpoint(site: Published) -> Checkpoint:
    return Checkpoint.unverified(site.proof.note)


def changed_size(site: Published) -> tuple[str, bytes]:
    """Only the text is changed, so the signature is over another one."""
    size = _checkpoint(site).size
    return _proof(site, note=site.proof.note.replace(b"\n%d\n" % size, b"\n%d\n" % (size + 1), 1))


def wrong_size_signed_by_the_log(site: Published) -> tuple[str, bytes]:
    """The log itself signed the root under another size: the path no longer fits."""
    return _signed(site, replace(_checkpoint(site), size=_checkpoint(site).size * 4))


def size_below_the_entry(site: Published) -> tuple[str, bytes]:
    return _signed(site, replace(_checkpoint(site), size=site.index))


def another_root_signed_by_the_log(site: Published) -> tuple[str, bytes]:
    return _signed(site, replace(_checkpoint(site), root=root([b"x" * 32])))


def signed_by_a_stranger(site: Published) -> tuple[str, bytes]:
    return _signed(site, _checkpoint(site), STRANGER)


def of_another_log(site: Published) -> tuple[str, bytes]:
    return _signed(site, replace(_checkpoint(site), origin="gi.other.example/log"))


def _keys(site: Published, seed: bytes = ROOT, **changes: object) -> tuple[str, bytes]:
    changed = keyset(site.county, site.here.log_signer, **changes)
    return "/.well-known/gi-keys", publish(changed, note_signer(f"{changed.origin}/root", seed))


def keys_of_another_root(site: Published) -> tuple[str, bytes]:
    return _keys(site, STRANGER)


def keys_changed_after_signing(site: Published) -> tuple[str, bytes]:
    return "/.well-known/gi-keys", site.here.keyset_note.replace(b"seq 1\n", b"seq 2\n")


def keys_with_another_log(site: Published) -> tuple[str, bytes]:
    stranger = note_signer(f"{site.here.keyset.origin}/log", STRANGER)
    return _keys(site, logs=(LogKey(stranger.key, date(2026, 1, 1), date(2030, 1, 1)),))


def witness(seed: bytes = b"\x07" * 32) -> NoteSigner:
    """An outsider who countersigns."""
    signer = note_signer("witness.example/w1", seed)
    return NoteSigner(VerifierKey(signer.key.name, COSIGNATURE_V1, signer.key.public), signer.sign)


def keys_that_ask_for_a_witness(site: Published) -> tuple[str, bytes]:
    return _keys(site, witnesses=(witness().key,), quorum=1)


def not_a_proof(site: Published) -> tuple[str, bytes]:
    return f"/proof/{site.index}", b"<html>"


def not_a_note(site: Published) -> tuple[str, bytes]:
    return _proof(site, note=b"nothing\n")


FORGERIES: dict[Forgery, str] = {
    changed_entry: "text",
    respelt_entry: "text",
    keys_of_another_root: "keys",
    keys_changed_after_signing: "keys",
    keys_with_another_log: "checkpoint",
    keys_that_ask_for_a_witness: "checkpoint",
    changed_signature: "checkpoint",
    changed_size: "checkpoint",
    signed_by_a_stranger: "checkpoint",
    of_another_log: "checkpoint",
    not_a_note: "checkpoint",
    wrong_size_signed_by_the_log: "path",
    size_below_the_entry: "path",
    another_root_signed_by_the_log: "path",
    changed_path: "path",
    shorter_path: "path",
    longer_path: "path",
    another_index: "path",
    not_a_proof: "path",
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_one_is_refused_where_it_fails_and_nothing_after_it_passes(
    page: Page, published: Published, forge: Forgery
) -> None:
    path, body = forge(published)
    answer(page, path, body)
    conclusion, states = checked(page)
    assert conclusion.startswith(REFUSED)
    failed = FORGERIES[forge]
    assert states[failed] == "bad"
    assert all(states[step] != "bad" for step in STEPS if step != failed)
    assert "ok" not in [states[step] for step in STEPS[STEPS.index(failed) :]]


def test_an_entry_and_page_changed_alike_are_refused_by_the_path(page: Page, published: Published) -> None:
    """A site that shows a changed entry, and gives those very bytes, cannot make the path fit."""
    path, body = changed_entry(published)
    answer(page, path, body)
    page.evaluate("text => { document.getElementById('raw').textContent = text }", body.decode())
    conclusion, states = checked(page)
    assert conclusion.startswith(REFUSED)
    assert (states["text"], states["path"]) == ("ok", "bad")


@pytest.mark.parametrize(("seed", "ends"), [(b"\x07" * 32, HOLDS), (STRANGER, REFUSED)], ids=["good", "forged"])
def test_a_witness_counts_when_its_signature_is_good(page: Page, published: Published, seed: bytes, ends: str) -> None:
    answer(page, *_keys(published, witnesses=(witness().key,), quorum=1))
    text = split_note(published.proof.note)[0]
    at = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
    signer = replace(witness(), sign=witness(seed).sign)
    line = cosignature_line(text, signer, at)
    answer(page, *_proof(published, note=published.proof.note + line.encode()))
    assert checked(page)[0].startswith(ends)


def test_a_browser_without_ed25519_says_so_and_concludes_nothing(browser: Browser, published: Published) -> None:
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(
        "const own = crypto.subtle.importKey; crypto.subtle.importKey = function (format, key, algorithm, ...rest) {"
        " if (algorithm === 'Ed25519') throw new DOMException('', 'NotSupportedError');"
        " return own.call(this, format, key, algorithm, ...rest); }"
    )
    page = context.new_page()
    page.goto(f"{published.address}/ledger/entries/{published.index}")
    conclusion, states = checked(page)
    assert HOLDS not in conclusion
    assert "还不能下结论" in conclusion
    assert states == {"text": "ok", "keys": "na", "checkpoint": "na", "path": "ok"}
    answer(page, *changed_path(published))
    assert checked(page)[0].startswith(REFUSED)
    context.close()


def test_where_a_file_cannot_be_fetched_nothing_is_concluded(page: Page, published: Published) -> None:
    page.route(re.compile("/proof/"), lambda route: route.abort())
    conclusion, states = checked(page)
    assert "没有核对成" in conclusion
    assert set(states.values()) == {"na"}


def test_without_script_the_page_says_how_to_check(browser: Browser, published: Published) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{published.address}/ledger/entries/{published.index}")
    assert not page.get_by_role("button", name="在这台设备上核对").is_visible()
    assert page.get_by_text("没有开启脚本").is_visible()
    assert page.locator("a[href='/docs/ledger.md']").is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载证明文件").click()
    assert Path(download.value.path()).read_bytes() == published.proof.encode()
    context.close()
