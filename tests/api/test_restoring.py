"""Backups made at work, and what a restore refuses: the place stays as it was then."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.backup import back_up, back_up_keys
from api.installation import SIGNER_STATE, Installation, note_signer, open_installation
from api.occupancy import LOCK_FILE, alone_at_work, at_work
from api.restoring import Sources, restore
from api.upgrading import check_schema, upgrade
from gimark import audit
from gimark.errors import ConflictError, GimarkError, InvalidInputError, LedgerError, StoreFailedError
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from gimark.ledger.check import check_folder, check_log
from gimark.ledger.signing import adopt_state
from gimark.upkeep.archive import reading
from tests.founded import PASSPHRASE, Workshop, settings_for


def nobody(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose log is published to its end."""
    shop = workshop.copy(tmp_path / "shop")
    shop.here.publish_checkpoint()
    yield shop
    shop.here.store.engine.dispose()


@pytest.fixture
def backup(shop: Workshop, tmp_path: Path) -> Sources:
    """Its backups."""
    data, keys = tmp_path / "data.zip", tmp_path / "keys.zip"
    back_up(shop.here, data, nobody)
    back_up_keys(shop.here, keys)
    return Sources(data, keys)


def activate(shop: Workshop, first: int) -> None:
    """One more act, published."""
    with shop.here.store.acting() as act:
        change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.ACTIVATE, ((first, first),)))
        act.commit()
    shop.here.publish_checkpoint()


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but the database's own and locks."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("gimark.db") and path.suffix != ".lock"
    }


def faults_of(here: Installation) -> list[object]:
    with here.store.reading() as session:
        return [
            *check_log(session),
            *check_folder(session, here.settings.published, here.trust),
            *audit.differences(session),
        ]


def test_no_key_is_in_a_backup_of_data_and_nothing_else_in_one_of_keys(shop: Workshop, backup: Sources) -> None:
    assert backup.keys is not None
    with reading(backup.data, "data") as data, reading(backup.keys, "keys") as keys:
        assert [name for name in data.names if name.startswith("keys/")] == ["keys/root.vkey"]
        assert {name.partition("/")[0] for name in keys.names} == {"keys"}
        assert "keys/serial-1.key" in keys.names
    for archive in (backup.data, backup.keys):
        assert PASSPHRASE.encode() not in archive.read_bytes()


def test_what_was_backed_up_comes_back(shop: Workshop, backup: Sources, tmp_path: Path) -> None:
    (shop.here.settings.data_dir / "files" / ("a" * 64)).write_bytes(b"labels")
    back_up(shop.here, tmp_path / "second.zip", nobody)
    settings = settings_for(tmp_path / "back")
    sources = Sources(tmp_path / "second.zip", backup.keys)
    done = restore(settings, sources, nobody, replaces=False, clock=shop.here.store.clock)
    assert done.has_memory
    assert content(settings.data_dir) == content(shop.here.settings.data_dir)
    here = open_installation(settings)
    assert faults_of(here) == []
    assert here.publish_checkpoint() == (settings.published / "checkpoint").read_bytes()
    here.store.engine.dispose()


