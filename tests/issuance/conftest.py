"""The county, on SQLite unless a test is marked `on_both`."""

import pytest

from gimark.clock import FixedClock
from gimark.store.unit_of_work import Store
from tests.county import County, make_county


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """A small county."""
    database = getattr(request, "param", "sqlite")
    return make_county(Store(request.getfixturevalue(f"{database}_engine"), clock))
