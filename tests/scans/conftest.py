"""A county and a desk: on SQLite, and on both databases for what the database itself must get right."""

from collections.abc import Iterator

import pytest

from gimark.clock import FixedClock
from gimark.store.unit_of_work import Store
from tests.county import County, make_county
from tests.scans.desk import Desk


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """A small county."""
    database = getattr(request, "param", "sqlite")
    return make_county(Store(request.getfixturevalue(f"{database}_engine"), clock))


@pytest.fixture
def desk(county: County) -> Iterator[Desk]:
    """Somebody who looks codes up in it."""
    desk = Desk(county)
    yield desk
    desk.close()


@pytest.fixture
def any_desk(any_store: Store) -> Iterator[Desk]:
    """The same on each database in turn."""
    desk = Desk(make_county(any_store))
    yield desk
    desk.close()
