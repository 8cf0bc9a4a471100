"""A web process over a small county, on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gimark.store.unit_of_work import Store
from tests.api.site import Site, running
from tests.county import County, make_county


@pytest.fixture
def county(store: Store) -> County:
    """A small county."""
    return make_county(store)


@pytest.fixture
def site(county: County, tmp_path: Path) -> Iterator[Site]:
    """A web process that serves it."""
    with running(county, tmp_path) as site:
        yield site
