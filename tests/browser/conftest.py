"""One Chromium for all browser tests, and a loopback server of the sample county's pages."""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, sync_playwright

from api.web.public.style import CONTENT_SECURITY_POLICY
from tests.web.gallery import gallery

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where there is none the tests are skipped, but never in CI."""
    if shutil.which(CHROMIUM) is None:
        message = f"no {CHROMIUM}: install Debian's chromium to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class _Handler(BaseHTTPRequestHandler):
    """Serves one folder of ready pages under the policy that the application sends."""

    pages: dict[str, bytes]

    def do_GET(self) -> None:
        page = self.pages.get(self.path.partition("?")[0].strip("/"))
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("Content-Length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_: object) -> None:
        """Says nothing: the test's own failure is the message."""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the sample pages are served, without a slash at the end: `{address}/zh/authentic`."""
    handler = type("Handler", (_Handler,), {"pages": gallery()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
