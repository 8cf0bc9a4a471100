"""Settings: read from the environment once, frozen, and strict where a slip would be dangerous."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import Settings
from gimark.errors import KeyFileError


def test_the_database_is_a_file_in_the_data_folder_unless_said_otherwise(tmp_path: Path) -> None:
    assert str(Settings(data_dir=tmp_path).database) == f"sqlite:///{tmp_path}/gimark.db"
    elsewhere = Settings(data_dir=tmp_path, database_url="postgresql+psycopg://db/gimark")
    assert elsewhere.database.get_backend_name() == "postgresql"


def test_the_environment_is_read_with_comma_separated_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIMARK_TRUSTED_PROXIES", "10.0.0.1, 192.168.0.0/24")
    monkeypatch.setenv("GIMARK_PUBLIC_BASE", "https://GI.example.cn/")
    settings = Settings()
    assert settings.trusted_proxies == ("10.0.0.1/32", "192.168.0.0/24")
    assert settings.public_base == "https://gi.example.cn"
    assert settings.is_https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("local_hosts", "gi.example.cn"),
        ("public_base", "http://gi.example.cn"),
        ("public_base", "https://gi.example.cn/app"),
        ("public_base", "https://user@gi.example.cn"),
        ("public_base", "gi.example.cn"),
        ("trusted_proxies", "not-an-address"),
        ("languages", "zh,fr"),
        ("scan_durability", "sometimes"),
    ],
)
def test_a_dangerous_or_meaningless_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_settings_do_not_change_after_they_are_read() -> None:
    with pytest.raises(ValidationError):
        Settings().data_dir = Path("/elsewhere")  # type: ignore[misc]


def test_without_a_passphrase_the_keys_stay_shut() -> None:
    with pytest.raises(KeyFileError, match="GIMARK_PASSPHRASE_FILE"):
        Settings().secret()


def test_a_passphrase_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("correct horse\n")
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        Settings(passphrase_file=file).secret()
    file.chmod(0o600)
    assert Settings(passphrase_file=file).secret() == b"correct horse"


def test_the_passphrase_does_not_show_when_settings_are_printed() -> None:
    assert "hunter2" not in repr(Settings(passphrase="hunter2"))


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
