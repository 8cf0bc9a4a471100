"""The life of issuing keys: each act whole or not at all, told by the key set, and heeded by whoever signs."""

import hashlib
from base64 import b64decode
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api import ceremony
from api.ceremony import RootPlace, open_root, root_place
from api.installation import KEYS_NOTE, Installation
from api.jobs.handlers import handlers, schedule
from gimark import audit
from gimark.clock import FixedClock, SystemClock, local_day
from gimark.codes.minting import mint
from gimark.errors import ConflictError, InvalidInputError, KeyFileError, LedgerError, NotFoundError
from gimark.issuance.issuing import IssueForm, issue_order, order_codes
from gimark.issuance.model import IssueRun
from gimark.issuance.signing import issued_run, secrets_of
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import ISSUE_CODES
from gimark.jobs.worker import Worker
from gimark.keys.files import create_ed25519
from gimark.keys.keyset import KeyState
from gimark.keys.note import NoteSigner
from gimark.ledger import book, entries
from tests.founded import Workshop

DAY = timedelta(days=1)


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own, the day after it was founded."""
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now() + DAY))
    yield copy
    copy.here.store.engine.dispose()


@pytest.fixture
def here(shop: Workshop) -> Installation:
    return shop.here


@pytest.fixture
def root(here: Installation) -> NoteSigner:
    return open_root(here, root_place(here.settings, None, None))


def today(here: Installation) -> date:
    return local_day(here.store.clock.now())


def logged(here: Installation) -> list[dict[str, object]]:
    with here.store.reading() as session:
        return [entries.decode(body) for body in book.entries(session, 0, book.size(session))]


def told(here: Installation) -> list[object]:
    """What is wrong between ledger, tables and the published note; nothing when all is well."""
    with here.store.reading() as session:
        differences: list[object] = list(audit.differences(session))
    published = [entry for entry in logged(here) if entry["type"] == "keyset.publish"][-1]
    note = (here.settings.published / KEYS_NOTE).read_bytes()
    if b64decode(str(published["sha256"])) != hashlib.sha256(note).digest():
        differences.append("the published note is not the one of the last entry")
    return differences


def work(here: Installation) -> None:
    worker = Worker(here.store, handlers(here))
    while worker.run_once():
        pass


def test_a_new_key_is_told_and_signs_the_next_runs(shop: Workshop, here: Installation, root: NoteSigner) -> None:
    _ = here.keyring  # opened before the key was made, as in a worker that runs
    kid = ceremony.add_key(here, root)
    assert kid == "0002"
    assert (here.keyset.seq, [key.kid for key in here.keyset.keys]) == (2, ["0001", "0002"])
    assert [str(entry["type"]) for entry in logged(here)[-2:]] == ["key.add", "keyset.publish"]
    assert here.keyring.issuing_on(today(here)).signer.kid == "0002"
    assert told(here) == []


def test_a_running_worker_takes_up_a_new_key(shop: Workshop, here: Installation, root: NoteSigner) -> None:
    elsewhere = Installation(here.settings, here.store, here.files)
    assert elsewhere.keyring.issuing_on(today(here)).signer.kid == "0001"
    ceremony.add_key(here, root)
    order = order_codes(here.store, shop.producer, IssueForm(shop.batch_ref, 1, "after the new key"))
    _enqueue_issue(shop, order)
    work(elsewhere)
    with here.store.reading() as session:
        assert session.scalars(select(IssueRun.kid).order_by(IssueRun.number.desc())).first() == "0002"


def test_a_key_for_a_later_day_waits_for_it(here: Installation, root: NoteSigner) -> None:
    ceremony.add_key(here, root, today(here) + 30 * DAY)
    assert here.keyring.issuing_on(today(here)).signer.kid == "0001"
    assert here.keyring.issuing_on(today(here) + 30 * DAY).signer.kid == "0002"


def test_the_same_command_again_makes_no_second_key(here: Installation, root: NoteSigner) -> None:
    ceremony.add_key(here, root)
    before = logged(here), sorted(here.keys_folder.iterdir())
    with pytest.raises(ConflictError, match="0002 begins on"):
        ceremony.add_key(here, root)
    assert (logged(here), sorted(here.keys_folder.iterdir())) == before


@pytest.mark.parametrize(("begins", "lasts"), [(-1, 30), (0, 400), (5, -1)])
def test_a_term_that_cannot_be_leaves_nothing(here: Installation, root: NoteSigner, begins: int, lasts: int) -> None:
    first = today(here) + begins * DAY
    before = logged(here), sorted(here.keys_folder.iterdir())
    with pytest.raises(InvalidInputError):
        ceremony.add_key(here, root, first, first + lasts * DAY)
    assert (logged(here), sorted(here.keys_folder.iterdir())) == before


def test_a_key_file_that_a_crash_left_is_the_one_that_is_entered(here: Installation, root: NoteSigner) -> None:
    left = create_ed25519(here.keys_folder / "issuing-0002.pem", here.settings.secret())
    ceremony.add_key(here, root)
    assert here.keyset.keys[1].public == left


def test_a_note_that_a_crash_kept_in_is_put_out_by_the_worker(
    here: Installation, root: NoteSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Installation, "put_out_keys", _die)
        with pytest.raises(KeyboardInterrupt):
            ceremony.renew_key_set(here, root)
    assert here.keyset.seq == 1
    assert told(here) == ["the published note is not the one of the last entry"]
    schedule(here)
    work(here)
    assert here.keyset.seq == 2
    assert told(here) == []


def test_a_key_set_is_renewed_before_it_ends(here: Installation, root: NoteSigner) -> None:
    before = here.keyset
    after = ceremony.renew_key_set(here, root)
    assert after.seq == before.seq + 1
    assert after.expires_at == before.expires_at + DAY
    assert after.keys == before.keys
    assert told(here) == []


def test_a_retired_key_signs_no_new_run_and_makes_its_old_codes_again(
    shop: Workshop, here: Installation, root: NoteSigner
) -> None:
    with here.store.reading() as session:
        issued = issued_run(session, here.keyring, shop.run.number)
    before = mint(issued.codes, *secrets_of(here.keyring, issued), 0, 3).uris.tobytes()
    ceremony.add_key(here, root)
    ceremony.retire_key(here, root, "0001")
    assert here.keyset.keys[0].state is KeyState.RETIRED
    assert here.keyring.issuing_on(today(here)).signer.kid == "0002"
    assert mint(issued.codes, *secrets_of(here.keyring, issued), 0, 3).uris.tobytes() == before
    assert told(here) == []


def test_the_last_key_in_term_is_not_retired(here: Installation, root: NoteSigner) -> None:
    ceremony.add_key(here, root, today(here) + DAY)
    with pytest.raises(ConflictError, match="gimark keys add"):
        ceremony.retire_key(here, root, "0001")
    assert here.keyset.keys[0].state is KeyState.ACTIVE


def test_a_revoked_key_signs_nothing_and_only_runs_logged_before_are_confirmed(
    shop: Workshop, here: Installation, root: NoteSigner
) -> None:
    with here.store.reading() as session:
        issued, size = issued_run(session, here.keyring, shop.run.number), book.size(session)
    assert ceremony.revoke_key(here, root, "0001") == size > shop.run.ledger_index
    [key] = here.keyset.keys
    assert (key.state, key.revoked_at) == (KeyState.REVOKED, size)
    with pytest.raises(ConflictError, match="0001"):
        secrets_of(here.keyring, issued)
    with pytest.raises(KeyFileError, match="gimark keys add"):
        here.keyring.issuing_on(today(here))
    assert told(here) == []


def test_a_run_is_not_made_official_with_a_key_that_was_withdrawn_on_the_way(
    shop: Workshop, here: Installation, root: NoteSigner
) -> None:
    order = order_codes(here.store, shop.producer, IssueForm(shop.batch_ref, 1, "on the way"))
    stale = here.keyring
    ceremony.revoke_key(here, root, "0001")
    with pytest.raises(ConflictError, match="kid"):
        issue_order(here.store, stale, shop.producer, order)


def test_what_is_done_to_a_key_is_never_taken_back(here: Installation, root: NoteSigner) -> None:
    ceremony.revoke_key(here, root, "0001")
    before = logged(here)
    for again in (ceremony.retire_key, ceremony.revoke_key):
        with pytest.raises(ConflictError, match="0001 is revoked"):
            again(here, root, "0001")
    with pytest.raises(NotFoundError, match="gimark keys show"):
        ceremony.revoke_key(here, root, "00ff")
    assert logged(here) == before


def test_another_root_key_is_refused_by_name(here: Installation, tmp_path: Path) -> None:
    create_ed25519(tmp_path / "other.pem", b"another passphrase of its own")
    with pytest.raises(KeyFileError, match="not the root key of this installation"):
        open_root(here, RootPlace(tmp_path / "other.pem", b"another passphrase of its own"))


def test_a_root_key_off_line_opens_with_its_own_passphrase_file(here: Installation, tmp_path: Path) -> None:
    away, passphrase = tmp_path / "away.pem", tmp_path / "root.passphrase"
    (here.keys_folder / "root.pem").replace(away)
    passphrase.write_bytes(here.settings.secret() + b"\n")
    passphrase.chmod(0o600)
    assert open_root(here, root_place(here.settings, away, passphrase)).key == here.root_key
    with pytest.raises(KeyFileError, match=r"root\.pem"):
        open_root(here, root_place(here.settings, None, None))


def test_an_old_database_puts_out_no_old_key_set_and_the_next_one_follows_what_is_out(
    here: Installation, root: NoteSigner
) -> None:
    here.store.engine.dispose()
    old = (here.settings.data_dir / "gimark.db").read_bytes()
    ceremony.renew_key_set(here, root)
    newer = (here.settings.published / KEYS_NOTE).read_bytes()
    here.store.engine.dispose()
    (here.settings.data_dir / "gimark.db").write_bytes(old)
    here.put_out_keys()
    assert (here.settings.published / KEYS_NOTE).read_bytes() == newer
    assert ceremony.renew_key_set(here, root).seq == 3


def test_a_key_that_an_old_database_has_forgotten_is_never_dropped(here: Installation, root: NoteSigner) -> None:
    here.store.engine.dispose()
    old = (here.settings.data_dir / "gimark.db").read_bytes()
    ceremony.add_key(here, root)
    here.store.engine.dispose()
    (here.settings.data_dir / "gimark.db").write_bytes(old)
    before = logged(here)
    with pytest.raises(LedgerError, match="key 0002 is gone"):
        ceremony.renew_key_set(here, root)
    assert logged(here) == before


def _die(_here: Installation) -> None:
    raise KeyboardInterrupt


def _enqueue_issue(shop: Workshop, order: str) -> None:
    with shop.here.store.acting() as act:
        enqueue(act, ISSUE_CODES, f"{ISSUE_CODES}:{order}", {"order": order, "user": shop.producer.user_id})
        act.commit()
