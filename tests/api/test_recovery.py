"""The day the serial master is lost: every code is still proven, from the sealed exports and the recovery key alone."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.ceremony import RootPlace, new_recovery_key, root_place
from api.ceremony import recovery_beside as beside
from api.installation import RECOVERY_FILE, RECOVERY_PUBLIC, Installation
from api.jobs import exporting
from api.jobs.exporting import export_missing, exported, exports_folder, reader
from api.jobs.handlers import handlers, schedule
from gimark.clock import FixedClock, SystemClock
from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import mint
from gimark.codes.uri import CodeUri, parse_uri
from gimark.errors import GimarkError, InvalidInputError, KeyFileError, LedgerError, NotFoundError
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.nonce_export import export
from gimark.issuance.proving import prove_code
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.recovering import check_export, prove_from_export
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from gimark.issuance.verifying import verify_proof
from gimark.jobs.worker import Worker
from gimark.keys.age import Identity, seal, unseal
from gimark.keys.recovery import load_recovery
from tests.founded import COUNT, PASSPHRASE, Workshop


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own, its log published."""
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    copy.here.publish_checkpoint()
    yield copy
    copy.here.store.engine.dispose()


@pytest.fixture
def here(shop: Workshop) -> Installation:
    return shop.here


@pytest.fixture
def identity(here: Installation) -> Identity:
    return load_recovery(here.keys_folder / RECOVERY_FILE, PASSPHRASE.encode())


def urls(shop: Workshop, number: int = 1) -> list[str]:
    """The printed URIs of a run."""
    with shop.here.store.reading() as session:
        issued = issued_run(session, shop.here.keyring, number)
    minted = mint(issued.codes, *secrets_of(shop.here.keyring, issued), 0, issued.codes.count)
    return [row.tobytes().decode() for row in minted.uris]


def code_of(url: str) -> CodeUri:
    code = parse_uri(url)
    assert isinstance(code, CodeUri)
    return code


def file_of(here: Installation, number: int = 1) -> Path:
    assert here.recovery_key is not None
    return exports_folder(here, here.recovery_key) / f"{number}.age"


def prove(here: Installation, identity: Identity, url: str) -> bytes:
    read = reader(exports_folder(here, identity.recipient), identity)
    with here.store.reading() as session:
        return prove_from_export(session, read, here.keyset_note, code_of(url), here.store.clock.now())


def lose_the_serial_master(here: Installation) -> Installation:
    """The same installation in a new process, its serial master gone from the disk."""
    (here.keys_folder / "serial-1.key").unlink()
    again = Installation(here.settings, here.store, here.files)
    with pytest.raises(KeyFileError, match=r"serial-1\.key"):
        _ = again.keyring
    return again


def test_after_the_serial_master_is_lost_a_code_is_proven_as_it_was_before(shop: Workshop, identity: Identity) -> None:
    here = shop.here
    assert export_missing(here) == 1
    for url in (urls(shop)[0], urls(shop)[COUNT - 1]):
        with here.store.reading() as session:
            before = prove_code(session, here.keyring, here.keyset_note, code_of(url), here.store.clock.now())
        assert prove(here, identity, url) == before
    url = urls(shop)[7]
    lost = lose_the_serial_master(here)
    found = verify_proof(prove(lost, identity, url), here.root_key)
    assert (found.index, found.issue["run"]) == (7, 1)


def test_no_row_of_the_register_is_asked(shop: Workshop, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    here, url = shop.here, urls(shop)[3]
    export_missing(here)
    monkeypatch.setattr("gimark.issuance.proving.IssueRun", None)
    assert verify_proof(prove(here, identity, url), here.root_key).index == 3


def test_of_several_runs_of_a_lot_the_right_one_is_found(shop: Workshop, identity: Identity) -> None:
    here = shop.here
    with here.store.acting() as act:  # frees the mass of ten codes
        change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.VOID, ((0, 9),), "torn"))
        act.commit()
    issue_codes(here.store, here.keyring, shop.producer, IssueForm(shop.batch_ref, 10, "second run"))
    here.publish_checkpoint()
    assert export_missing(here) == 2
    found = verify_proof(prove(here, identity, urls(shop, 2)[4]), here.root_key)
    assert (found.issue["run"], found.index) == (2, 4)
    file_of(here, 2).unlink()
    with pytest.raises(NotFoundError, match="no export of the nonces of run 2"):
        prove(here, identity, urls(shop, 2)[4])
    assert verify_proof(prove(here, identity, urls(shop)[4]), here.root_key).index == 4


def test_a_forged_code_is_proven_by_nobody(shop: Workshop, identity: Identity) -> None:
    export_missing(shop.here)
    url = urls(shop)[0]
    for forged in (f"{url[:-4]}AAAA", url.replace(shop.run.lot, "OTHER"), url.partition("?")[0]):
        with pytest.raises(NotFoundError, match="no such code was issued"):
            prove(shop.here, identity, forged)


