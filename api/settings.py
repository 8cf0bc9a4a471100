"""The settings: one frozen object, read once from the environment (`GIMARK_…`) and handed to `create_app`.

Nothing here is a secret by default: keys are made by `gimark init`, and their passphrase comes from the operator.
"""

import stat
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.web.language import LANGUAGES, Language
from gimark.errors import Fault, KeyFileError

if TYPE_CHECKING:
    from sqlalchemy import URL

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
GROUP_OR_OTHERS = stat.S_IRWXG | stat.S_IRWXO

Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """What an operator may set. Lists are comma-separated in the environment."""

    model_config = SettingsConfigDict(env_prefix="GIMARK_", frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path = Field(Path("var"), description="Folder of the database, keys, files and published ledger")
    database_url: str = Field("", description="SQLAlchemy URL; empty = SQLite file gimark.db in data_dir")
    public_base: str = Field("http://127.0.0.1:8000", description="Address that people type: scheme and host only")
    local_hosts: Words = Field(("localhost", "127.0.0.1", "::1"), description="Further Host names; loopback only")
    trusted_proxies: Words = Field((), description="Addresses or networks whose X-Forwarded-For is believed")
    passphrase: SecretStr | None = Field(None, description="Passphrase of the key files (prefer passphrase_file)")
    passphrase_file: Path | None = Field(None, description="File with the passphrase, readable by its owner only")
    languages: Annotated[tuple[Language, ...], NoDecode] = Field(
        LANGUAGES, min_length=1, description="Languages of the pages; the first is the default"
    )
    font_file: Path | None = Field(None, description="Font for labels; empty = looked for on the system")
    mark_file: Path | None = Field(None, description="Licensed special mark as PNG or TIFF; empty = a placeholder")
    scan_durability: Literal["batched", "committed"] = Field(
        "batched", description="committed = a check is on disk before its answer leaves"
    )
    scan_queue: int = Field(20_000, ge=100, description="Checks waiting to be written before new ones are dropped")
    snapshot_poll_ms: int = Field(200, ge=10, le=250, description="How often the ledger's size is looked at")
    bad_signatures_per_minute: int = Field(
        120, ge=1, description="Bad signatures that one network may have checked in a minute"
    )
    typed_misses_per_minute: int = Field(
        60, ge=1, description="Typed codes that were never issued, which one network may ask for in a minute"
    )
    bad_keys_per_minute: int = Field(
        60, ge=1, description="Requests with a bad access key that one network may send in a minute"
    )
    session_idle_min: int = Field(60, ge=5, le=1440, description="Minutes after which an unused session ends")
    session_hours: int = Field(12, ge=1, le=168, description="Hours after which any session ends")
    body_limit: int = Field(1 << 20, ge=1024, description="Largest request body in bytes outside uploads")
    upload_limit: int = Field(20 << 20, ge=1024, description="Largest upload in bytes")
    head_timeout_s: float = Field(15, gt=0, description="Seconds within which a request's headers must be here")
    body_timeout_s: float = Field(120, gt=0, description="Seconds within which a request's body must be here")
    processes: int = Field(
        0, ge=0, le=64, description="Web processes; 0 = one on SQLite, one a core and at most four on PostgreSQL"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged")

    @field_validator("local_hosts", "trusted_proxies", "languages", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        return value

    @field_validator("public_base")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("public_base must be http:// or https:// and a host, such as https://gi.example.cn")
        if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
            raise ValueError("public_base must have no path, query or user name")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("public_base may be http:// on loopback alone; people must be given https://")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if not value:
            return value
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            known = make_url(value).get_backend_name() in ("sqlite", "postgresql")
        except (ArgumentError, ValueError):
            known = False
        if not known:
            raise ValueError("it must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
        return value

    @field_validator("local_hosts")
    @classmethod
    def _only_loopback(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if host not in LOOPBACK_HOSTS:
                raise ValueError(f"local_hosts may name loopback only, not {host!r}; public hosts are in the key set")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(word)) for word in value)

    @model_validator(mode="after")
    def _one_passphrase(self) -> "Settings":
        if self.passphrase is not None and self.passphrase_file is not None:
            raise ValueError("give passphrase or passphrase_file, not both")
        return self

    @property
    def database(self) -> "URL":
        """The database's URL."""
        # Imported here: the parent of all processes opens no database, and should start at once.
        from sqlalchemy import URL, make_url

        if self.database_url:
            return make_url(self.database_url)
        return URL.create("sqlite", database=str(self.data_dir / "gimark.db"))

    @property
    def published(self) -> Path:
        """Folder of exactly what is served to verifiers: checkpoint, tiles, key set, status list."""
        return self.data_dir / "published"

    @property
    def is_https(self) -> bool:
        """Whether people reach the installation over TLS."""
        return self.public_base.startswith("https://")

    def secret(self) -> bytes:
        """The passphrase of the key files. Raises KeyFileError when there is none or others may read its file."""
        if self.passphrase is not None:
            return self.passphrase.get_secret_value().encode()
        if self.passphrase_file is None:
            raise KeyFileError((_NO_PASSPHRASE,))
        return passphrase_in(self.passphrase_file)


def passphrase_in(path: Path) -> bytes:
    """The passphrase that a file holds. Raises KeyFileError when others may read it, or it cannot be read."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError((_UNREADABLE_PASSPHRASE,)) from error
    if mode & GROUP_OR_OTHERS:
        raise KeyFileError((_OPEN_PASSPHRASE,))
    return text.rstrip("\r\n").encode()


_NO_PASSPHRASE = Fault(
    "passphrase",
    "没有密钥口令",
    "there is no passphrase for the key files",
    "请设置 GIMARK_PASSPHRASE_FILE 指向口令文件",
    "Set GIMARK_PASSPHRASE_FILE to a file that holds it",
)
_UNREADABLE_PASSPHRASE = Fault(
    "passphrase_file",
    "口令文件不存在或无法读取",
    "the passphrase file is missing or cannot be read",
    "请检查口令文件（GIMARK_PASSPHRASE_FILE 或所给选项）的路径和权限",
    "Check the path (in GIMARK_PASSPHRASE_FILE or the option given) and its permissions",
)
_OPEN_PASSPHRASE = Fault(
    "passphrase_file",
    "口令文件可被其他用户读取",
    "other users may read the passphrase file",
    "请执行 chmod 600",
    "Run chmod 600 on it",
)
