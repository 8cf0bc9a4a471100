"""Debian's Chromium, and a loopback server of the sample county's pages under the policy the application sends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class _Handler(BaseHTTPRequestHandler):
    """Serves ready pages by their path."""

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
        """Says nothing: a failing test is the message."""


@contextmanager
def served() -> Iterator[str]:
    """Where the sample pages are, without a slash at the end: `{address}/zh/authentic`. `/check` is the form."""
    handler = type("Handler", (_Handler,), {"pages": {**gallery(), "check": gallery()["zh/check"]}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
