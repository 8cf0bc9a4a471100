"""A small county, on SQLite unless a test asks for both."""

import pytest

from gimark.clock import FixedClock
from gimark.store.unit_of_work import Store
from tests.county import County, make_county


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """Two enterprises, each authorised for one right, with an item each."""
    return make_county(Store(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine"), clock))
