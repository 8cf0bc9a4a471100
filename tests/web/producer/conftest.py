"""A running site over a small county, a manager and a clerk of the first enterprise, and a manager of the other one."""

import pytest

from gimark.accounts.rules import Role
from tests.api.conftest import county, site
from tests.api.site import Site
from tests.web.desk.people import Person, seated
from tests.web.producer.office import clerk_of

__all__ = ["county", "site"]


@pytest.fixture
def manager(site: Site) -> Person:
    """Who answers for the enterprise."""
    return seated(site, site.county.producer)


@pytest.fixture
def clerk(site: Site) -> Person:
    """Who does its daily work."""
    return seated(site, clerk_of(site.county))


@pytest.fixture
def stranger(site: Site) -> Person:
    """The other enterprise's manager."""
    return seated(site, site.county.other_producer)


@pytest.fixture
def regulator(site: Site) -> Person:
    """Somebody of the authority, who has no business at this desk."""
    assert site.county.regulator.role is Role.REGULATOR
    return seated(site, site.county.regulator)
