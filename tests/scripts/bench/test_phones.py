"""Phones count whole answers alone, say so when they are told something else, and when the server leaves too early."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.bench.phones import scan

TARGETS = [f"/code/{number}" for number in range(5)]


@contextmanager
def answering(*bodies: bytes) -> Iterator[int]:
    """A server on one connection, which answers one body after another, each in two pieces, and ends; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                for body in bodies:
                    if not connection.recv(65_536):
                        return
                    whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
                    connection.sendall(whole[:-3])
                    connection.sendall(whole[-3:])
                connection.recv(65_536)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_what_was_answered_is_known_and_the_middle_is_met_once() -> None:
    middles = []
    with answering(*[b'{"verdict": "green"}'] * 3) as port:
        scans = scan(port, TARGETS, 2, lambda: middles.append(True), phones=1)
    assert (scans.count, bytes(scans.answered), middles) == (3, b"\1\1\1\0\0", [True])


def test_another_verdict_than_green_ends_it() -> None:
    with answering(b'{"verdict": "green"}', b'{"verdict": "red"}') as port, pytest.raises(RuntimeError, match="code/1"):
        scan(port, TARGETS, 2, lambda: None, phones=1)


def test_a_server_that_leaves_before_the_middle_is_no_measurement() -> None:
    with answering(b'{"verdict": "green"}') as port, pytest.raises(RuntimeError, match="after 1 answers"):
        scan(port, TARGETS, 2, lambda: None, phones=1)