def test_a_backup_made_while_acts_are_published_is_one_moment(shop: Workshop, tmp_path: Path) -> None:
    """Were the database and the published log of two moments, the signer would refuse to go on."""
    stop = threading.Event()

    def work() -> None:
        for first in range(50):
            if stop.is_set():
                return
            activate(shop, first)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            back_up(shop.here, tmp_path / f"{number}.zip", nobody)
    finally:
        stop.set()
        worker.join()
    back_up_keys(shop.here, tmp_path / "keys.zip")
    sizes = []
    for number in range(5):
        settings = settings_for(tmp_path / f"back-{number}")
        sources = Sources(tmp_path / f"{number}.zip", tmp_path / "keys.zip")
        sizes.append(restore(settings, sources, nobody, replaces=False, clock=shop.here.store.clock).size)
        here = open_installation(settings)
        here.publish_checkpoint()
        assert faults_of(here) == []
        here.store.engine.dispose()
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_a_place_that_holds_anything_is_refused(shop: Workshop, backup: Sources, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").touch()
    with pytest.raises(ConflictError, match="holds something already"):
        restore(settings_for(tmp_path / "full"), backup, nobody, replaces=False, clock=shop.here.store.clock)
    assert content(tmp_path / "full") == {"letter": b""}


@pytest.mark.postgres
def test_a_database_that_holds_anything_is_refused(
    shop: Workshop, backup: Sources, tmp_path: Path, postgres_engine: object
) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    settings = settings_for(tmp_path / "back", database_url=url)
    with pytest.raises(ConflictError, match="not empty"):
        restore(settings, backup, nobody, replaces=False, clock=shop.here.store.clock)
    assert not settings.data_dir.exists()


def test_a_broken_archive_leaves_the_place_as_it_was(shop: Workshop, backup: Sources, tmp_path: Path) -> None:
    whole = backup.data.read_bytes()
    backup.data.write_bytes(whole[:-30])
    before = content(shop.here.settings.data_dir)
    for settings, replaces in ((settings_for(tmp_path / "new"), False), (shop.here.settings, True)):
        with pytest.raises(InvalidInputError, match="broken off"):
            restore(settings, backup, nobody, replaces=replaces, clock=shop.here.store.clock)
    assert content(shop.here.settings.data_dir) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.zip", "keys.zip", "shop"]


def test_a_backup_that_is_older_than_what_was_published_is_refused_with_the_remedy(
    shop: Workshop, backup: Sources, tmp_path: Path
) -> None:
    activate(shop, 0)
    before = content(shop.here.settings.data_dir)
    with pytest.raises(LedgerError, match="gimark ledger rebuild") as refused:
        restore(shop.here.settings, backup, nobody, replaces=True, clock=shop.here.store.clock)
    assert "the backup is too old" in str(refused.value)
    assert content(shop.here.settings.data_dir) == before
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["data"]


def test_so_is_one_that_only_the_signers_memory_knows_to_be_older(shop: Workshop, backup: Sources) -> None:
    activate(shop, 0)
    data_dir = shop.here.settings.data_dir
    shutil.rmtree(data_dir / "published")
    with pytest.raises(LedgerError, match="too old"):
        restore(shop.here.settings, backup, nobody, replaces=True, clock=shop.here.store.clock)
    (data_dir / SIGNER_STATE).write_bytes(b"{}")
    with pytest.raises(LedgerError, match="is damaged"):
        restore(shop.here.settings, backup, nobody, replaces=True, clock=shop.here.store.clock)


def test_with_the_published_log_an_older_backup_is_brought_to_where_the_log_was(
    shop: Workshop, backup: Sources
) -> None:
    activate(shop, 0)
    data_dir = shop.here.settings.data_dir
    shop.here.store.engine.dispose()
    sources = Sources(backup.data, backup.keys, data_dir / "published")
    done = restore(shop.here.settings, sources, nobody, replaces=True, clock=shop.here.store.clock)
    assert done.has_memory
    assert done.put_aside is not None
    here = open_installation(settings_for(data_dir))
    with here.store.reading() as session:
        assert book.size(session) == done.size
    [missing] = faults_of(here)  # the row of the act after the backup, and nothing else
    assert "run.activate" in str(missing)
    note = here.publish_checkpoint()
    assert note == (done.put_aside / "published" / "checkpoint").read_bytes()
    here.store.engine.dispose()


def test_after_a_loss_of_everything_a_mirror_is_enough_but_the_signer_is_asked_to_adopt(
    shop: Workshop, backup: Sources, tmp_path: Path
) -> None:
    activate(shop, 0)
    mirror = tmp_path / "mirror"
    shutil.copytree(shop.here.settings.published, mirror)
    settings = settings_for(tmp_path / "new-machine")
    sources = Sources(backup.data, backup.keys, mirror)
    done = restore(settings, sources, nobody, replaces=False, clock=shop.here.store.clock)
    assert not done.has_memory
    here = open_installation(settings)
    with pytest.raises(LedgerError, match="gimark ledger adopt"):
        here.publish_checkpoint()
    adopt_state(settings.data_dir / SIGNER_STATE, (settings.published / "checkpoint").read_bytes(), here.trust)
    assert here.publish_checkpoint() == (mirror / "checkpoint").read_bytes()
    here.store.engine.dispose()


def test_a_backup_with_another_history_is_refused(
    shop: Workshop, backup: Sources, workshop: Workshop, tmp_path: Path
) -> None:
    other = workshop.copy(tmp_path / "other")
    activate(other, 7)  # the same keys and the same size, another act
    activate(shop, 0)
    back_up(other.here, tmp_path / "other.zip", nobody)
    other.here.store.engine.dispose()
    with pytest.raises(LedgerError, match="are not those that were published"):
        restore(
            shop.here.settings,
            Sources(tmp_path / "other.zip"),
            nobody,
            replaces=True,
            clock=shop.here.store.clock,
        )


def test_keys_of_another_installation_are_refused(shop: Workshop, backup: Sources, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(shop.here.keys_folder, other / "keys")
    root = note_signer("gi.other.example/root", b"\x05" * 32).key
    (other / "keys" / "root.vkey").write_text(f"{root}\n", encoding="utf-8")
    back_up_keys(Installation(settings_for(other), shop.here.store, shop.here.files), tmp_path / "other.zip")
    with pytest.raises(GimarkError, match="another installation's"):
        restore(
            settings_for(tmp_path / "back"),
            Sources(backup.data, tmp_path / "other.zip"),
            nobody,
            replaces=False,
            clock=shop.here.store.clock,
        )
    assert not (tmp_path / "back").exists()


def test_what_is_served_is_neither_replaced_nor_upgraded(shop: Workshop, backup: Sources) -> None:
    with at_work(shop.here.settings.data_dir):
        with pytest.raises(ConflictError, match="is running"):
            restore(shop.here.settings, backup, nobody, replaces=True, clock=shop.here.store.clock)
        with pytest.raises(ConflictError, match="is running"):
            upgrade(shop.here, None, nobody, accepts_differences=False)
    with (
        alone_at_work(shop.here.settings.data_dir),
        pytest.raises(ConflictError, match="Start again when that has ended"),
        at_work(shop.here.settings.data_dir),
    ):
        pass
    assert (shop.here.settings.data_dir / LOCK_FILE).exists()


def test_an_old_schema_is_refused_with_the_command_that_mends_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gimark.migrations.head", lambda: "9000")
    with pytest.raises(StoreFailedError, match="gimark upgrade"):
        check_schema(shop.here)


def test_a_backup_is_refused_where_there_is_no_folder(shop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(StoreFailedError, match="cannot be written"):
        back_up(shop.here, tmp_path / "no such folder" / "data.zip", nobody)
