"""Files kept under their digest: whole or not at all, once per content, for their owner's eyes only."""

import io
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError, NotFoundError, StoreFailedError
from gimark.files.folder import CHUNK_BYTES, UNFINISHED, LocalFiles

CONTENT = b"%PDF-1.7 labels" * 9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@contextmanager
def files_no_longer_than(limit: int) -> Iterator[None]:
    """A disk that refuses to let a file grow beyond `limit` bytes (EFBIG, as ENOSPC would be)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_what_was_put_is_read_back_under_its_digest(folder: Path, size: int) -> None:
    content = os.urandom(size)
    files = LocalFiles(folder)

    stored = files.put(io.BytesIO(content))

    assert (stored.sha256, stored.size) == (sha256(content).hexdigest(), size)
    assert files.exists(stored.sha256)
    with files.open(stored.sha256) as kept:
        assert kept.read() == content


@given(contents=st.lists(st.binary(max_size=64), max_size=6))
def test_equal_bytes_are_one_file(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = LocalFiles(folder)
    for content in contents:
        files.put(io.BytesIO(content))

    assert {path.name for path in folder.iterdir()} == {sha256(content).hexdigest() for content in contents}


def test_putting_again_mends_a_spoilt_copy(folder: Path) -> None:
    files = LocalFiles(folder)
    stored = files.put(io.BytesIO(CONTENT))
    files.path(stored.sha256).write_bytes(b"bit rot")

    files.put(io.BytesIO(CONTENT))

    assert files.path(stored.sha256).read_bytes() == CONTENT


def test_only_the_owner_may_read(folder: Path) -> None:
    stored = LocalFiles(folder).put(io.BytesIO(CONTENT))

    assert stat.S_IMODE((folder / stored.sha256).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_full_disk_is_said_plainly_and_leaves_nothing(folder: Path) -> None:
    files = LocalFiles(folder)
    with files_no_longer_than(CHUNK_BYTES), pytest.raises(StoreFailedError, match="磁盘已满") as caught:
        files.put(io.BytesIO(b"x" * (2 * CHUNK_BYTES + 1)))

    assert isinstance(caught.value.__cause__, OSError)
    assert list(folder.iterdir()) == []


def test_a_refused_flush_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    files = LocalFiles(folder)
    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(StoreFailedError):
        files.put(io.BytesIO(CONTENT))
    assert list(folder.iterdir()) == []


def test_a_stream_that_breaks_off_keeps_its_own_error_and_leaves_nothing(folder: Path) -> None:
    class BrokenOffError(OSError):
        pass

    class BrokenOff(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise BrokenOffError
            return super().read(8)

    with pytest.raises(BrokenOffError):
        LocalFiles(folder).put(BrokenOff(CONTENT))
    assert list(folder.iterdir()) == []


def test_the_content_is_on_the_disk_before_its_name_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    flush, replace = os.fsync, Path.replace

    def seen_flush(handle: int) -> None:
        steps.append("flush folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "flush file")
        flush(handle)

    def seen_replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(path, target)

    files = LocalFiles(folder)
    monkeypatch.setattr(os, "fsync", seen_flush)
    monkeypatch.setattr(Path, "replace", seen_replace)
    files.put(io.BytesIO(CONTENT))

    assert steps == ["flush file", "rename", "flush folder"]


def test_a_killed_process_leaves_nothing_that_can_be_read(folder: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from gimark.files.folder import LocalFiles

class Endless:
    def read(self, size):
        if self.asked:
            os.kill(os.getpid(), signal.SIGKILL)
        self.asked = True
        return b"x" * size
    asked = False

LocalFiles(Path(sys.argv[1])).put(Endless())
"""
    killed = subprocess.run([sys.executable, "-c", script, str(folder)], check=False, cwd=Path.cwd())
    assert killed.returncode == -signal.SIGKILL
    [leftover] = folder.iterdir()
    assert leftover.name.startswith(UNFINISHED)

    files = LocalFiles(folder)
    assert files.remove_unfinished(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert files.remove_unfinished(datetime(2100, 1, 1, tzinfo=UTC)) == 1
    assert list(folder.iterdir()) == []


def test_removing_what_is_unfinished_spares_what_is_kept(folder: Path) -> None:
    files = LocalFiles(folder)
    stored = files.put(io.BytesIO(CONTENT))

    assert files.remove_unfinished(datetime(2100, 1, 1, tzinfo=UTC)) == 0
    assert files.exists(stored.sha256)


def test_many_at_once_put_the_same_content(folder: Path) -> None:
    files = LocalFiles(folder)
    together = threading.Barrier(6)
    digests: list[str] = []

    def put() -> None:
        together.wait()
        digests.append(files.put(io.BytesIO(CONTENT)).sha256)

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert digests == [sha256(CONTENT).hexdigest()] * 6
    assert [path.read_bytes() for path in folder.iterdir()] == [CONTENT]


def test_what_is_deleted_is_gone_but_readers_read_on(folder: Path) -> None:
    files = LocalFiles(folder)
    stored = files.put(io.BytesIO(CONTENT))
    with files.open(stored.sha256) as reader:
        files.delete(stored.sha256)
        assert reader.read() == CONTENT

    files.delete(stored.sha256)
    assert not files.exists(stored.sha256)
    with pytest.raises(NotFoundError):
        files.open(stored.sha256)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "０" * 64, "0" * 64 + "\n"])
def test_only_a_digest_is_ever_a_name(folder: Path, digest: str) -> None:
    files = LocalFiles(folder)
    for ask in (files.open, files.exists, files.delete, files.path):
        with pytest.raises(InvalidInputError, match="64"):
            ask(digest)


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    with pytest.raises(StoreFailedError):
        LocalFiles(in_the_way / "files")


def test_a_folder_that_vanished_is_said_plainly(folder: Path) -> None:
    files = LocalFiles(folder)
    folder.rmdir()
    with pytest.raises(StoreFailedError):
        files.put(io.BytesIO(CONTENT))
