"""The command tree of `gimark profile …`. Only typer is imported here."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.failing import said_plainly

profile = typer.Typer(no_args_is_help=True, help="县情资料 / County profiles.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="县情资料文件夹 / Folder of a county profile.")]


@profile.command("check")
def profile_check(folder: Folder) -> None:
    """检查县情资料，列出待填、待核的事项；什么也不写入。 / Read a profile and say what is open; nothing is written."""
    from scripts.cli import profiles

    with said_plainly():
        profiles.check(folder)


@profile.command("load")
def profile_load(
    folder: Folder,
    as_: Annotated[str, typer.Option("--as", metavar="USER", help="以谁的名义办理 / On whose behalf.")],
) -> None:
    """把资料中新增的内容登记入册，已登记的不改。 / Register what is new in a profile; what is there stays."""
    from scripts.cli import profiles

    with said_plainly():
        profiles.load(folder, as_)
