"""What a look-up over HTTP sends: path and query as they stand, to the server, in the printed host's name."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.lookup import look_up

PRINTED = "https://gi.yunxi.example/01/09521123000261/10/YX-1/21/38GPERNQBQTSA?linkType=x&s=AQAB-_%41"


class Recording(BaseHTTPRequestHandler):
    """Answers everything amber, and remembers what was asked."""

    asked: list[tuple[str, str | None, str | None]]

    def do_GET(self) -> None:
        """Note the request line's target and the two headers that a verdict depends on."""
        self.asked.append((self.path, self.headers["Host"], self.headers["Accept"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"verdict":"amber"}')

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """A server on loopback that records."""
    Recording.asked = []
    with HTTPServer(("127.0.0.1", 0), Recording) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_printed_address_is_asked_of_loopback_in_the_printed_host_s_name(server: HTTPServer) -> None:
    assert look_up(f"http://127.0.0.1:{server.server_port}", PRINTED) == {"verdict": "amber"}
    target = PRINTED.removeprefix("https://gi.yunxi.example")
    assert Recording.asked == [(target, "gi.yunxi.example", "application/json")]


def test_a_typed_code_is_asked_of_the_server_in_its_own_name(server: HTTPServer) -> None:
    look_up(f"http://127.0.0.1:{server.server_port}", "38GP-ERNQ-BQTSA")
    assert Recording.asked == [
        ("/check?code=38GP-ERNQ-BQTSA", f"127.0.0.1:{server.server_port}", "application/json"),
    ]
