"""A run may have had more acts, and a county more runs, than one statement takes parameters."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from gimark.issuance.queries import acts_on
from gimark.issuance.rules import RangeKind
from gimark.store.parts import AT_ONCE
from tests.county import County

FEWEST = 999


@contextmanager
def reading_with(county: County, parameters: int) -> Iterator[Session]:
    """A session whose statements may have so many parameters."""
    with county.store.reading() as session:
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        usual = connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, parameters)
        try:
            yield session
        finally:
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)


def test_the_acts_of_a_run_are_read_however_many_they_were(county: County) -> None:
    run = county.run(county.batch(), 100)
    for index in range(12):
        county.change(run, RangeKind.ACTIVATE, (index, index))
    with reading_with(county, parameters=8) as session:
        [acts] = acts_on(session, [1]).values()
    assert [act.spans for act in acts] == [((index, index),) for index in range(12)]


def test_the_acts_of_many_runs_are_read_a_part_at_a_time(county: County) -> None:
    run = county.run(county.batch(), 10)
    county.change(run, RangeKind.ACTIVATE, (0, 9))
    with reading_with(county, FEWEST) as session:
        found = acts_on(session, range(1, 3 * AT_ONCE))
    assert len(found) == 3 * AT_ONCE - 1
    assert [run_id for run_id, acts in found.items() if acts] == [1]
