"""A running server at its sockets: proxies and forged headers, senders that dawdle, bodies that are too large."""

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from api.server import FILES_BESIDE
from gimark.codes.minting import mint
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from tests.founded import HOST, Workshop
from tests.served import JSON, PATIENCE_S, Served, answers, ask, serving

FIRST_HOP, LAST_HOP = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def installed(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The data folder of a workshop whose codes are activated, and the codes' targets."""
    shop = workshop.copy(tmp_path_factory.mktemp("sockets"))
    here = shop.here
    with here.store.acting() as act:
        change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.ACTIVATE, ((0, shop.run.count - 1),)))
        act.commit()
    with here.store.reading() as session:
        issued = issued_run(session, here.keyring, shop.run.number)
    here.store.engine.dispose()
    uris = mint(issued.codes, *secrets_of(here.keyring, issued), 0, shop.run.count).uris
    return here.settings.data_dir, [row.tobytes().decode().removeprefix(f"https://{HOST}") for row in uris]


@pytest.fixture(scope="module")
def served(installed: tuple[Path, list[str]]) -> Iterator[Served]:
    """It, served behind two trusted hops; whoever dawdles has two seconds."""
    settings = {"trusted_proxies": f"{FIRST_HOP},{LAST_HOP}", "head_timeout_s": 2, "body_timeout_s": 2}
    with serving(installed[0], "--no-worker", **settings) as served:
        yield served


@pytest.fixture(scope="module")
def targets(installed: tuple[Path, list[str]]) -> list[str]:
    return installed[1]


class Hop(ThreadingHTTPServer):
    """A proxy that asks from an address of its own and adds whom it was asked by, as nginx does."""

    daemon_threads = True

    def __init__(self, source: str, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.source, self.port = source, port


class Forwarding(BaseHTTPRequestHandler):
    server: Hop

    def do_GET(self) -> None:
        peer = self.headers.get("X-Test-Client") or self.client_address[0]
        before = self.headers.get("X-Forwarded-For")
        headers = {name: value for name, value in self.headers.items() if name.lower() != "x-test-client"}
        headers["X-Forwarded-For"] = f"{before}, {peer}" if before else peer
        there = HTTPConnection("127.0.0.1", self.server.port, PATIENCE_S, source_address=(self.server.source, 0))
        there.request("GET", self.path, headers=headers)
        answer = there.getresponse()
        body = answer.read()
        there.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Request-Id", answer.headers["X-Request-Id"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


@pytest.fixture
def outer(served: Served) -> Iterator[int]:
    """The port of the first of two proxies in a row."""
    with ExitStack() as stack:
        port = served.port
        for source in (LAST_HOP, FIRST_HOP):
            hop = stack.enter_context(Hop(source, port))
            threading.Thread(target=hop.serve_forever, daemon=True).start()
            stack.callback(hop.shutdown)
            port = hop.server_address[1]
        yield port


def checks(port: int, target: str, source: str = "127.0.0.1", **headers: str) -> int:
    """How many checks of the code, by other devices or in other hours, whoever asks like this is told of."""
    connection = HTTPConnection("127.0.0.1", port, PATIENCE_S, source_address=(source, 0))
    _, told = ask(connection, target, {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}})
    connection.close()
    return int(told["checks"]["count"])


def test_behind_two_hops_it_is_the_client_who_is_counted_and_nobody_can_be_another(
    outer: int, targets: list[str]
) -> None:
    # The first hop stands at our address; whom it was asked by is told to it by a header of this test's own.
    assert checks(outer, targets[0], X_Test_Client="203.0.113.7") == 0
    assert checks(outer, targets[0], X_Test_Client="198.51.100.1") == 1
    assert checks(outer, targets[0], X_Test_Client="203.0.113.7", X_Forwarded_For="192.0.2.9") == 1


def test_forwarded_headers_of_somebody_untrusted_are_ignored_and_warned_of_once(
    served: Served, targets: list[str]
) -> None:
    for forged in ("192.0.2.1", "203.0.113.7"):
        assert checks(served.port, targets[1], X_Forwarded_For=f"{forged}, {FIRST_HOP}") == 0
    for name in ("X_Forwarded_Proto", "X_Forwarded_Host", "Forwarded"):
        assert checks(served.port, targets[1], **{name: "evil.example"}) == 0
    warnings = [record for record in served.records if "forwarded header" in record["event"]]
    assert len(warnings) == 1
    assert "192.0.2." not in served.log.read_text()


@pytest.mark.parametrize("target", ["/", "/01/09521123000261", "/healthz", "/v1/"])
def test_a_host_of_somebody_else_is_misdirected_whatever_is_forwarded(served: Served, target: str) -> None:
    for source in ("127.0.0.1", LAST_HOP):
        connection = HTTPConnection("127.0.0.1", served.port, PATIENCE_S, source_address=(source, 0))
        headers = {**JSON, "Host": "evil.example", "X-Forwarded-Host": HOST, "X-Forwarded-Proto": "https"}
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        assert answer.status == 421
        assert HOST in answer.read().decode()
        connection.close()


def dawdler(served: Served, sent: bytes) -> socket.socket:
    """A client that sent this much and nothing more."""
    client = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S)
    client.sendall(sent)
    return client


def is_ended(client: socket.socket) -> bool:
    """Wait for the server to end the connection."""
    try:
        while client.recv(65_536):
            pass
    except ConnectionResetError:
        return True
    return True


ONE_REQUEST = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
HEAD = f"POST /check HTTP/1.1\r\nHost: {HOST}\r\n".encode()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GE",
        HEAD + b"X-Slow: ",
        HEAD + b"Content-Length: 100\r\n\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half of the chunks"],
)
def test_whoever_dawdles_is_not_waited_for_and_holds_up_nobody(served: Served, sent: bytes) -> None:
    with ExitStack() as stack:
        dawdlers = [stack.enter_context(dawdler(served, sent)) for _ in range(50)]
        assert answers(served)
        assert all(is_ended(client) for client in dawdlers)
    assert answers(served)
    assert [record for record in served.records if record["level"] == "error"] == []


def test_where_there_is_no_room_those_that_were_silent_longest_make_some(served: Served) -> None:
    room = 40
    [pid] = served.web
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (FILES_BESIDE + room, hard))
    try:
        with ExitStack() as stack:
            # Each was answered once, so it might stay silent for longer than this test is patient.
            silent = [stack.enter_context(dawdler(served, ONE_REQUEST)) for _ in range(2 * room)]
            assert all(is_ended(client) for client in silent[: room // 2])
            assert answers(served)
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_ten_megabytes_are_refused_and_others_are_served(served: Served, framing: str) -> None:
    body = b"x" * (10 << 20)
    client = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S)
    head = b"POST /v1/products HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\n" % HOST.encode()
    if framing == "length":
        client.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
    else:
        client.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body))
    sender = threading.Thread(target=_send, args=(client, body), daemon=True)
    sender.start()
    status = int(client.recv(65_536).split(b" ")[1])
    assert status == 413 if framing == "length" else status in (401, 413)
    assert answers(served)
    client.close()
    sender.join(PATIENCE_S)


def _send(client: socket.socket, body: bytes) -> None:
    try:
        client.sendall(body)
    except OSError:
        return  # refused before it was all there
