"""An installation brought to this version: backed up first, and the database changed whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.backup import BACKUPS, Backup, back_up
from api.installation import Installation
from api.occupancy import alone_at_work
from gimark import migrations
from gimark.errors import Fault, StoreFailedError
from gimark.upkeep.upgrading import check_known, upgrade_store

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision to which; the backup that was made before, None where nothing was due."""

    before: str
    after: str
    backup: Backup | None


def upgrade(here: Installation, out: Path | None, progress: Progress, *, accepts_differences: bool) -> Upgraded:
    """Bring the installation's database to the head, after a backup into `out` (None: the folder `backups` in it).

    Raises ConflictError while it is served, StoreFailedError for a database of a newer program, and whatever the backup
    or the upgrade refuses: the database is as it was then, and the backup stays.
    """
    with alone_at_work(here.settings.data_dir):
        before, after = check_known(here.store.engine), migrations.head()
        if before == after:
            return Upgraded(before, after, None)
        backup = back_up(here, out or _backup_path(here, before), progress)
        upgrade_store(here.store.engine, accepts_differences=accepts_differences)
        return Upgraded(before, after, backup)


def _backup_path(here: Installation, revision: str) -> Path:
    folder = here.settings.data_dir / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"before-upgrade-from-{revision}-{here.store.clock.now():%Y%m%dT%H%M%SZ}.zip"


def check_schema(here: Installation) -> None:
    """Refuse to work with a database of another version. Raises StoreFailedError with the remedy."""
    revision = check_known(here.store.engine)
    if revision != migrations.head():
        raise StoreFailedError(
            (
                Fault(
                    "database",
                    f"数据库版本为 {revision}，程序需要 {migrations.head()}",
                    f"the database is at {revision}, the program needs {migrations.head()}",
                    "请停止服务并运行 gimark upgrade，它会先备份",
                    "Stop serving and run gimark upgrade; it makes a backup first",
                ),
            )
        )
