"""`gimark keys …`: acts of whoever holds the root's private key."""

from datetime import date
from pathlib import Path

from rich.table import Table

from api import ceremony
from api.ceremony import open_root, root_place
from api.installation import Installation
from gimark.clock import local_day
from gimark.errors import invalid
from gimark.keys.note import NoteSigner
from scripts.cli.office import console, installation

# A month to find whoever holds the root's key.
RENEW_DAYS = 31


def show_keys() -> None:
    """The key set, as published."""
    here = installation()
    keyset = here.keyset
    table = Table(title=f"{keyset.origin}  seq {keyset.seq}  → {keyset.expires_at:%Y-%m-%d}")
    for column in ("kid", "alg", "from", "until", "state", "private half"):
        table.add_column(column)
    today = local_day(here.store.clock.now())
    for key in keyset.keys:
        held = "here" if here.issuing_file(key.kid).exists() else "destroyed" if key.until_on < today else "—"
        table.add_row(key.kid, key.alg, str(key.from_on), str(key.until_on), key.state.value, held)
    console.print(table)
    if (days := (keyset.expires_at - here.store.clock.now()).days) < RENEW_DAYS:
        console.print(
            f"[bold red]密钥公告还有 {days} 天到期，请运行 gimark keys publish。\n"
            f"The key set ends in {days} days; run gimark keys publish.[/]"
        )
    console.print(f"root  {here.root_key}", soft_wrap=True, highlight=False)


def add(from_on: str | None, until_on: str | None, root: Path | None, passphrase_file: Path | None) -> None:
    """Make an issuing key."""
    here = installation()
    kid = ceremony.add_key(here, _root(here, root, passphrase_file), _day(from_on, "from"), _day(until_on, "until"))
    key = here.keyset.key(kid)
    assert key is not None
    console.print(f"签发密钥 / issuing key [bold]{kid}[/]  {key.from_on} … {key.until_on}", highlight=False)
    _told(here)


def retire(kid: str, root: Path | None, passphrase_file: Path | None) -> None:
    """Let a key sign no new runs."""
    here = installation()
    ceremony.retire_key(here, _root(here, root, passphrase_file), kid)
    console.print(f"已停用 / retired  {kid}", highlight=False)
    _told(here)


def revoke(kid: str, root: Path | None, passphrase_file: Path | None) -> None:
    """Withdraw a key that others may have."""
    here = installation()
    size = ceremony.revoke_key(here, _root(here, root, passphrase_file), kid)
    console.print(f"已吊销 / revoked  {kid}  账本 / ledger < {size}", highlight=False)
    _told(here)


def epoch() -> None:
    """Begin a new serial epoch."""
    here = installation()
    number = ceremony.add_epoch(here)
    console.print(
        f"赋码纪元 / serial epoch  {number}  keys/serial-{number}.key\n"
        "请立即备份两份；旧纪元的文件要一直保留。 / Make two backups now; keep those of the old epochs for ever.",
        highlight=False,
    )


def publish(root: Path | None, passphrase_file: Path | None) -> None:
    """Sign the key set again, with a new end."""
    here = installation()
    ceremony.renew_key_set(here, _root(here, root, passphrase_file))
    _told(here)


def _told(here: Installation) -> None:
    keyset = here.keyset
    console.print(f"密钥公告 / key set  seq {keyset.seq}  → {keyset.expires_at:%Y-%m-%d}", highlight=False)


def _root(here: Installation, path: Path | None, passphrase_file: Path | None) -> NoteSigner:
    return open_root(here, root_place(here.settings, path, passphrase_file))


def _day(text: str | None, where: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise invalid(
            where, f"“{text}”不是日期", f"“{text}” is no date", "请写成 2026-11-22", "Write it as 2026-11-22"
        ) from None
