"""Backups made while the installation serves: one archive of all but the keys, and one of the keys, kept elsewhere.

The database is taken at one moment, and the published ledger and the signer's memory at the same one: nothing is signed
or published between. Files are taken after it; each stands under its hash, so the database names none that is missing.
"""

import base64
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from api.installation import KEYS_FOLDER, ROOT_VKEY, SIGNER_STATE, Installation
from api.occupancy import LOCK_FILE
from gimark import migrations
from gimark.clock import SystemClock, rfc3339
from gimark.errors import Fault, KeyFileError
from gimark.files.folder import UNFINISHED
from gimark.ledger import book
from gimark.ledger.disk import alone
from gimark.ledger.signing import lock_beside
from gimark.upkeep.archive import ArchiveWriter, writing
from gimark.upkeep.copying import snapshot

DATA, KEYS = "data", "keys"
DATABASE = "gimark.db"
PUBLISHED = "published"
BACKUPS = "backups"
# What is pressed already: PDF, PNG and sealed files.
FILES = "files"

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much of it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What an archive holds: the schema's revision, and the log's size and root (32 bytes)."""

    path: Path
    revision: str
    size: int
    root: bytes


def archive_path(out: Path, kind: str, now: datetime) -> Path:
    """`out`, or a file in it named by kind and second when it is a folder."""
    return out / f"gimark-{kind}-{now:%Y%m%dT%H%M%SZ}.zip" if out.is_dir() else out


def back_up(here: Installation, out: Path, progress: Progress) -> Backup:
    """Write everything but the keys into the archive `out`; serving, acts and jobs go on.

    Raises ConflictError when `out` exists and StoreFailedError when database or disk refuse: then nothing is left.
    """
    data_dir = here.settings.data_dir
    with writing(out, lambda _count: None) as archive:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
            database = Path(scratch) / DATABASE
            _take_moment(here, database, archive, progress)
            facts = _facts_of(database, here)
            archive.add(DATABASE, database)
        archive.add(f"{KEYS_FOLDER}/{ROOT_VKEY}", here.keys_folder / ROOT_VKEY)
        files = list(_other_files(data_dir))
        for done, path in enumerate(files):
            _add_if_there(archive, data_dir, path)
            progress("files", done + 1, len(files))
        archive.close(DATA, facts)
    return Backup(out, str(facts["revision"]), int(str(facts["size"])), base64.b64decode(str(facts["root"])))


def back_up_keys(here: Installation, out: Path) -> int:
    """Write the key files, encrypted as they are, into the archive `out`; how many. Raises as `back_up`."""
    paths = sorted(path for path in here.keys_folder.rglob("*") if path.is_file())
    if len(paths) <= 1:
        raise _no_keys()
    with writing(out, lambda _count: None) as archive:
        for path in paths:
            archive.add(path.relative_to(here.settings.data_dir).as_posix(), path)
        facts = {"made_at": rfc3339(SystemClock().now()), "root": str(here.root_key)}
        archive.close(KEYS, facts)
    return len(paths)


def _take_moment(here: Installation, database: Path, archive: ArchiveWriter, progress: Progress) -> None:
    """The database at one moment into the file `database`; what is published at that moment into the archive."""
    data_dir = here.settings.data_dir
    with ExitStack() as signing:
        signing.enter_context(alone(lock_beside(data_dir / SIGNER_STATE)))

        def take_published() -> None:
            for path in (data_dir / SIGNER_STATE, *_files_below(here.settings.published)):
                _add_if_there(archive, data_dir, path)
            signing.close()

        snapshot(here.store.engine, database, lambda *done: progress("database", *done), take_published)


def _facts_of(database: Path, here: Installation) -> dict[str, object]:
    # Not as our engine would open it: the file stays the one file that it is.
    engine = create_engine(f"sqlite:///file:{database}?mode=ro&uri=true")
    try:
        with Session(engine) as session:
            size = book.size(session)
            root, revision = book.root(session, size), migrations.current(session.connection())
    finally:
        engine.dispose()
    return {
        "made_at": rfc3339(here.store.clock.now()),
        "revision": revision,
        "root": base64.b64encode(root).decode(),
        "size": size,
        "version": version("gimark"),
    }


def _other_files(data_dir: Path) -> Iterator[Path]:
    """Whatever else is in the data folder: label files, sealed exports; no keys, and nothing that is unfinished."""
    taken = {KEYS_FOLDER, PUBLISHED, SIGNER_STATE, BACKUPS, LOCK_FILE}
    for top in sorted(data_dir.iterdir()):
        if top.name in taken or top.name.startswith((DATABASE, ".")) or top.suffix == ".lock":
            continue
        yield from _files_below(top)


def _files_below(top: Path) -> Iterator[Path]:
    paths = sorted(top.rglob("*")) if top.is_dir() else [top]
    return (path for path in paths if path.is_file() and not path.name.startswith(UNFINISHED))


def _add_if_there(archive: ArchiveWriter, data_dir: Path, path: Path) -> None:
    """Files whose time has come are taken away by others meanwhile."""
    name = path.relative_to(data_dir).as_posix()
    if path.exists():
        archive.add(name, path, is_packed=name.startswith(f"{FILES}/"))


def _no_keys() -> KeyFileError:
    return KeyFileError(
        (
            Fault(
                KEYS_FOLDER,
                "密钥文件夹里没有密钥",
                "the keys folder holds no keys",
                "请先恢复密钥，再备份",
                "Restore the keys first, then back up",
            ),
        )
    )
