"""The checks of codes that are being looked up: read by primary key on first sight, then kept in a bounded cache."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from gimark.errors import Fault, StoreFailedError
from gimark.scans.hours import instant_of
from gimark.scans.provinces import codes_in
from gimark.scans.rules import Checks

MOST_CODES = 50_000
# Another process may have counted a check meanwhile; a count shown is at most this old.
READ_AGAIN_AFTER_S = 5.0
TAKE_AGAIN_AFTER_S = 1.0

_CODE = "SELECT checks, first_hour, provinces FROM code_scans WHERE run_id = {0} AND idx = {0}"
_DEVICES = "SELECT device FROM scan_check WHERE run_id = {0} AND idx = {0} AND hour = {0}"
_NONE_YET = Checks(0, None, ())
_UNREADABLE = Fault(
    "",
    "暂时无法读取查验记录",
    "the checks of the code cannot be read just now",
    "请检查数据库后重试",
    "Check the database and try again",
)


class SeenCode:
    """The checks of one code, and the devices that checked it in `hour`, the last hour with a look."""

    __slots__ = ("checks", "devices", "first_hour", "hour", "provinces", "read_at")

    def __init__(self, checks: int, first_hour: int, provinces: int, hour: int, devices: set[bytes]) -> None:
        self.checks = checks
        self.first_hour = first_hour
        self.provinces = provinces
        self.hour = hour
        self.devices = devices
        self.read_at = 0.0

    def earlier(self, hour: int, device: bytes | None) -> Checks:
        """The checks before this look; the same device earlier in the same hour is this look itself."""
        count = self.checks
        if hour == self.hour and device in self.devices:
            count -= 1
        if count == 0:
            return _NONE_YET
        return Checks(count, instant_of(self.first_hour), codes_in(self.provinces))

    def add(self, hour: int, device: bytes, province_mask: int) -> bool:
        """Count a look as a check; False when this device checked the code in this hour already."""
        if hour != self.hour:
            self.hour, self.devices = hour, set()
        elif device in self.devices:
            return False
        self.devices.add(device)
        self.first_hour = hour if self.checks == 0 else min(self.first_hour, hour)
        self.checks += 1
        self.provinces |= province_mask
        return True


class CodeReader:
    """Reads a code's checks by primary key, past the ORM: this is what every first look at a code waits for.

    On SQLite the query takes microseconds and runs where it is asked, on a connection of its own; elsewhere it must
    be called from a thread (`is_immediate`). That connection is given back and taken again every second, because the
    engine looks then whether the file is still the same.
    """

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._taken_at = 0.0
        self.is_immediate = engine.dialect.name == "sqlite"
        mark = "?" if self.is_immediate else "%s"
        self._code, self._devices = _CODE.format(mark), _DEVICES.format(mark)
        self._kept: PoolProxiedConnection | None = None
        self._cursor: Any = None
        self._error: type[Exception] = engine.dialect.loaded_dbapi.Error

    def read(self, run_id: int, idx: int, hour: int) -> SeenCode:
        """The checks of a code so far. Raises StoreFailedError when the database cannot be read."""
        try:
            if self.is_immediate:
                return self._read(self._own_cursor(), run_id, idx, hour)
            with self._engine.connect() as connection, closing(connection.connection.cursor()) as cursor:
                return self._read(cursor, run_id, idx, hour)
        except (self._error, SQLAlchemyError) as error:
            raise StoreFailedError((_UNREADABLE,)) from error

    def close(self) -> None:
        """Give the connection back."""
        if self._kept is not None:
            self._cursor.close()
            self._kept.close()
            self._kept = self._cursor = None

    def _own_cursor(self) -> Any:
        """The driver's cursor on our connection, the same for every read: making one costs a third of a read."""
        now = self._monotonic()
        if now - self._taken_at > TAKE_AGAIN_AFTER_S:
            self.close()
        if self._kept is None:
            self._kept, self._taken_at = self._engine.raw_connection(), now
            self._cursor = self._kept.cursor()
        return self._cursor

    def _read(self, cursor: Any, run_id: int, idx: int, hour: int) -> SeenCode:
        # All rows are fetched, or SQLite would keep reading as of this moment.
        found = cursor.execute(self._code, (run_id, idx)).fetchall()
        if not found:
            return SeenCode(0, hour, 0, hour, set())
        devices = cursor.execute(self._devices, (run_id, idx, hour)).fetchall()
        checks, first_hour, provinces = found[0]
        return SeenCode(checks, first_hour, provinces, hour, {bytes(row[0]) for row in devices})


class CodeMemory:
    """Seen codes, the longest known forgotten first when there are too many."""

    def __init__(self, limit: int = MOST_CODES, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._monotonic = monotonic
        self._codes: dict[tuple[int, int], SeenCode] = {}

    def recall(self, run_id: int, idx: int) -> SeenCode | None:
        """The code as remembered; None when it was not seen lately and must be read."""
        seen = self._codes.get((run_id, idx))
        if seen is None or self._monotonic() - seen.read_at > READ_AGAIN_AFTER_S:
            return None
        return seen

    def keep(self, run_id: int, idx: int, seen: SeenCode) -> SeenCode:
        """Remember a code just read. What this process counted and the database does not have yet is not forgotten."""
        key = (run_id, idx)
        before = self._codes.pop(key, None)
        if before is not None and before.checks > seen.checks:
            seen = before
        elif len(self._codes) >= self._limit:
            del self._codes[next(iter(self._codes))]
        seen.read_at = self._monotonic()
        self._codes[key] = seen
        return seen

    def __len__(self) -> int:
        return len(self._codes)
