"""Debian's Chromium without a window, a server of the sample county's pages, and the application itself.

The pages are served under the application's policy; all is on loopback.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from api.installation import Installation
from api.main import application
from api.web.assets import ASSETS
from api.web.public.style import CHECKING_POLICY, CONTENT_SECURITY_POLICY
from api.wiring import Process
from tests.web.gallery import gallery

CHROMIUM = "/usr/bin/chromium-headless-shell"
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
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class _Handler(BaseHTTPRequestHandler):
    """Serves ready pages by their path."""

    pages: dict[str, bytes]

    def do_GET(self) -> None:
        asset = ASSETS.get(self.path)
        page = asset.body if asset else self.pages.get(self.path.partition("?")[0].strip("/"))
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", asset.media_type if asset else "text/html; charset=utf-8")
        policy = CHECKING_POLICY if page and b"<script" in page else CONTENT_SECURITY_POLICY
        self.send_header("Content-Security-Policy", policy)
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


class _Server(uvicorn.Server):
    """Lets go of pages that follow work as soon as it is told to stop, as the real one does."""

    def __init__(self, config: uvicorn.Config, process: Process) -> None:
        super().__init__(config)
        self._process = process

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._process.leave()
        await super().shutdown(sockets)


@contextmanager
def running(here: Installation) -> Iterator[str]:
    """Where the application of `here` is, served by uvicorn as `gimark serve` does."""
    process = Process(here)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(application(process), host="127.0.0.1", port=port, log_config=None, access_log=False)
    server = _Server(config, process)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
