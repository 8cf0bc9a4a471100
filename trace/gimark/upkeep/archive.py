"""Archives: a ZIP file whose last member, `manifest.json`, says what the others are and must be.

    {"format": "gimark-archive/v1", "kind": "data" or "keys", "facts": {…},
     "members": {name: {"bytes": n, "sha256": hex}}}

Canonical JSON. An archive appears under its name whole and on the disk, or not at all. A reader believes nothing that
the manifest does not name with this length and hash: a file that was cut off or altered is refused before any of it is
used. That is a check against accidents and careless hands; who may write archives can also write manifests, and what
is in them is held against the published ledger when it is restored.
"""

import errno
import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from gimark.errors import ConflictError, Fault, InvalidInputError, LedgerError, StoreFailedError, invalid
from gimark.ledger import canonical

FORMAT = "gimark-archive/v1"
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 256 << 20
CHUNK_BYTES = 1 << 20
_PART = re.compile(r"[A-Za-z0-9_.-]{1,255}", re.ASCII)
# A fixed time: the same content gives the same archive.
_TIME = (1980, 1, 1, 0, 0, 0)

Bytes = Callable[[int], None]
"""Told how many more bytes were moved."""


class ArchiveWriter:
    """An archive under way; see `writing`."""

    def __init__(self, archive: zipfile.ZipFile, moved: Bytes) -> None:
        self._archive = archive
        self._moved = moved
        self._members: dict[str, dict[str, object]] = {}

    def add(self, name: str, path: Path, *, is_packed: bool = False) -> None:
        """Put in the file at `path` under `name`; `is_packed` says that pressing it would gain nothing."""
        if not _is_name(name) or name in self._members:
            raise ValueError(f"not a new member's name: {name!r}")
        member = _member(name, zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED)
        with path.open("rb") as source, self._archive.open(member, "w", force_zip64=True) as target:
            self._members[name] = _copy(source, target, self._moved)

    def close(self, kind: str, facts: Mapping[str, object]) -> None:
        """Put in the manifest; nothing can be added any more."""
        manifest = {"format": FORMAT, "kind": kind, "facts": dict(facts), "members": self._members}
        self._archive.writestr(_member(MANIFEST, zipfile.ZIP_DEFLATED), canonical.encode(manifest))
        self._archive.close()


@contextmanager
def writing(path: Path, moved: Bytes) -> Iterator[ArchiveWriter]:
    """Write the archive `path`: it appears when the block, which ends with `close`, has ended well.

    Raises ConflictError when `path` exists and StoreFailedError when the disk refuses; either leaves nothing behind.
    """
    if path.exists():
        raise _exists(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    with _said_plainly(path):
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "w+b") as file:
                archive = zipfile.ZipFile(file, "w")
                try:
                    yield ArchiveWriter(archive, moved)
                except BaseException:
                    with suppress(OSError, ValueError):
                        archive.close()
                    raise
                file.flush()
                os.fsync(file.fileno())
            os.link(unfinished, path)
            _flush_folder(path.parent)
        finally:
            unfinished.unlink(missing_ok=True)


class Archive:
    """An archive that is read. Nothing in it is believed before its length and hash are those of the manifest."""

    def __init__(self, archive: zipfile.ZipFile, kind: str) -> None:
        """Read the manifest. Raises InvalidInputError when it is not one of this `kind`, or members are others."""
        self._archive = archive
        names = archive.namelist()
        if names.count(MANIFEST) != 1 or archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise _broken("没有清单", "there is no manifest")
        try:
            manifest = canonical.decode(archive.read(MANIFEST))
            is_ours = manifest["format"] == FORMAT and manifest["kind"] == kind
            self.facts: dict[str, Any] = manifest["facts"]
            self._members = {name: (said["bytes"], said["sha256"]) for name, said in manifest["members"].items()}
        except (LedgerError, KeyError, TypeError, AttributeError) as error:
            raise _broken("清单无法读取", "the manifest cannot be read") from error
        if not is_ours:
            raise _broken(f"不是 {FORMAT} 的 {kind} 档案", f"it is no {kind} archive of {FORMAT}")
        if sorted(names) != sorted([*self._members, MANIFEST]) or not all(map(_is_name, self._members)):
            raise _broken("内容与清单不同", "it does not hold what the manifest names")

    @property
    def names(self) -> tuple[str, ...]:
        """The members, but for the manifest."""
        return tuple(self._members)

    @property
    def size(self) -> int:
        """The bytes of all members."""
        return sum(size for size, _ in self._members.values())

    def extract(self, name: str, folder: Path, moved: Bytes) -> None:
        """Put a member into `folder`, under its own name, readable by its owner alone, and on the disk.

        Raises InvalidInputError when it is not what the manifest says, FileExistsError when it is there.
        """
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target, self._archive.open(name) as source:
            size, digest = self._members[name]
            if self._archive.getinfo(name).file_size != size:
                raise _altered(name)
            if _copy(source, target, moved) != {"bytes": size, "sha256": digest}:
                raise _altered(name)
            target.flush()
            os.fsync(target.fileno())


@contextmanager
def reading(path: Path, kind: str) -> Iterator[Archive]:
    """Read the archive `path` of a `kind`. Raises InvalidInputError when it is broken off, damaged or altered."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Archive(archive, kind)
    except FileNotFoundError as error:
        raise _broken(f"没有 {path} 这个文件", f"there is no file {path}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # What zipfile says of flags and lengths that no archive of ours has.
        raise _broken("文件不完整或已损坏", "the file is broken off or damaged") from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # A place before the file's beginning, which only a damaged directory names.
        raise _broken("文件不完整或已损坏", "the file is broken off or damaged") from error


def _member(name: str, how: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _TIME)
    member.compress_type = how
    member.external_attr = 0o600 << 16
    return member


def _is_name(name: str) -> bool:
    """Whether `name` is a path that stays below whatever folder it is put into."""
    return all(_PART.fullmatch(part) and part not in (".", "..") for part in name.split("/"))


def _copy(source: IO[bytes], target: IO[bytes], moved: Bytes) -> dict[str, object]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
        moved(len(chunk))
    return {"bytes": size, "sha256": digest.hexdigest()}


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise StoreFailedError(
            (
                Fault(
                    "archive",
                    f"写不成 {path}（{error.strerror}）",
                    f"{path} cannot be written ({error.strerror})",
                    "没有留下任何内容；请检查磁盘空间和文件夹权限后重试",
                    "Nothing was left behind; check the room on the disk and the folder's permissions, then try again",
                ),
            )
        ) from error


def _exists(path: Path) -> ConflictError:
    return ConflictError(
        (
            Fault(
                "archive",
                f"{path} 已存在",
                f"{path} exists",
                "备份绝不覆盖；请换一个文件名",
                "Backups are never written over; choose another name",
            ),
        )
    )


def _altered(name: str) -> InvalidInputError:
    return _broken(f"{name} 与清单不符", f"{name} is not what the manifest says")


def _broken(reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        "archive",
        f"备份不能用：{reason_zh}",
        f"the backup cannot be used: {reason_en}",
        "没有改动任何内容；请换另一份备份",
        "Nothing was touched; take another backup",
    )
