"""Where a day begins in the ledger: as if every entry were looked at."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from gimark.clock import FixedClock, local_day
from gimark.ledger import book
from gimark.ledger.days import first_index_on
from gimark.store.unit_of_work import Store

BEGAN = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
DAYS = 12


def written(store: Store, clock: FixedClock, counts: list[int]) -> None:
    """As many entries as `counts` says on each day, around midnight in Shanghai, which is 16:00 in UTC."""
    number = 0
    for day, count in enumerate(counts):
        for at in range(count):
            clock.at = BEGAN + timedelta(days=day, minutes=at % 60)
            with store.acting() as act:
                book.append(act, "key.retire", "root", kid=f"{number:04x}")
                act.commit()
            number += 1


@pytest.mark.parametrize("seed", range(3))
def test_a_day_begins_where_looking_at_every_entry_says(store: Store, clock: FixedClock, seed: int) -> None:
    random = Random(seed)
    written(store, clock, [random.choice((0, 0, 1, 5, 40)) for _ in range(DAYS)])
    with store.reading() as session:
        bodies = book.entries(session, 0, book.size(session))
        days = [local_day(datetime.fromisoformat(json.loads(body)["t"])) for body in bodies]
        for day in (local_day(BEGAN + timedelta(days=at)) for at in range(-1, DAYS + 2)):
            assert first_index_on(session, day) == sum(entered < day for entered in days)
