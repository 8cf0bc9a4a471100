"""A Chromium for each module of browser tests, and one server of sample pages."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import CHROMIUM, chromium, served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for one module: while it is open, nothing else in this process can run an event loop.

    Where there is none the tests are skipped, but never in CI.
    """
    if shutil.which(CHROMIUM) is None:
        message = f"no {CHROMIUM}: install Debian's chromium to run the browser tests"
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
