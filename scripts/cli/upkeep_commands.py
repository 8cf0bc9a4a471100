"""The tree of backup, restore, upgrade and `gimark store …`. Only typer is imported here."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.failing import said_plainly

upkeep = typer.Typer()
store = typer.Typer(no_args_is_help=True, help="数据库 / The database.")

Differences = Annotated[
    bool,
    typer.Option(
        "--accept-differences",
        help="升级前账本与数据表就不符，仍要升级 / Upgrade although ledger and tables differed before.",
    ),
]


@upkeep.command()
def backup(
    out: Annotated[Path, typer.Argument(help="备份文件，或存放它的文件夹 / The archive, or a folder for it.")],
    keys: Annotated[
        Path | None, typer.Option(help="密钥另存：文件或文件夹，须另行保管 / The keys' own archive, to be kept apart.")
    ] = None,
) -> None:
    """备份数据库、文件和公示账本，服务照常；密钥另存。 / Back up while serving; keys have an archive of their own."""
    from scripts.cli import keeping

    with said_plainly():
        keeping.backup(out, keys)


@upkeep.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="备份文件 / The archive.")],
    keys: Annotated[Path | None, typer.Option(help="密钥备份 / The keys' archive.")] = None,
    into: Annotated[Path | None, typer.Option(help="恢复到这个文件夹 / Data folder; GIMARK_DATA_DIR.")] = None,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="恢复到这个空数据库 / Empty database; GIMARK_DATABASE_URL.")
    ] = None,
    published: Annotated[
        Path | None,
        typer.Option(help="公布的账本（镜像），补齐备份之后的条目 / The published log, for entries after the backup."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="原数据文件夹改名保留 / Put the present data folder aside.")
    ] = False,
) -> None:
    """从备份恢复到空处，并核对账本。 / Restore a backup into an empty place, and check the ledger."""
    from scripts.cli import keeping

    with said_plainly():
        raise typer.Exit(keeping.restore(archive, keys, into, database, published, replaces=replace))


@upkeep.command()
def upgrade(
    backup: Annotated[
        Path | None, typer.Option(help="升级前的备份放这里 / Where the backup goes; backups in the data folder.")
    ] = None,
    accept_differences: Differences = False,
) -> None:
    """先备份，再把数据库升级到本版本。 / Back up, then bring the database to this version."""
    from scripts.cli import keeping

    with said_plainly():
        keeping.upgrade(backup, accepts_differences=accept_differences)


@store.command("copy")
def store_copy(
    to: Annotated[str, typer.Option(metavar="URL", help="空数据库的网址 / URL of an empty database.")],
) -> None:
    """把整个数据库复制到另一个（SQLite ↔ PostgreSQL），并核对账本。 / Copy the whole store, and check the ledger."""
    from scripts.cli import keeping

    with said_plainly():
        raise typer.Exit(keeping.copy(to))
