"""Time. Instants are aware UTC datetimes; a legal day is the day in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where the present comes from, so that a test or a replay can say when it is."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set; `at` is an aware UTC instant."""

    at: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at


def local_day(instant: datetime) -> date:
    """The Asia/Shanghai day on which `instant` falls."""
    return instant.astimezone(SHANGHAI).date()


def rfc3339(instant: datetime) -> str:
    """`instant` as RFC 3339 in UTC with whole seconds, as ledger entries and notes write it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
