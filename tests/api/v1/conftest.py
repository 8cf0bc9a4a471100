"""Programs that ask the API of a small county, each with an access key of its own."""

import pytest

from gimark.accounts.rules import Role
from tests.api.site import Site
from tests.api.v1.programs import Program, program
from tests.county import staff


@pytest.fixture
def regulator(site: Site) -> Program:
    """A regulator's program."""
    return program(site, site.county.regulator)


@pytest.fixture
def lead(site: Site) -> Program:
    """The program of who leads the regulators."""
    return program(site, site.county.lead)


@pytest.fixture
def producer(site: Site) -> Program:
    """The first enterprise's program."""
    return program(site, site.county.producer)


@pytest.fixture
def other_producer(site: Site) -> Program:
    """The other enterprise's program."""
    return program(site, site.county.other_producer)


@pytest.fixture
def administrator(site: Site) -> Program:
    """The platform's program."""
    return program(site, staff(site.county.store, Role.ADMINISTRATOR))


@pytest.fixture
def auditor(site: Site) -> Program:
    """An auditor's program."""
    return program(site, staff(site.county.store, Role.AUDITOR))
