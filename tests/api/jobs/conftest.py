"""Workshops for print jobs: one that prints, and one that has printed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gimark.clock import FixedClock, SystemClock
from gimark.issuance.queries import PrintFacts
from tests.api.jobs.printshop import facts, order, work
from tests.founded import Workshop


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own; its clock goes with the machine's until a test sets it."""
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    yield copy
    copy.here.store.engine.dispose()


@pytest.fixture(scope="session")
def printed(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workshop, PrintFacts]]:
    """A workshop that printed its run; for reading, and for copies of its folder."""
    copy = workshop.copy(tmp_path_factory.mktemp("printed"))
    ref = order(copy)
    work(copy.here)
    yield copy, facts(copy.here, ref)
    copy.here.store.engine.dispose()


@pytest.fixture
def printed_shop(printed: tuple[Workshop, PrintFacts], tmp_path: Path) -> Iterator[Workshop]:
    """A copy of the workshop that printed its run, of the test's own."""
    printed[0].here.store.engine.dispose()
    copy = printed[0].copy(tmp_path)
    yield copy
    copy.here.store.engine.dispose()
