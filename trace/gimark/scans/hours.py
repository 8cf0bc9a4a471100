"""Hours and weeks as whole numbers, as the scan tables keep them.

An hour counts from 1970-01-01T00:00Z. A week begins on Monday 00:00 in Asia/Shanghai and counts from the one of 1970;
Shanghai has kept UTC+8 all year since 1991, so hours are enough to tell it.
"""

from datetime import UTC, datetime, timedelta

from gimark.clock import SHANGHAI, local_day

SECONDS = 3600
HOURS_IN_A_WEEK = 168
# Hour 0 is a Thursday, 08:00 in Shanghai: 80 hours into its week.
HOUR_0_IN_ITS_WEEK = 80

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hour_of(instant: datetime) -> int:
    """The hour that an aware instant falls in."""
    return int(instant.timestamp()) // SECONDS


def instant_of(hour: int) -> datetime:
    """The beginning of an hour, aware UTC."""
    return _EPOCH + timedelta(hours=hour)


def week_of_hour(hour: int) -> int:
    """The week that an hour falls in."""
    return (hour + HOUR_0_IN_ITS_WEEK) // HOURS_IN_A_WEEK


def first_hour_of(week: int) -> int:
    """The hour with which a week begins."""
    return week * HOURS_IN_A_WEEK - HOUR_0_IN_ITS_WEEK


def month_of(hour: int) -> int:
    """The month of an hour in Asia/Shanghai as year × 100 + month."""
    day = local_day(instant_of(hour))
    return day.year * 100 + day.month


def hours_in(month: int) -> range:
    """The hours of such a month."""
    year, number = divmod(month, 100)
    began, ended = (datetime(year + place // 12, place % 12 + 1, 1, tzinfo=SHANGHAI) for place in (number - 1, number))
    return range(hour_of(began), hour_of(ended))
