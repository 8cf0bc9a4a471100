"""How long what is known of checks is kept: a pure rule of days and months."""

import re
from datetime import date, datetime, timedelta

from gimark.clock import local_day

ROWS_KEPT = timedelta(days=90)
MONTHS_AFTER_SHELF_LIFE = 12
# For what states no shelf life, or in words that cannot be read: longer than anything that is sold here.
LONGEST_SHELF_LIFE = 24

_SHELF_LIFE = re.compile(r"([0-9]{1,4}) ?(天|日|周|个月|月|年|days?|weeks?|months?|years?)")
_DAYS_IN_A_MONTH = {"天": 1, "日": 1, "d": 1, "周": 7, "w": 7}
_MONTHS = {"个月": 1, "月": 1, "m": 1, "年": 12, "y": 12}


def shelf_life_months(text: str | None) -> int:
    """The shelf life that a trade item states (“12个月”, “30天”), in whole months, begun ones included."""
    found = _SHELF_LIFE.fullmatch((text or "").strip().lower())
    if found is None:
        return LONGEST_SHELF_LIFE
    number, unit = int(found[1]), found[2] if found[2][0] > "z" else found[2][0]
    if unit in _MONTHS:
        return number * _MONTHS[unit]
    return -(-number * _DAYS_IN_A_MONTH[unit] // 30)


def kept_until(packed_on: date, shelf_life: str | None) -> int:
    """The last month (year × 100 + month) in which a lot's monthly counts are kept: its shelf life and twelve more."""
    months = packed_on.year * 12 + packed_on.month - 1 + shelf_life_months(shelf_life) + MONTHS_AFTER_SHELF_LIFE
    return months // 12 * 100 + months % 12 + 1


def month_on(now: datetime) -> int:
    """The present month in Asia/Shanghai."""
    day = local_day(now)
    return day.year * 100 + day.month
