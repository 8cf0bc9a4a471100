"""A root key that never lies beside what it vouches for."""

import stat
from pathlib import Path

import pytest

from api import ceremony
from api.ceremony import RootPlace, open_root
from api.founding import found
from api.installation import open_installation
from gimark.errors import InvalidInputError, KeyFileError
from tests.founded import HOST, PASSPHRASE, YUNXI, settings_for

OWN = b"the root's own passphrase"


def test_a_root_key_written_elsewhere_signs_and_is_nowhere_in_the_data_folder(tmp_path: Path) -> None:
    place = RootPlace(tmp_path / "stick" / "root.pem", OWN)
    place.path.parent.mkdir()
    settings = settings_for(tmp_path / "data")
    told = found(settings, YUNXI, HOST, HOST, root=place)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600
    assert not (tmp_path / "data" / "keys" / "root.pem").exists()
    here = open_installation(settings)
    assert ceremony.renew_key_set(here, open_root(here, place)).seq == 2
    with pytest.raises(KeyFileError, match="passphrase does not open"):
        open_root(here, RootPlace(place.path, PASSPHRASE.encode()))
    assert str(here.root_key) == told.root_vkey
    here.store.engine.dispose()


def test_a_refused_founding_takes_its_root_key_away_again(tmp_path: Path) -> None:
    place = RootPlace(tmp_path / "root.pem", OWN)
    with pytest.raises(InvalidInputError):
        found(settings_for(tmp_path / "data"), YUNXI, "two words", HOST, root=place)
    assert list(tmp_path.iterdir()) == []


def test_a_root_key_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    place = RootPlace(tmp_path / "root.pem", OWN)
    place.path.write_text("precious")
    with pytest.raises(KeyFileError, match="never written over"):
        found(settings_for(tmp_path / "data"), YUNXI, HOST, HOST, root=place)
    assert place.path.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["root.pem"]


@pytest.mark.parametrize(
    ("where", "passphrase", "field"),
    [("data/keys/root.pem", OWN, "root_out"), ("root.pem", PASSPHRASE.encode(), "root_passphrase_file")],
)
def test_a_root_key_that_would_not_be_apart_is_refused(
    tmp_path: Path, where: str, passphrase: bytes, field: str
) -> None:
    with pytest.raises(InvalidInputError, match=field):
        found(settings_for(tmp_path / "data"), YUNXI, HOST, HOST, root=RootPlace(tmp_path / where, passphrase))
    assert list(tmp_path.iterdir()) == []
