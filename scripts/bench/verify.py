"""Look-ups: the server's CPU time for one request, beside a bare ASGI answer, an empty FastAPI route and Django.

All are asked over loopback by this process, in short stretches that take turns, so each meets the same noise. What a
look-up costs later, in the thread that writes the checks down, is measured over the whole run and added to each.
"""

import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scripts.bench import verify_django
from scripts.bench.report import BenchOptions, Figure, Report, Row
from scripts.bench.verify_site import CLOCK, EMPTY, HELLO, HOST, LEAST, build, forged

CONNECTIONS = 8
STRETCH = 48
SETTLE_S = 1.0
START_S = 60.0
JSON, HTML = "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"
PHONE = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile"
# Two figures closer than this are the same on a shared machine.
NOISE = 0.05
GOALS = {"json": 0.38, "html": 0.33}
DJANGO_GOAL = 20
MISSING_PEER = (
    "Django and its REST framework are not installed, so there is no ratio to them. "
    "Install them: .venv/bin/pip install --require-hashes -r requirements-bench.txt"
)


@dataclass(slots=True)
class Kind:
    """One kind of request: its targets, and the CPU seconds that one request of each stretch cost while answering.

    `later` is what one request costs afterwards in other threads.
    """

    name: str
    accept: str
    next_targets: Callable[[int], Sequence[str]]
    expected: bytes
    is_look_up: bool = True
    answering: list[float] = field(default_factory=list)
    later: float = 0.0

    @property
    def seconds(self) -> list[float]:
        """CPU seconds of one request, by stretch."""
        return [spent + self.later for spent in self.answering]

    @property
    def cost_us(self) -> float:
        """CPU time of one request in microseconds, the median of stretches."""
        return median(self.seconds) * 1e6


