"""Where a day begins in the ledger. Entries stand in the order of their times, so a search by halves finds it."""

import json
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.clock import SHANGHAI, rfc3339
from gimark.ledger import book

Row = TypeVar("Row")


def within_days(
    session: Session,
    query: Select[Row],
    first: date | None,
    last: date | None,
    number: InstrumentedAttribute[int],
    joined: InstrumentedAttribute[int] | None = None,
) -> Select[Row]:
    """`query` with what was entered from `first` to `last`, both included; None leaves an end open.

    `number` has the ledger's index of each row, and so has `joined`, where the query joins it (see `portion`).
    """
    columns = (number,) if joined is None else (number, joined)
    if first is not None:
        begin = first_index_on(session, first)
        query = query.where(*(column >= begin for column in columns))
    if last is not None:
        end = first_index_on(session, last + timedelta(days=1))
        query = query.where(*(column < end for column in columns))
    return query


def first_index_on(session: Session, day: date) -> int:
    """The index of the first entry on `day` (Asia/Shanghai) or later; the log's size when there is none yet.

    Reads about log₂(size) entries.
    """
    began = rfc3339(datetime.combine(day, time(), SHANGHAI).astimezone(UTC))
    return bisect_left(range(book.size(session)), began, key=lambda index: _time(session, index))


def _time(session: Session, index: int) -> str:
    found: str = json.loads(book.entry(session, index))["t"]
    return found
