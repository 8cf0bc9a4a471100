"""Jobs run on both databases."""

import pytest

from gimark.store.unit_of_work import Store


@pytest.fixture
def store(any_store: Store) -> Store:
    """Every test of this folder runs on SQLite and on PostgreSQL."""
    return any_store


@pytest.fixture
def database_url(store: Store) -> str:
    """Where another process finds the same database."""
    return store.engine.url.render_as_string(hide_password=False)
