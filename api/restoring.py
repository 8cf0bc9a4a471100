"""An installation brought back from a backup, into an empty place; whole, or not at all.

A backup knows nothing of what was published after it. To go on from it would be to sign a second history, so whatever
is known to have been published later is asked for first: by the data folder that is replaced, its signer's memory, or a
copy of the published ledger. With such a copy the log is rebuilt to where it was.
"""

import base64
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from api.backup import DATA, DATABASE, KEYS, PUBLISHED
from api.installation import KEYS_FOLDER, SIGNER_STATE, Installation, unfounded
from api.occupancy import alone_at_work
from api.settings import Settings
from gimark import migrations
from gimark.clock import Clock
from gimark.errors import ConflictError, Fault, LedgerError, StoreFailedError, invalid
from gimark.ledger import book, canonical
from gimark.ledger.checkpoints import Checkpoint
from gimark.ledger.disk import write_whole
from gimark.ledger.publishing import CHECKPOINT
from gimark.ledger.rebuild import rebuild
from gimark.ledger.refusal import refusal
from gimark.ledger.signing import STATE_MODE
from gimark.merkle import EMPTY_ROOT
from gimark.store.engine import open_engine
from gimark.upkeep.archive import Archive, reading
from gimark.upkeep.copying import copy_store, is_empty, not_empty, unknown_revision
from gimark.upkeep.upgrading import upgrade_store

