"""The demonstration's own folder: made new each time, and nothing else is ever deleted."""

import os
import secrets
import shutil
from pathlib import Path

from api.ceremony import RootPlace
from api.installation import ROOT_FILE
from api.settings import Settings, passphrase_in
from gimark.errors import ConflictError, Fault, invalid

MARKER = ".gimark-demo"


def fresh(folder: Path, host: str) -> Settings:
    """An empty demonstration folder and its settings, with a passphrase of its own, whatever the environment says.

    Raises ConflictError when the folder holds something that no demonstration left there, InvalidInputError when it
    cannot be made.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise ConflictError(
                (
                    Fault(
                        "folder",
                        f"{folder} 里有不是演示留下的内容",
                        f"{folder} holds what no demonstration left there",
                        "请用 --folder 指定一个空文件夹",
                        "Name an empty folder with --folder",
                    ),
                )
            )
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).touch()
    except OSError as error:
        raise invalid(
            "folder",
            f"无法建立 {folder}（{error.strerror}）",
            f"{folder} cannot be made ({error.strerror})",
            "请用 --folder 指定一个可写的位置",
            "Name a place that can be written with --folder",
        ) from error
    return Settings(
        data_dir=folder / "data",
        database_url="",
        passphrase=None,
        passphrase_file=_new_secret(folder / ".passphrase"),
        public_base=f"https://{host}",
    )


def root_beside(folder: Path) -> RootPlace:
    """Where the demonstration keeps the root's key: apart from the data, under a passphrase of its own."""
    apart = folder / "off-line"
    apart.mkdir(mode=0o700)
    return RootPlace(apart / ROOT_FILE, passphrase_in(_new_secret(apart / ".passphrase")))


def _new_secret(path: Path) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
    return path
