"""Founding: everything at once, under keys that only their owner can read, or nothing."""

import hashlib
import json
import shutil
import stat
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.founding import found, last_day
from api.installation import Installation, open_installation
from gimark import audit
from gimark.accounts.actions import verify_password
from gimark.accounts.rules import Role
from gimark.clock import local_day
from gimark.errors import ConflictError, GimarkError, InvalidInputError, KeyFileError, StoreFailedError
from gimark.keys import keyset, statuslist
from gimark.keys.note import VerifierKey
from gimark.ledger import book, entries
from gimark.ledger.check import check_folder, check_log
from gimark.ledger.checkpoints import open_checkpoint
from tests.founded import HOST, PASSPHRASE, YUNXI, Founding, settings_for


@pytest.fixture
def here(founding: Founding, tmp_path: Path) -> Iterator[Installation]:
    """A copy of an installation just founded."""
    copy = founding.copy(tmp_path)
    yield copy
    copy.store.engine.dispose()


def ledger(here: Installation) -> list[dict[str, object]]:
    with here.store.reading() as session:
        return [entries.decode(body) for body in book.entries(session, 0, book.size(session))]


def test_keys_are_made_for_their_owner_alone(founding: Founding) -> None:
    keys = founding.data_dir / "keys"
    secret = {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir() if path.name != "root.vkey"}
    names = ["issuing-0001.pem", "log.pem", "recovery.age", "recovery.pub", "root.pem", "serial-1.key"]
    assert secret == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert stat.S_IMODE(founding.data_dir.stat().st_mode) == 0o700
    assert PASSPHRASE.encode() not in b"".join(path.read_bytes() for path in keys.iterdir())


def test_the_root_key_that_was_told_is_the_one_that_signs_the_key_set(founding: Founding) -> None:
    published = founding.data_dir / "published" / ".well-known"
    assert (founding.data_dir / "keys" / "root.vkey").read_text().strip() == founding.told.root_vkey
    keys = keyset.read_published((published / "gi-keys").read_bytes(), VerifierKey.parse(founding.told.root_vkey))
    assert (keys.origin, keys.hosts, keys.seq) == (HOST, (HOST,), 1)
    [key] = keys.keys
    assert key.until_on == last_day(key.from_on, 13)


def test_the_keys_and_the_key_set_stand_in_the_ledger(here: Installation) -> None:
    [added] = [entry for entry in ledger(here) if entry["type"] == "key.add"]
    [published] = [entry for entry in ledger(here) if entry["type"] == "keyset.publish"]
    [key] = here.keyset.keys
    assert (added["kid"], b64decode(str(added["pub"])), added["by"]) == (key.kid, key.public, "root")
    assert b64decode(str(published["sha256"])) == hashlib.sha256(here.keyset_note).digest()


def test_the_first_checkpoint_and_the_status_list_are_published_and_verify(here: Installation) -> None:
    checkpoint = open_checkpoint((here.settings.published / "checkpoint").read_bytes(), here.trust)
    status = statuslist.read_published((here.settings.published / ".well-known/gi-status").read_bytes(), here.keyset)
    with here.store.reading() as session:
        assert checkpoint.size == book.size(session) > 2
        assert checkpoint.root == book.root(session, checkpoint.size)
        assert list(check_log(session)) == list(check_folder(session, here.settings.published, here.trust)) == []
        assert list(audit.differences(session)) == []
    assert (status.seq, status.lots, status.codes) == (checkpoint.size, {}, frozenset())


def test_the_jwks_says_the_keys_of_the_key_set(here: Installation) -> None:
    [key] = json.loads((here.settings.published / ".well-known/jwks.json").read_bytes())["keys"]
    assert key["kid"] == "0001"
    assert b64decode(key["x"] + "=", altchars=b"-_") == here.keyset.keys[0].public


def test_what_was_made_signs_and_numbers_codes(here: Installation) -> None:
    keyring = here.keyring
    key = keyring.issuing_on(local_day(here.store.clock.now()))
    assert key.signer.kid == "0001"
    [(epoch, place)] = keyring.places(bytes(keyring.ciphers[1].encode(7, 3, 1)[0]).decode())
    assert (epoch, place) == (1, (7, 3))


def test_two_users_enter_with_passwords_that_must_be_changed(here: Installation, founding: Founding) -> None:
    signed_in = {
        name: verify_password(here.store, name, password) for name, password in founding.told.passwords.items()
    }
    assert {name: entered.actor.role for name, entered in signed_in.items()} == {
        "admin": Role.ADMINISTRATOR,
        "regulator": Role.REGULATOR_LEAD,
    }
    assert all(entered.must_change_password for entered in signed_in.values())