def run(options: BenchOptions) -> Report:
    """`options.n` is the number of requests of each kind."""
    rounds = max(5, options.size(usual=6_000, quick=1_500) // STRETCH)
    with TemporaryDirectory() as folder:
        uris = build(Path(folder), count=3 * (rounds * STRETCH + CONNECTIONS) + STRETCH)
        kinds = _kinds([uri.removeprefix(f"https://{HOST}") for uri in uris])
        with _server(Path(folder)) as port, _connected(port) as connections:
            _measure(connections, kinds, rounds)
    libraries = ("uvicorn", "fastapi", "pynacl", "sqlalchemy", "django", "djangorestframework")
    return Report("verify", _rows(kinds), _notes(rounds), libraries)


def _kinds(targets: list[str]) -> dict[str, Kind]:
    """The peers, then look-ups of codes seen first, seen again, and forged; the last codes are those seen again."""
    warm, fresh = targets[-STRETCH:], iter(targets[:-STRETCH])

    def unseen(count: int) -> list[str]:
        return [next(fresh) for _ in range(count)]

    def seen(count: int) -> list[str]:
        return warm[:count]

    def badly_signed(count: int) -> list[str]:
        return [forged(target) for target in warm[:count]]

    def least(count: int) -> list[str]:
        return [LEAST + target for target in warm[:count]]

    def by_django(count: int) -> list[str]:
        return [verify_django.PREFIX + target for target in unseen(count)]

    kinds = {
        "hello": Kind("bare ASGI answer", JSON, lambda count: [HELLO] * count, b"hello", is_look_up=False),
        "empty": Kind("empty FastAPI route", JSON, lambda count: [EMPTY] * count, b"hello", is_look_up=False),
        "least": Kind("code, serial and signature alone", JSON, least, b"hello", is_look_up=False),
        "json": Kind("look-up, JSON, code seen first", JSON, unseen, b'"green"'),
        "html": Kind("look-up, page, code seen first", HTML, unseen, "标识真实".encode()),
        "json again": Kind("look-up, JSON, code seen before", JSON, seen, b'"green"'),
        "html again": Kind("look-up, page, code seen before", HTML, seen, "标识真实".encode()),
        "forged": Kind("look-up, JSON, bad signature", JSON, badly_signed, b'"bad_signature"'),
    }
    if verify_django.is_installed():
        kinds["django"] = Kind("the same by Django and a row per code", JSON, by_django, b'"green"', is_look_up=False)
    return kinds


def _measure(connections: Sequence[socket.socket], kinds: dict[str, Kind], rounds: int) -> None:
    """Fill each kind's costs; pages are drawn and the warm codes seen before the first stretch counts."""
    for kind in kinds.values():
        _ask(connections, kind, kind.next_targets(CONNECTIONS))
    for name in ("json again", "html again"):
        _ask(connections, kinds[name], kinds[name].next_targets(STRETCH))
    idle = _idle_rate(connections[0])
    start, began = _cpu(connections[0]), time.perf_counter()
    order = list(kinds.values())
    for _ in range(rounds):
        random.shuffle(order)
        for kind in order:
            targets = kind.next_targets(STRETCH)
            before = _cpu(connections[0]).answering
            _ask(connections, kind, targets)
            kind.answering.append((_cpu(connections[0]).answering - before) / STRETCH)
    time.sleep(SETTLE_S)
    spent = _cpu(connections[0]).others - start.others - idle * (time.perf_counter() - began)
    look_ups = [kind for kind in order if kind.is_look_up]
    for kind in look_ups:
        kind.later = max(0.0, spent) / (len(look_ups) * rounds * STRETCH)


class Cpu(NamedTuple):
    """CPU seconds of the server so far: of the thread that answers, and of the others."""

    answering: float
    others: float


def _cpu(connection: socket.socket) -> Cpu:
    """What the server says of itself; asking costs as much as a bare answer, once a stretch for every kind."""
    connection.sendall(request_for(CLOCK, JSON))
    thread_ns, process_ns = map(int, _answer(connection).split())
    return Cpu(thread_ns / 1e9, (process_ns - thread_ns) / 1e9)


def _idle_rate(connection: socket.socket) -> float:
    """CPU seconds a second that the server's other threads spend while nobody asks: watching the ledger."""
    time.sleep(SETTLE_S)
    before, began = _cpu(connection).others, time.perf_counter()
    time.sleep(2 * SETTLE_S)
    return (_cpu(connection).others - before) / (time.perf_counter() - began)


def _ask(connections: Sequence[socket.socket], kind: Kind, targets: Sequence[str]) -> None:
    """Send the requests over all connections at once and check every answer."""
    for start in range(0, len(targets), len(connections)):
        together = list(zip(connections, targets[start : start + len(connections)], strict=False))
        for connection, target in together:
            connection.sendall(request_for(target, kind.accept))
        for connection, target in together:
            body = _answer(connection)
            if kind.expected not in body:
                raise RuntimeError(f"{kind.name}: an unexpected answer to {target[:60]}")


def request_for(target: str, accept: str) -> bytes:
    """A phone's GET of a path with its query."""
    return (
        f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {PHONE}\r\nAccept: {accept}\r\n"
        "Accept-Language: zh-CN,zh;q=0.9\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()


def _answer(connection: socket.socket) -> bytes:
    """The body of one answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.partition(b"\r\n")[0].decode())
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _received(connection)
    return body


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise RuntimeError("the server closed the connection")
    return data


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    """A server process, until it is told to stop; its port."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "scripts.bench.verify_site", str(folder), str(port)])
    try:
        _wait_until_ready(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(START_S)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not answer in time")


@contextmanager
def _connected(port: int) -> Iterator[list[socket.socket]]:
    connections = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()


def _rows(kinds: dict[str, Kind]) -> list[Row]:
    hello, least = kinds["hello"], kinds["least"]
    rows = [_row(kinds["empty"], hello), _row(least, hello)]
    rows += [_row(kinds[name], hello, least, GOALS[name]) for name in GOALS]
    rows += [_row(kinds[name], hello, least) for name in ("json again", "html again")]
    forged, good = kinds["forged"], kinds["json"]
    ratio = _median_ratio(good, forged)
    dearest = 1 - NOISE
    if "django" in kinds:
        rows.append(_beside_django(good, kinds["django"]))
    return [
        *rows,
        Row(
            work=forged.name,
            measured=forged.cost_us,
            unit="µs CPU",
            peer=Figure(good.name, good.cost_us),
            ratio=ratio,
            goal="no dearer than a good one",
            reached=ratio >= dearest,
        ),
    ]


def _beside_django(ours: Kind, django: Kind) -> Row:
    ratio = _median_ratio(django, ours)
    return Row(
        work=f"{ours.name}, beside Django",
        measured=ours.cost_us,
        unit="µs CPU",
        peer=Figure("Django + DRF, a row per code", django.cost_us),
        ratio=ratio,
        goal=f"≥ {DJANGO_GOAL}× less CPU",
        reached=ratio >= DJANGO_GOAL,
    )


def _row(kind: Kind, hello: Kind, least: Kind | None = None, goal: float | None = None) -> Row:
    """Rates compared: 1 is as fast as the bare answer. The limit is what nobody can do without."""
    ratio = _median_ratio(hello, kind)
    return Row(
        work=kind.name,
        measured=kind.cost_us,
        unit="µs CPU",
        peer=Figure(hello.name, hello.cost_us),
        limit=None if least is None else Figure("signature alone", least.cost_us),
        ratio=ratio,
        goal="" if goal is None else f"≥ {goal} of the bare answer's rate",
        reached=None if goal is None else ratio >= goal,
        note="" if least is None else f"{_median_ratio(least, kind):.2f} of the limit's rate",
    )


def _median_ratio(peer: Kind, kind: Kind) -> float:
    """How much cheaper the peer is: the median over rounds, in each of which both met the same noise."""
    return median(p / k for p, k in zip(peer.seconds, kind.seconds, strict=True))


def _notes(rounds: int) -> list[str]:
    notes = [
        f"{rounds} rounds of {STRETCH} requests of each kind over {CONNECTIONS} kept-alive connections on loopback.",
        "A look-up: code judged, serial decoded, signature checked, register and checks read, answer and check noted.",
    ]
    return notes if verify_django.is_installed() else [*notes, MISSING_PEER]