def test_the_worker_exports_each_run_once(shop: Workshop) -> None:
    here = shop.here
    schedule(here)
    worker = Worker(here.store, handlers(here))
    while worker.run_once():
        pass
    assert exported(file_of(here).parent) == [1]
    first = file_of(here).read_bytes()
    assert export_missing(here) == 0
    assert file_of(here).read_bytes() == first


def test_an_export_that_was_broken_off_is_made_by_the_next_turn(
    shop: Workshop, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shop.here

    def broken_off(*arguments: object) -> Iterator[bytes]:
        yield next(export(*arguments))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "export", broken_off)
        with pytest.raises(KeyboardInterrupt):
            export_missing(here)
    assert exported(file_of(here).parent) == []
    assert export_missing(here) == 1
    assert checked(here, identity) == COUNT


def test_with_the_wrong_serial_master_nothing_is_exported(shop: Workshop) -> None:
    here = shop.here
    other = SerialCipher(bytes(32), here.keyring.origin)
    here.keyring = replace(here.keyring, ciphers={1: other})
    with pytest.raises(LedgerError, match="do not lead to the root"):
        export_missing(here)
    assert not file_of(here).exists()


def checked(here: Installation, identity: Identity, number: int = 1) -> int:
    with here.store.reading() as session:
        return check_export(session, reader(file_of(here).parent, identity), number, here.keyset.hosts[0])


def test_every_damage_to_an_export_is_found(shop: Workshop, identity: Identity) -> None:
    here = shop.here
    export_missing(here)
    whole = file_of(here).read_bytes()
    assert checked(here, identity) == COUNT
    plain = io.BytesIO()
    unseal(io.BytesIO(whole), identity, plain, "x")
    content = plain.getvalue()
    row = content.index(b"\n") + 1
    swapped = content[:row] + content[row + 29 : row + 58] + content[row : row + 29] + content[row + 58 :]
    inside = (content[:-29], content + content[-29:], swapped, content.replace(b"gi-nonces/v1", b"gi-nonces/v2"), b"")
    outside = (whole[:-1], whole[:200], whole[:-1] + bytes([whole[-1] ^ 1]), b"")
    for damaged in outside:
        file_of(here).write_bytes(damaged)
        with pytest.raises(InvalidInputError, match=r"1\.age: it does not open"):
            checked(here, identity)
    for damaged in inside:
        with file_of(here).open("wb") as file:
            seal([damaged], identity.recipient, file)
        with pytest.raises(InvalidInputError, match=r"1\.age: the export of nonces does not hold"):
            checked(here, identity)


def test_another_runs_export_is_not_taken_for_this_one(shop: Workshop, identity: Identity) -> None:
    here = shop.here
    export_missing(here)
    shutil.copy(file_of(here), file_of(here, 2))
    with pytest.raises(InvalidInputError, match="does not agree with the ledger"):
        checked(here, identity, 2)


def test_the_wrong_passphrase_or_another_recovery_key_opens_nothing(
    shop: Workshop, identity: Identity, tmp_path: Path
) -> None:
    here = shop.here
    export_missing(here)
    with pytest.raises(KeyFileError, match="passphrase does not open"):
        load_recovery(here.keys_folder / RECOVERY_FILE, b"another passphrase")
    (here.keys_folder / RECOVERY_FILE).chmod(0o640)
    with pytest.raises(KeyFileError, match="others have access"):
        load_recovery(here.keys_folder / RECOVERY_FILE, PASSPHRASE.encode())
    with pytest.raises(InvalidInputError, match="not sealed to this key"):
        checked(here, Identity.new())


def test_a_new_recovery_key_gets_exports_of_its_own_and_the_old_ones_stay(
    shop: Workshop, identity: Identity, tmp_path: Path
) -> None:
    here = shop.here
    export_missing(here)
    before = file_of(here)
    new_recovery_key(here, RootPlace(tmp_path / "new.age", b"a passphrase of its own"))
    assert (here.keys_folder / "recovery-1.pub").read_text() == f"{identity.recipient}\n"
    assert export_missing(here) == 1
    assert file_of(here) != before
    assert before.exists()
    assert checked(here, load_recovery(tmp_path / "new.age", b"a passphrase of its own")) == COUNT


def test_without_a_recovery_key_nothing_is_exported_and_the_public_half_is_read_strictly(shop: Workshop) -> None:
    public = shop.here.keys_folder / RECOVERY_PUBLIC
    text = public.read_text()
    for damaged in ("", "age1", text.replace("age1", "AGE1", 1), "ssh-ed25519 AAAA"):
        public.write_text(damaged)
        with pytest.raises(GimarkError, match="not the public half of a recovery key"):
            export_missing(shop.here)
    public.unlink()
    assert export_missing(shop.here) == 0
    assert not (shop.here.settings.data_dir / "nonces").exists()


def test_the_recovery_key_is_founded_beside_the_roots(here: Installation) -> None:
    place = beside(root_place(here.settings, None, None))
    assert load_recovery(place.path, place.passphrase).recipient == here.recovery_key
