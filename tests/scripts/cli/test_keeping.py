"""`gimark backup`, `restore`, `upgrade` and `store copy` as commands: what they say, and how they refuse."""

from collections.abc import Iterator

import pytest

from tests.founded import Workshop
from tests.scripts.command import Gimark, forking


@pytest.fixture(scope="module")
def gimark(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gimark]:
    """The command on a copy of a workshop that is published to its end."""
    shop = workshop.copy(tmp_path_factory.mktemp("keeping"))
    shop.here.publish_checkpoint()
    shop.here.store.engine.dispose()
    with forking() as process:
        yield Gimark(process, shop.here.settings.data_dir)


def test_a_backup_comes_back_and_its_ledger_is_checked(gimark: Gimark) -> None:
    said = gimark("backup", "data.zip", "--keys", "keys.zip").out
    assert "data.zip" in said
    assert "keys.zip" in said
    said = gimark("restore", "data.zip", "--keys", "keys.zip", "--into", "back").out
    assert "agree with the tables" in said
    assert (gimark.folder / "back" / "keys" / "log.pem").stat().st_mode & 0o077 == 0
    gimark("ledger", "publish", GIMARK_DATA_DIR=str(gimark.folder / "back"))


def test_a_folder_gets_an_archive_named_by_its_second(gimark: Gimark) -> None:
    (gimark.folder / "nightly").mkdir()
    gimark("backup", "nightly")
    [archive] = (gimark.folder / "nightly").iterdir()
    assert archive.name.startswith("gimark-data-")
    assert archive.suffix == ".zip"


def test_what_is_refused_is_said_in_one_line_of_both_languages(gimark: Gimark) -> None:
    gimark("backup", "once.zip")
    assert "exists" in gimark.refused("backup", "once.zip")
    assert "one file" in gimark.refused("backup", "both.zip", "--keys", "both.zip")
    assert "cannot be written" in gimark.refused("backup", "no/such/folder.zip")
    assert "there is no file" in gimark.refused("restore", "nothing.zip", "--into", "new")
    assert "broken off" in gimark.refused("restore", gimark.data_dir / "signer-state.json", "--into", "new")
    assert "holds something already" in gimark.refused("restore", "once.zip")
    assert "no URL" in gimark.refused("store", "copy", "--to", "mysql://somewhere/else")
    assert "must be sqlite" in gimark.refused("restore", "once.zip", "--into", "new", "--database", "nonsense")
    assert not (gimark.folder / "new").exists()


def test_an_upgrade_with_nothing_to_do_says_so_and_backs_nothing_up(gimark: Gimark) -> None:
    assert "already" in gimark("upgrade").out
    assert not (gimark.data_dir / "backups").exists()


def test_a_store_is_copied_and_checked_and_never_over_another(gimark: Gimark) -> None:
    url = f"sqlite:///{gimark.folder / 'copy.db'}"
    assert "agree with the tables" in gimark("store", "copy", "--to", url).out
    assert "not empty" in gimark.refused("store", "copy", "--to", url)
    assert "agree with the tables" in gimark("ledger", "check", GIMARK_DATABASE_URL=url).out
