"""Whether a code was copied, as far as its checks can tell (codes-and-ledger, "Scan evidence and privacy").

Pure. The public page turns amber on the regulator's confirmation alone: what is found here opens an inspection and
sanctions nobody. A device is known for one week only, because the key behind its tag changes every week.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations

from gimark.clock import SHANGHAI, local_day

NETWORK_BYTES = 3

Week = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a code: the hour (aware), the province when known, and the device's tag of that week.

    The tag's first three bytes belong to its network, so that one network's devices can be counted together.
    """

    hour: datetime
    province: str | None
    device: bytes

    @property
    def network(self) -> bytes:
        """The tag of the network that the device was in."""
        return self.device[:NETWORK_BYTES]


@dataclass(frozen=True, slots=True)
class CloneLimits:
    """From which figures a reason holds. The defaults are those that were measured on a synthetic county."""

    devices_in_a_week: int = 8
    provinces: int = 4
    hours_apart: int = 3
    later_weeks: int = 4
    checks_per_network_and_day: int = 2
    unactivated_days: int = 30
    codes_in_a_sweep: int = 20


class CloneReason(StrEnum):
    """What speaks for a copy."""

    MANY_DEVICES = "many_devices"
    MANY_PROVINCES = "many_provinces"
    FAR_APART = "far_apart"
    LONG_AFTER = "long_after"
    ENDED_CODE = "ended_code"
    NOT_ACTIVATED = "not_activated"


CERTAIN = frozenset({CloneReason.ENDED_CODE, CloneReason.NOT_ACTIVATED})


class Suspicion(StrEnum):
    """What follows: nothing, a look now and then, or the regulator's queue."""

    NONE = "none"
    WATCH = "watch"
    SUSPECT = "suspect"


def suspicion(reasons: Iterable[CloneReason]) -> Suspicion:
    """Two reasons, or one certain one, make a suspect; one makes it worth watching."""
    found = set(reasons)
    if len(found) >= 2 or found & CERTAIN:
        return Suspicion.SUSPECT
    return Suspicion.WATCH if found else Suspicion.NONE


def clone_reasons(checks: Sequence[Check], limits: CloneLimits) -> frozenset[CloneReason]:
    """The reasons in a code's own checks, in any order; a network counts a few times a day and no more."""
    counted = _capped(checks, limits.checks_per_network_and_day)
    found = {
        CloneReason.MANY_DEVICES: _most_devices_in_a_week(counted) >= limits.devices_in_a_week,
        CloneReason.MANY_PROVINCES: len({c.province for c in counted if c.province}) >= limits.provinces,
        CloneReason.FAR_APART: _first_seen_far_apart(counted, timedelta(hours=limits.hours_apart)),
        CloneReason.LONG_AFTER: len({week_of(c.hour) for c in counted}) > limits.later_weeks,
    }
    return frozenset(reason for reason, holds in found.items() if holds)


def certain_reasons(
    *, has_ended: bool, unactivated_since: datetime | None, is_tester: bool, at: datetime, limits: CloneLimits
) -> frozenset[CloneReason]:
    """The reasons in the code's own standing, for a check made `at`.

    `has_ended` = voided, returned or recalled. `unactivated_since` is the run's issue while the code is not active:
    until `unactivated_days` have passed, a check by the enterprise's own test device (`is_tester`) is ordinary work.
    """
    found = set()
    if has_ended:
        found.add(CloneReason.ENDED_CODE)
    if unactivated_since is not None:
        is_overdue = at - unactivated_since >= timedelta(days=limits.unactivated_days)
        if is_overdue or not is_tester:
            found.add(CloneReason.NOT_ACTIVATED)
    return frozenset(found)


def sweeps(checks: Iterable[tuple[int, Check]], limits: CloneLimits) -> frozenset[tuple[date, bytes]]:
    """(day, network) of every network that checked many codes of one run on one day.

    `checks` are (index, check) of that run. A sweep is one finding about the run; its checks are left out when the
    codes themselves are judged, so nobody can smear genuine packs by the hundred.
    """
    codes: dict[tuple[date, bytes], set[int]] = defaultdict(set)
    for index, check in checks:
        codes[local_day(check.hour), check.network].add(index)
    return frozenset(found for found, indices in codes.items() if len(indices) >= limits.codes_in_a_sweep)


def without_sweeps(checks: Iterable[Check], swept: frozenset[tuple[date, bytes]]) -> list[Check]:
    """The checks that no sweep made."""
    return [check for check in checks if (local_day(check.hour), check.network) not in swept]


def week_of(instant: datetime) -> Week:
    """The ISO year and week of `instant` in Asia/Shanghai: the life of a tag's key."""
    year, week, _ = instant.astimezone(SHANGHAI).isocalendar()
    return year, week


def _capped(checks: Sequence[Check], limit: int) -> list[Check]:
    """The earliest `limit` checks of each network on each day."""
    seen: dict[tuple[date, bytes], int] = defaultdict(int)
    kept = []
    for check in sorted(checks, key=lambda c: (c.hour, c.device, c.province or "")):
        place = (local_day(check.hour), check.network)
        seen[place] += 1
        if seen[place] <= limit:
            kept.append(check)
    return kept


def _most_devices_in_a_week(checks: Sequence[Check]) -> int:
    devices: dict[Week, set[bytes]] = defaultdict(set)
    for check in checks:
        devices[week_of(check.hour)].add(check.device)
    return max(map(len, devices.values()), default=0)


def _first_seen_far_apart(checks: Sequence[Check], apart: timedelta) -> bool:
    """Whether two devices were first seen in two provinces within `apart` of each other."""
    first: dict[tuple[Week, bytes], Check] = {}
    for check in checks:
        first.setdefault((week_of(check.hour), check.device), check)
    placed = [check for check in first.values() if check.province]
    return any(
        one.province != other.province and abs(one.hour - other.hour) <= apart for one, other in combinations(placed, 2)
    )