def test_a_profile_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    shutil.copytree(YUNXI, profile)
    items = profile / "trade_items.csv"
    items.write_text(items.read_text(encoding="utf-8").replace("9521123000261", "9521123000262"), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="gtin"):
        found(settings_for(tmp_path / "data"), profile, HOST, HOST)
    assert [path.name for path in tmp_path.iterdir()] == ["profile"]


@pytest.mark.parametrize(("origin", "host"), [("two words", HOST), ("", HOST), (HOST, f"https://{HOST}"), (HOST, "")])
def test_a_bad_origin_or_host_leaves_nothing(tmp_path: Path, origin: str, host: str) -> None:
    with pytest.raises(InvalidInputError):
        found(settings_for(tmp_path / "data"), YUNXI, origin, host)
    assert list(tmp_path.iterdir()) == []


def test_a_short_passphrase_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="passphrase"):
        found(settings_for(tmp_path / "data", passphrase="elevenbytes"), YUNXI, HOST, HOST)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_anything_in_it_is_never_founded_in(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").write_text("precious")
    with pytest.raises(ConflictError, match="data_dir"):
        found(settings_for(tmp_path / "data"), YUNXI, HOST, HOST)
    assert [path.name for path in tmp_path.rglob("*")] == ["data", "mine"]


def test_a_file_in_the_place_of_the_folder_is_refused_plainly(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("precious")
    with pytest.raises(ConflictError, match="data_dir"):
        found(settings_for(tmp_path / "data"), YUNXI, HOST, HOST)
    assert (tmp_path / "data").read_text() == "precious"


def test_a_place_where_no_folder_can_be_made_is_refused_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailedError, match="data_dir"):
        found(settings_for(tmp_path / "file" / "data"), YUNXI, HOST, HOST)


def test_a_database_that_holds_a_ledger_is_never_founded_on(founding: Founding, tmp_path: Path) -> None:
    shutil.copy(founding.data_dir / "gimark.db", tmp_path / "shared.db")
    before = (tmp_path / "shared.db").read_bytes()
    with pytest.raises(ConflictError, match="database"):
        found(settings_for(tmp_path / "data", database_url=f"sqlite:///{tmp_path}/shared.db"), YUNXI, HOST, HOST)
    assert [path.name for path in tmp_path.iterdir()] == ["shared.db"]
    assert (tmp_path / "shared.db").read_bytes() == before


def test_opening_where_nothing_was_founded_makes_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="gimark init"):
        open_installation(settings_for(tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "spoil", "remedy"),
    [
        ("serial-1.key", Path.unlink, "restore it from its backup"),
        ("log.pem", Path.unlink, "restore it from its backup"),
        ("issuing-0001.pem", lambda path: path.chmod(0o640), "chmod 600"),
        ("serial-1.key", lambda path: path.chmod(0o604), "chmod 600"),
        ("issuing-0001.pem", lambda path: path.write_bytes(path.read_bytes()[:-40]), "Restore it from its backup"),
        ("root.vkey", lambda path: path.write_bytes(b"\xff\xfe"), "gimark init"),
    ],
)
def test_a_spoilt_key_file_is_named_with_its_remedy(here: Installation, name: str, spoil: object, remedy: str) -> None:
    spoil(here.keys_folder / name)  # type: ignore[operator]
    with pytest.raises(KeyFileError, match=remedy) as caught:
        _ = here.keyring, here.log_signer
    assert caught.value.faults[0].field == name


def test_a_wrong_passphrase_is_told_without_being_shown(here: Installation) -> None:
    here.settings = settings_for(here.settings.data_dir, passphrase="some other passphrase")
    for opened in (lambda: here.keyring, lambda: here.log_signer):
        with pytest.raises(KeyFileError, match="passphrase does not open") as caught:
            opened()
        assert "some other passphrase" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_passphrase_file_that_others_may_read_opens_nothing(here: Installation, tmp_path: Path, mode: int) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    (tmp_path / "passphrase").chmod(mode)
    data = here.settings.data_dir
    here.settings = settings_for(data, passphrase=None, passphrase_file=tmp_path / "passphrase")
    with pytest.raises(GimarkError, match="chmod 600"):
        _ = here.keyring
    (tmp_path / "passphrase").chmod(0o600)
    assert here.keyring.origin == HOST


@pytest.mark.postgres
def test_founding_on_postgresql_goes_on_after_a_refused_profile(postgres_engine: object, tmp_path: Path) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    settings = settings_for(tmp_path / "data", database_url=url)
    with pytest.raises(InvalidInputError):
        found(settings, tmp_path / "no profile", HOST, HOST)
    assert list(tmp_path.iterdir()) == []
    found(settings, YUNXI, HOST, HOST)
    with pytest.raises(ConflictError, match="database"):
        found(settings_for(tmp_path / "second", database_url=url), YUNXI, HOST, HOST)
