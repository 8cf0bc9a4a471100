"""Where a day begins in the ledger. Entries stand in the order of their times: a few statements narrow it down."""

import json
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.clock import SHANGHAI, rfc3339
from gimark.ledger import book

Row = TypeVar("Row")

LOOKED_AT = 32


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

    Reads `LOOKED_AT` entries with a statement, and needs four statements among a million.
    """
    began = rfc3339(datetime.combine(day, time(), SHANGHAI).astimezone(UTC))
    first, end = 0, book.size(session)
    while first < end:
        looked_at = range(first, end, -(-(end - first) // LOOKED_AT))
        times = [json.loads(body)["t"] for body in book.entries_at(session, looked_at)]
        place = bisect_left(times, began)
        if place < len(times):
            end = looked_at[place]
        if place > 0:
            first = looked_at[place - 1] + 1
    return end
