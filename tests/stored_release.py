"""The stores of releases, unpacked for a test of its own: what an office has on its disk before it upgrades."""

import json
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.release_store import DATA, EXPECTED, FOLDER, GOLDEN

RELEASES = sorted(path.name for path in GOLDEN.glob("release-*"))


@dataclass(frozen=True)
class StoredRelease:
    """An unpacked store, and what every later version must still find in it."""

    name: str
    data_dir: Path

    @cached_property
    def expected(self) -> dict[str, Any]:
        """The contents of expected.json."""
        found: dict[str, Any] = json.loads((GOLDEN / self.name / EXPECTED).read_text(encoding="utf-8"))
        return found


def unpack(name: str, folder: Path) -> StoredRelease:
    """The store of the release under the new folder `folder`, its keys readable by their owner alone."""
    with tarfile.open(GOLDEN / name / DATA) as archive:
        archive.extractall(folder, filter="data")
    data_dir = folder / FOLDER
    for key in (data_dir / "keys").iterdir():
        key.chmod(0o600)
    return StoredRelease(name, data_dir)
