"""A running site over a small county, and the people who come to the studio."""

from tests.api.conftest import county, site
from tests.web.producer.conftest import clerk, manager, regulator, stranger

__all__ = ["clerk", "county", "manager", "regulator", "site", "stranger"]
