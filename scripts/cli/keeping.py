"""`gimark backup`, `restore`, `upgrade` and `store copy`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api.backup import DATA, KEYS, archive_path, back_up, back_up_keys
from api.copying import copy_to
from api.installation import open_installation
from api.logs import configure
from api.restoring import Sources
from api.restoring import restore as restore_all
from api.settings import Settings
from api.upgrading import upgrade as upgrade_all
from gimark.clock import SystemClock
from gimark.errors import invalid
from scripts.cli import ledgers
from scripts.cli.office import console, installation, of_any_version

WORDS = {
    "database": "数据库 / database",
    "files": "文件 / files",
}
NO_MEMORY = """\
[bold red]签名状态只到备份之时，之后签过什么无从得知：先与见证方或镜像核对，再运行 gimark ledger adopt，然后才能再签。
The signer's memory ends with the backup, so what it signed later is unknown: compare with the witnesses or a mirror,
then run gimark ledger adopt; nothing is signed before.[/]"""


def backup(out: Path, keys: Path | None) -> None:
    """Write the archive, and one of the keys where it is asked for."""
    configure("warning")
    here, now = of_any_version(), SystemClock().now()
    data_path = archive_path(out, DATA, now)
    keys_path = None if keys is None else archive_path(keys, KEYS, now)
    if keys_path is not None and keys_path == data_path:
        raise invalid(
            "keys",
            "密钥和数据要写到同一个文件",
            "keys and data would go into one file",
            "密钥备份须另放一处，不与数据一起保管",
            "Keep the keys' backup elsewhere, away from the data",
        )
    with _shown() as progress:
        made = back_up(here, data_path, progress)
    console.print(f"备份 / backup  {made.path}  {made.size:,} 条 / entries  {made.revision}", highlight=False)
    if keys_path is not None:
        count = back_up_keys(here, keys_path)
        console.print(f"密钥 / keys    {keys_path}  {count} 个文件，仍是加密的 / files, encrypted as they are")
        console.print("密钥备份和口令须分开保管。 / Keep it apart from the data and from its passphrase.")


def restore(
    archive: Path, keys: Path | None, into: Path | None, database: str | None, published: Path | None, *, replaces: bool
) -> int:
    """Bring an installation back, and compare its ledger with its tables; 1 when they differ."""
    configure("warning")
    settings = Settings()
    changes = {"data_dir": into, "database_url": database}
    settings = Settings.model_validate(
        settings.model_dump() | {name: value for name, value in changes.items() if value is not None}
    )
    sources = Sources(archive, keys, published)
    with _shown() as progress:
        done = restore_all(settings, sources, progress, replaces=replaces, clock=SystemClock())
    console.print(f"已恢复 / restored  {settings.data_dir}  {done.size:,} 条 / entries", highlight=False)
    if done.put_aside is not None:
        console.print(f"原文件夹 / the former folder  {done.put_aside}", highlight=False)
    if keys is None:
        console.print("密钥未恢复：请把 keys 文件夹放回。 / The keys were not restored: put the keys folder back.")
    if not done.has_memory:
        console.print(NO_MEMORY, highlight=False)
    return ledgers.check(open_installation(settings))


def upgrade(out: Path | None, *, accepts_differences: bool) -> None:
    """Bring the database to this version."""
    configure("warning")
    with _shown() as progress:
        done = upgrade_all(of_any_version(), out, progress, accepts_differences=accepts_differences)
    if done.backup is None:
        console.print(f"数据库已是 {done.after}。 / The database is at {done.after} already.", highlight=False)
        return
    console.print(f"备份 / backup   {done.backup.path}", highlight=False)
    console.print(f"已升级 / upgraded  {done.before} → {done.after}，账本已核对 / ledger checked", highlight=False)


def copy(url: str) -> int:
    """Copy the store into an empty database, and compare ledger and tables there; 1 when they differ."""
    configure("warning")
    with _shown() as progress:
        there = copy_to(installation(), url, progress)
    code = ledgers.check(there)
    console.print("请把 GIMARK_DATABASE_URL 改为新数据库后再启动。 / Set GIMARK_DATABASE_URL to the new one and start.")
    return code


@contextmanager
def _shown() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each thing that is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(WORDS[what])
            bars.update(tasks[what], completed=done, total=max(total, 1))

        yield progress
