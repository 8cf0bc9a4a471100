"""A Chromium for each module of browser tests, one server of sample pages, and the real application over a county."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gimark.issuance.rules import RangeKind
from gimark.store.unit_of_work import Store
from tests.api.site import installation
from tests.browser.stage import CHROMIUM, chromium, running, served
from tests.county import County, make_county


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for one module: while it is open, nothing else in this process can run an event loop.

    Where there is none the tests are skipped, but never in CI.
    """
    if shutil.which(CHROMIUM) is None:
        message = f"no {CHROMIUM}: install Debian's chromium-headless-shell to run the browser tests"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the sample pages are served."""
    with served() as where:
        yield where


@pytest.fixture
def county(store: Store) -> County:
    """A small county with a run: codes 0–9 active, 10–19 void, the rest not activated."""
    county = make_county(store)
    run = county.run(county.batch(), 100)
    county.change(run, RangeKind.ACTIVATE, (0, 9))
    county.change(run, RangeKind.VOID, (10, 19), reason="印坏")
    county.example_run = run  # type: ignore[attr-defined]
    return county


@pytest.fixture
def site(county: County, tmp_path: Path) -> Iterator[str]:
    """The address of the application over that county."""
    with running(installation(county, tmp_path / "site")) as where:
        yield where
