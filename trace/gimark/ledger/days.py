"""Where a day begins in the ledger. Entries stand in the order of their times, so a search by halves finds it."""

import json
from bisect import bisect_left
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from gimark.clock import SHANGHAI, rfc3339
from gimark.ledger import book


def first_index_on(session: Session, day: date) -> int:
    """The index of the first entry on `day` (Asia/Shanghai) or later; the log's size when there is none yet.

    Reads about log₂(size) entries.
    """
    began = rfc3339(datetime.combine(day, time(), SHANGHAI).astimezone(UTC))
    return bisect_left(range(book.size(session)), began, key=lambda index: _time(session, index))


def _time(session: Session, index: int) -> str:
    found: str = json.loads(book.entry(session, index))["t"]
    return found
