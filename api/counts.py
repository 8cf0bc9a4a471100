"""The counts of all web processes together.

Each process puts up its counts about once a second, as a small file in a hidden folder of the data folder; whichever
process is asked adds them up. The counts of processes that have ended are kept, so that no sum ever falls. This rather
than the library's own mode for several processes, which writes to a mapped file at every count: a look-up can afford
an addition (docs/adr/0012-counts-of-several-processes.md).
"""

import json
import os
import socket
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.tally import BOUNDS_S, Tally
from gimark.ledger.disk import alone

FOLDER = ".metrics"
ENDED = "ended.json"
# What a process has at hand counts for so long after it last put it up.
FRESH_S = 10.0


@dataclass
class Counts:
    """Counts and present values of one process, or of several added up."""

    verdicts: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    buckets: dict[str, list[int]] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    present: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, tally: Tally, totals: Mapping[str, int], present: Mapping[str, float]) -> "Counts":
        """What a process has counted, and what it has at hand."""
        tally.fold()
        return cls(
            Counter(tally.verdicts),
            Counter(tally.answers),
            {group: list(found.buckets) for group, found in tally.durations.items()},
            Counter({group: found.seconds for group, found in tally.durations.items()}),
            Counter(totals),
            dict(present),
        )

    def add(self, other: "Counts") -> None:
        """Add another process's counts; of present values the queue adds up, and the greatest age counts."""
        for name in ("verdicts", "answers", "seconds", "totals"):
            getattr(self, name).update(getattr(other, name))
        for group, buckets in other.buckets.items():
            own = self.buckets.get(group, [0] * len(buckets))
            self.buckets[group] = [mine + theirs for mine, theirs in zip(own, buckets, strict=True)]
        for name, value in other.present.items():
            before = self.present.get(name, 0.0)
            self.present[name] = max(before, value) if name.endswith("_seconds") else before + value

    def to_json(self) -> bytes:
        """As a file has them."""
        answers = [[group, status, count] for (group, status), count in self.answers.items()]
        whole = {**vars(self), "answers": answers}
        return json.dumps(whole).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Counts":
        """What a file says. Raises ValueError, KeyError or TypeError when it is not one of ours."""
        found: dict[str, Any] = json.loads(data)
        return cls(
            Counter(found["verdicts"]),
            Counter({(group, status): count for group, status, count in found["answers"]}),
            {group: buckets for group, buckets in found["buckets"].items() if len(buckets) == len(BOUNDS_S) + 1},
            Counter(found["seconds"]),
            Counter(found["totals"]),
            found["present"],
        )


class Board:
    """Where the processes of an installation put up their counts."""

    def __init__(self, data_dir: Path, pid: int | None = None) -> None:
        self._folder = data_dir / FOLDER
        self._host = socket.gethostname().replace("/", "_")
        self._own = self._folder / f"{self._host}.{pid or os.getpid()}.json"

    def open(self) -> None:
        """Make the folder, and add up the counts of processes of this machine that have ended. Raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with alone(self._folder / "lock"):
            ended = Counts()
            left = [path for path in self._folder.glob(f"{self._host}.*.json") if self._has_ended(path)]
            for path in [*left, self._folder / ENDED]:
                if (counts := _read(path)) is not None:
                    ended.add(counts)
            ended.present.clear()
            _put(self._folder / ENDED, ended)
            for path in left:
                path.unlink()

    def put_up(self, counts: Counts) -> None:
        """Show the present counts of this process. Raises OSError."""
        _put(self._own, counts)

    def sum(self) -> Counts:
        """The counts of all processes, those that have ended too, and what the living have at hand."""
        whole = Counts()
        for path in sorted(self._folder.glob("*.json")):
            with suppress(FileNotFoundError):
                is_fresh = time.time() - path.stat().st_mtime < FRESH_S
                if (counts := _read(path)) is not None:
                    if not is_fresh:
                        counts.present.clear()
                    whole.add(counts)
        return whole

    def _has_ended(self, path: Path) -> bool:
        pid = path.name.split(".")[-2]
        return path == self._own or not Path(f"/proc/{pid}").exists()


def _read(path: Path) -> Counts | None:
    try:
        return Counts.from_json(path.read_bytes())
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None  # gone meanwhile, or of a version that counts other things: counts begin anew


def _put(path: Path, counts: Counts) -> None:
    """By a rename, so that no reader sees half; not flushed, for counts may be lost with the machine."""
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    unfinished.write_bytes(counts.to_json())
    unfinished.replace(path)
