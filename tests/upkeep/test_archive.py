"""Archives appear whole or not at all, and one that was cut off or altered is refused."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gimark.errors import ConflictError, InvalidInputError
from gimark.upkeep.archive import MANIFEST, reading, writing

CONTENT = {"gimark.db": b"rows" * 1_000, "files/" + "a" * 64: os.urandom(5_000), "published/.well-known/gi-keys": b"k"}


def nobody(_count: int) -> None:
    """Nobody watches."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return written(tmp_path / "backup.zip", tmp_path / "source")


def written(path: Path, source: Path) -> Path:
    with writing(path, nobody) as archive:
        for name, data in CONTENT.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(data)
            archive.add(name, source / name, is_packed=name.startswith("files/"))
        archive.close("data", {"size": 7})
    return path


def take_out(path: Path, folder: Path) -> dict[str, bytes]:
    with reading(path, "data") as archive:
        for name in archive.names:
            archive.extract(name, folder, nobody)
        return {name: (folder / name).read_bytes() for name in archive.names}


def forged(path: Path, change: dict[str, bytes | None], **manifest: object) -> Path:
    """The archive with members changed (None = left out), and fields of its manifest."""
    with zipfile.ZipFile(path) as archive:
        members: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(members[MANIFEST] or b"")
    members[MANIFEST] = json.dumps(told | manifest, separators=(",", ":"), sort_keys=True).encode()
    other = path.with_name("forged.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in (members | change).items():
            if data is not None:
                archive.writestr(name, data)
    return other


def test_what_went_in_comes_out_readable_by_its_owner_alone(archive: Path, tmp_path: Path) -> None:
    assert take_out(archive, tmp_path / "out") == CONTENT
    assert archive.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_the_same_content_gives_the_same_archive(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    again = tmp_path / "second" / "backup.zip"
    with writing(again, nobody) as other:
        for name in CONTENT:
            other.add(name, tmp_path / "source" / name, is_packed=name.startswith("files/"))
        other.close("data", {"size": 7})
    assert again.read_bytes() == archive.read_bytes()


def test_an_archive_is_never_written_over(archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(ConflictError, match="exists"):
        written(archive, tmp_path / "source")
    assert archive.read_bytes() == before


def test_an_archive_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writing(tmp_path / "backup.zip", nobody):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, 21, 100, 0.5, 0.9, -1])
def test_one_that_was_cut_off_is_refused(archive: Path, tmp_path: Path, length: float) -> None:
    whole = archive.read_bytes()
    end = int(len(whole) * length) if 0 < length < 1 else int(length)
    archive.write_bytes(whole[:end])
    with pytest.raises(InvalidInputError, match="broken off or damaged"):
        take_out(archive, tmp_path / "out")


def test_a_directory_that_points_before_the_file_is_damage(archive: Path, tmp_path: Path) -> None:
    whole = bytearray(archive.read_bytes())
    end = whole.rindex(b"PK\5\6")
    # Where the directory lies: said to be further on than it is, each member seems to lie before the beginning.
    place = int.from_bytes(whole[end + 16 : end + 20], "little")
    whole[end + 16 : end + 20] = (2 * place).to_bytes(4, "little")
    archive.write_bytes(whole)
    with pytest.raises(InvalidInputError, match="broken off or damaged"):
        take_out(archive, tmp_path / "out")


def test_every_altered_byte_is_found(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    for place in range(0, len(whole), 97):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        folder = tmp_path / f"out-{place}"
        try:
            found = take_out(archive, folder)
        except InvalidInputError:
            continue
        assert found == CONTENT, place  # a byte that says nothing of the content, such as a version number


@pytest.mark.parametrize(
    ("change", "manifest"),
    [
        ({"gimark.db": b"rows of somebody else"}, {}),
        ({"gimark.db": b"ROWS" * 1_000}, {}),
        ({"gimark.db": None}, {}),
        ({"extra": b""}, {}),
        ({MANIFEST: None}, {}),
        ({MANIFEST: b"{}"}, {}),
        ({MANIFEST: b"[]"}, {}),
        ({MANIFEST: b"\xff"}, {}),
        ({}, {"format": "gimark-archive/v2"}),
        ({}, {"kind": "keys"}),
        ({}, {"members": {}}),
        ({}, {"members": None}),
        ({"../outside": b"x"}, {"members": {"../outside": {"bytes": 1, "sha256": "0" * 64}}}),
    ],
)
def test_one_that_is_not_what_its_manifest_says_is_refused(
    archive: Path, tmp_path: Path, change: dict[str, bytes | None], manifest: dict[str, object]
) -> None:
    with pytest.raises(InvalidInputError, match="the backup cannot be used"):
        take_out(forged(archive, change, **manifest), tmp_path / "out")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../outside", "a//b", ".", "a/.", "a\\b", "a\nb"])
def test_no_member_leaves_its_folder(archive: Path, tmp_path: Path, name: str) -> None:
    said = {"bytes": 1, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    members = {MANIFEST: None, **dict.fromkeys(CONTENT), name: b"x"}
    changed = forged(archive, members)
    told = {"facts": {}, "format": "gimark-archive/v1", "kind": "data", "members": {name: said}}
    with zipfile.ZipFile(changed, "a") as file:
        file.writestr(MANIFEST, json.dumps(told, separators=(",", ":"), sort_keys=True))
    with pytest.raises(InvalidInputError):
        take_out(changed, tmp_path / "out" / "inner")
    assert not (tmp_path / "out" / "outside").exists()


def test_a_writer_takes_no_name_that_a_reader_would_refuse(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.touch()
    with pytest.raises(ValueError, match="name"), writing(tmp_path / "backup.zip", nobody) as archive:
        archive.add("../outside", source)


FULL_DISK = """
import resource, sys
from pathlib import Path
from gimark.errors import StoreFailedError
from gimark.upkeep.archive import writing

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
folder = Path(sys.argv[1])
try:
    with writing(folder / "backup.zip", lambda count: None) as archive:
        archive.add("big", folder / "big", is_packed=True)
        archive.close("data", {})
except StoreFailedError as error:
    print(error)
"""


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(300_000))
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "trace")])
    ran = subprocess.run(
        [sys.executable, "-P", "-c", FULL_DISK, tmp_path],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be written (File too large)" in ran.stdout
    assert ran.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["big"]
