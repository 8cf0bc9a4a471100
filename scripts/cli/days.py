"""Days as a person types them."""

import re
from datetime import date

from gimark.errors import invalid

# Python reads 20261112 and 2026-W46-4 as days, too.
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(text: str, where: str) -> date:
    """The day `2026-11-12`; raises InvalidInputError naming `where`."""
    try:
        return date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError:
        raise invalid(
            where,
            f"“{text[:20]}”不是日期",
            f"“{text[:20]}” is not a day",
            "请写成 2026-11-12；起止写成 2026-10-01..2026-10-21",
            "Write 2026-11-12, or 2026-10-01..2026-10-21 for a span",
        ) from None


def span_of(text: str, where: str) -> tuple[date, date]:
    """The days `2026-10-01..2026-10-21`, both included, or one day; raises InvalidInputError naming `where`."""
    first, _, last = text.partition("..")
    return day_of(first, where), day_of(last or first, where)
