"""Files in one local folder: written beside their place, flushed to the disk, then renamed into it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from gimark.files.content import StoredFile, checked_digest, file_not_found, files_failed

CHUNK_BYTES = 1 << 20
UNFINISHED = ".unfinished-"


class LocalFiles:
    """`Files` in a flat folder: one file per content, named by its digest, readable by its owner alone.

    A process that is killed inside `put` leaves a file named `.unfinished-…`, which nothing ever reads and
    `remove_unfinished` takes away.
    """

    def __init__(self, folder: Path) -> None:
        """Use `folder`, made with mode 0700 when it is not there. Raises StoreFailedError when it cannot be."""
        with _said_plainly():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def put(self, stream: BinaryIO) -> StoredFile:
        """See `Files.put`. Putting known content again writes it again, which mends a copy the disk has spoilt."""
        with _said_plainly():
            # mkstemp makes the file with mode 0600; the same folder, because a rename is atomic only within one.
            handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=self._folder)
        unfinished = Path(name)
        try:
            with _closing(handle):
                stored = _copy(stream, handle)
            with _said_plainly():
                unfinished.replace(self._folder / stored.sha256)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        self._flush_folder()
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """See `Files.open`."""
        path = self.path(sha256)
        with _said_plainly():
            try:
                return path.open("rb")
            except FileNotFoundError:
                raise file_not_found(sha256) from None

    def exists(self, sha256: str) -> bool:
        """See `Files.exists`."""
        return self.path(sha256).is_file()

    def delete(self, sha256: str, put_before: datetime | None = None) -> None:
        """See `Files.delete`."""
        path = self.path(sha256)
        with _said_plainly():
            try:
                if put_before is None or path.stat().st_mtime < put_before.timestamp():
                    path.unlink()
            except FileNotFoundError:
                return
        self._flush_folder()

    def path(self, sha256: str) -> Path:
        """Where the content stands or would stand, for a server that sends files by path."""
        return self._folder / checked_digest(sha256)

    def remove_unfinished(self, before: datetime) -> int:
        """Take away what killed processes left, last written to before the aware instant `before`; how many."""
        removed = 0
        with _said_plainly():
            for leftover in self._folder.glob(f"{UNFINISHED}*"):
                try:
                    if leftover.stat().st_mtime < before.timestamp():
                        leftover.unlink()
                        removed += 1
                except FileNotFoundError:
                    continue  # a `put` under way has just given it its name
        return removed

    def _flush_folder(self) -> None:
        """Make a rename or a removal survive a power cut: the name is in the folder, not in the file."""
        with _said_plainly():
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            with _closing(folder):
                os.fsync(folder)


def _copy(stream: BinaryIO, handle: int) -> StoredFile:
    """Everything left in `stream`, written to `handle` and flushed to the disk."""
    digest, size = sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        with _said_plainly():
            _write_all(handle, chunk)
    with _said_plainly():
        os.fsync(handle)
    return StoredFile(digest.hexdigest(), size)


def _write_all(handle: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(handle, rest) :]


@contextmanager
def _closing(handle: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn the disk's refusals into errors of our tree."""
    try:
        yield
    except OSError as error:
        raise files_failed() from error
