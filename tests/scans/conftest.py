"""A county and a desk: on SQLite, and on both databases for what the database itself must get right."""

from collections.abc import Iterator

import pytest

from gimark.store.unit_of_work import Store
from tests.county import County, make_county
from tests.scans.desk import Desk


@pytest.fixture
def county(store: Store) -> County:
    """A small county."""
    return make_county(store)


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
