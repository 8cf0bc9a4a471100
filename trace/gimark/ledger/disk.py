"""Files that others read while they are written: each appears whole, and stays after a power cut."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gimark.errors import Fault, StoreFailedError


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """`write_by` of something that is in memory already."""
    write_by(path, lambda file: file.write(data), mode)


def write_by(path: Path, write: Callable[[BinaryIO], object], mode: int = 0o644) -> None:
    """Put what `write` writes at `path` by a rename, after all of it and every new folder above are on the disk.

    The unfinished file has a fixed name beside `path`, so that one left by a crash is overwritten by the next try;
    the caller sees to it that two processes do not write the same path. Raises StoreFailedError; what else `write`
    raises goes through, and nothing stands at `path`.
    """
    unfinished = path.with_name(f".{path.name}.new")
    try:
        _make_folder(path.parent)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            write(file)
            file.flush()
            os.fsync(handle)
        unfinished.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise StoreFailedError(
            (
                Fault(
                    "",
                    f"无法写入 {path.name}（磁盘已满、只读或没有权限）",
                    f"{path.name} cannot be written (disk full, read-only or no permission)",
                    "请检查磁盘空间和目录权限后重试",
                    "Check disk space and the folder's permissions, then try again",
                ),
            )
        ) from error


def remove(path: Path) -> None:
    """Take the file `path` away, on the disk when this returns; nothing when it is not there. Raises StoreFailedError.

    What the disk itself keeps of its blocks is beyond a program: an encrypted disk, or the disk's own erasure.
    """
    try:
        path.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        raise StoreFailedError(
            (
                Fault(
                    "",
                    f"无法删除 {path.name}（{error.strerror}）",
                    f"{path.name} cannot be removed ({error.strerror})",
                    "请检查目录权限后重试",
                    "Check the folder's permissions, then try again",
                ),
            )
        ) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep every other process of this machine, and every other thread, out of blocks under the same lock file."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    """A rename or a new folder is on the disk only when the folder that holds its name is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
