"""The county on each database."""

import pytest

from gimark.store.unit_of_work import Store
from tests.county import County, make_county


@pytest.fixture
def county(any_store: Store) -> County:
    """A small county, on SQLite and on PostgreSQL."""
    return make_county(any_store)