Progress = Callable[[str, int, int], None]
_NOTHING = Checkpoint("", 0, EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Sources:
    """What an installation is restored from: the archives, and the log as it was published (None = not at hand)."""

    data: Path
    keys: Path | None = None
    published: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: the log's size, whether the signer still knows what it signed last, the folder put aside."""

    size: int
    has_memory: bool
    put_aside: Path | None


def restore(settings: Settings, sources: Sources, progress: Progress, *, replaces: bool, clock: Clock) -> Restored:
    """Make the installation that `settings` name from a backup, at this version's schema.

    With `replaces` a data folder that is there is put aside under another name; its database file goes with it. Raises
    InvalidInputError for a broken or altered archive, ConflictError when the place holds anything, LedgerError when
    more was published than the backup holds, StoreFailedError when disk or database refuse: then the place is as it
    was. On PostgreSQL the rows are committed before the folder appears; a failure between the two is said.
    """
    folder = settings.data_dir.absolute()
    with reading(sources.data, DATA) as archive, _place(folder, replaces=replaces):
        _check_archive(archive)
        _check_database(settings, folder)
        known = _known(folder, sources.published)
        _check_not_older(archive, known, sources.published)
        with _building(folder) as building:
            _extract(archive, sources.keys, building, progress)
            (building / KEYS_FOLDER).chmod(0o700)
            here = unfounded(settings.model_copy(update={"data_dir": building, "database_url": ""}), clock)
            try:
                size, has_memory = _bring_up(here, folder, known, sources.published)
                if settings.database != _default_database(settings):
                    _move_database(here, settings.database, progress)
            finally:
                here.store.engine.dispose()
            put_aside = _put_in_place(building, folder, clock)
    return Restored(size, has_memory, put_aside)


def _check_archive(archive: Archive) -> None:
    if not migrations.is_known(str(archive.facts.get("revision"))):
        raise unknown_revision(str(archive.facts.get("revision")))


def _default_database(settings: Settings) -> URL:
    return settings.model_copy(update={"database_url": ""}).database


def _check_database(settings: Settings, folder: Path) -> None:
    """A database of its own must be empty; the file in the data folder goes where the folder goes."""
    if settings.database == _default_database(settings):
        return
    engine = open_engine(settings.database)
    try:
        if not is_empty(engine):
            raise not_empty()
    finally:
        engine.dispose()


@contextmanager
def _place(folder: Path, *, replaces: bool) -> Iterator[None]:
    """The data folder, free to be filled; one that is replaced is at rest until the block ends."""
    if not folder.exists() or not any(folder.iterdir()):
        yield
        return
    if not replaces:
        raise _not_free(folder)
    with alone_at_work(folder):
        yield


def _known(folder: Path, published: Path | None) -> list[Checkpoint]:
    """The checkpoints that are known to have been published or signed."""
    found = [_unverified(at / CHECKPOINT) for at in (folder / PUBLISHED, published) if at is not None]
    return [checkpoint for checkpoint in [*found, _remembered(folder / SIGNER_STATE)] if checkpoint is not None]


def _unverified(path: Path) -> Checkpoint | None:
    return Checkpoint.unverified(path.read_bytes()) if path.exists() else None


def _remembered(path: Path) -> Checkpoint | None:
    """What a signer's memory says; a damaged one is refused, for nobody knows then what was signed."""
    if not path.exists():
        return None
    try:
        state = canonical.decode(path.read_bytes())
        return Checkpoint(state["origin"], state["size"], base64.b64decode(state["root"]))
    except (LedgerError, KeyError, TypeError, ValueError) as error:
        raise refusal(
            SIGNER_STATE,
            "签名状态文件已损坏，无法确定上次签到何处",
            "the signer's state file is damaged, so what was signed last is unknown",
            "请把它移开，与见证方核对后再恢复",
            "Move it away, and compare with the witnesses before restoring",
        ) from error


def _check_not_older(archive: Archive, known: list[Checkpoint], published: Path | None) -> None:
    size, most = int(archive.facts["size"]), max((checkpoint.size for checkpoint in known), default=0)
    at_hand = _unverified(published / CHECKPOINT) if published is not None else None
    if most > max(size, at_hand.size if at_hand else 0):
        raise refusal(
            "size",
            f"备份里的账本只有 {size} 条，而已签发到 {most} 条：备份太旧",
            f"the log in the backup has {size} entries but {most} were signed: the backup is too old",
            "没有改动任何内容；请用 --published 给出公布的账本文件夹（原数据文件夹里的 published，或镜像），恢复时即按 "
            "gimark ledger rebuild 补齐",
            "Nothing was touched; give the folder of the published ledger with --published (published in the old data "
            "folder, or a mirror's): the restore then brings the rest back as gimark ledger rebuild does",
        )


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to build in, which is gone when the block fails."""
    building = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        building.mkdir(parents=True, mode=0o700)
        yield building
    except OSError as error:
        raise _disk_refused(folder, error) from error
    finally:
        if building.exists():
            shutil.rmtree(building)


def _extract(archive: Archive, keys: Path | None, building: Path, progress: Progress) -> None:
    done = 0

    def moved(count: int) -> None:
        nonlocal done
        done += count
        progress("files", done, archive.size)

    for name in archive.names:
        archive.extract(name, building, moved)
    if keys is None:
        return
    with reading(keys, KEYS) as kept, tempfile.TemporaryDirectory(dir=building) as scratch:
        for name in kept.names:
            if (building / name).exists():
                _check_same(kept, name, building, Path(scratch))
            else:
                kept.extract(name, building, moved)


def _check_same(archive: Archive, name: str, building: Path, scratch: Path) -> None:
    """Refuse keys of another installation: what both archives hold is the same."""
    archive.extract(name, scratch, lambda _count: None)
    if (scratch / name).read_bytes() != (building / name).read_bytes():
        raise invalid(
            "keys",
            "密钥备份属于另一个平台",
            "the backup of the keys is another installation's",
            "没有改动任何内容；请用同一平台的密钥备份",
            "Nothing was touched; take the backup of this installation's keys",
        )


def _bring_up(here: Installation, folder: Path, known: list[Checkpoint], published: Path | None) -> tuple[int, bool]:
    """Upgrade the restored store, hold it against what is known, and rebuild its log to the end of that.

    Gives the log's size, and whether the signer's memory reaches to what was published.
    """
    data_dir = here.settings.data_dir
    upgrade_store(here.store.engine, accepts_differences=True)
    with here.store.reading() as session:
        size = book.size(session)
        for checkpoint in known:
            if checkpoint.size <= size and book.root(session, checkpoint.size) != checkpoint.root:
                raise _another_log(checkpoint.size)
    if published is not None and any(checkpoint.size > size for checkpoint in known):
        size = rebuild(here.store, published, here.trust).size
        shutil.copytree(published, here.settings.published, dirs_exist_ok=True)
    memories = [at for at in (data_dir / SIGNER_STATE, folder / SIGNER_STATE) if at.exists()]
    latest = max(memories, key=lambda at: (_remembered(at) or _NOTHING).size, default=None)
    out = _unverified(here.settings.published / CHECKPOINT) or _NOTHING
    if latest is None or (_remembered(latest) or _NOTHING).size < out.size:
        # Nobody here knows what was signed behind it; `gimark ledger adopt` asks the operator.
        (data_dir / SIGNER_STATE).unlink(missing_ok=True)
        return size, False
    if latest != data_dir / SIGNER_STATE:
        write_whole(data_dir / SIGNER_STATE, latest.read_bytes(), STATE_MODE)
    return size, True


def _move_database(here: Installation, url: URL, progress: Progress) -> None:
    """Put the rows into the database that the settings name, and take the file away."""
    target = open_engine(url)
    try:
        copy_store(here.store.engine, target, lambda *done: progress("database", *done))
    finally:
        target.dispose()
    here.store.engine.dispose()
    for path in here.settings.data_dir.glob(f"{DATABASE}*"):
        path.unlink()


def _put_in_place(building: Path, folder: Path, clock: Clock) -> Path | None:
    """Give the folder its name; one that was there gets another, which tells when."""
    put_aside = None
    if folder.exists() and any(folder.iterdir()):
        put_aside = folder.with_name(f"{folder.name}.before-{clock.now():%Y%m%dT%H%M%SZ}")
        folder.rename(put_aside)
    building.replace(folder)
    return put_aside


def _another_log(size: int) -> LedgerError:
    return refusal(
        "root",
        f"备份里的前 {size} 条与已公布的不同",
        f"the first {size} entries in the backup are not those that were published",
        "没有改动任何内容；请核对备份属于本平台，保留现场并请见证方查明",
        "Nothing was touched; check that the backup is this installation's, keep everything, and ask the witnesses",
    )


def _not_free(folder: Path) -> ConflictError:
    return ConflictError(
        (
            Fault(
                "data_dir",
                f"{folder} 里已有内容",
                f"{folder} holds something already",
                "请用 --into 给一个空文件夹；或停止服务后用 --replace，原文件夹会改名保留",
                "Name an empty folder with --into; or stop serving and use --replace, which keeps it under another "
                "name",
            ),
        )
    )


def _disk_refused(folder: Path, error: OSError) -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "data_dir",
                f"无法恢复到 {folder}（{error.strerror}）",
                f"{folder} cannot be restored to ({error.strerror})",
                "原有内容没有改动；请检查上级文件夹的权限和磁盘空间",
                "What was there was not touched; check the parent folder's permissions and the room on the disk",
            ),
        )
    )
