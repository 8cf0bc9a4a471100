"""Phones that scan code after code over kept-alive connections: a load that costs little beside what it loads.

One event loop, and on each connection one request at a time. Every target is asked for once. An answer counts when it
is here whole; which targets were answered takes a byte each, so that a million of them weigh a megabyte.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import uvloop

from scripts.bench.verify import JSON, request_for

SILENCE_S = 60.0
GENUINE = b'"green"'
_END, _LENGTH = b"\r\n\r\n", b"content-length:"


@dataclass(slots=True)
class Scans:
    """What was answered: a 1 for each target, their number, and the seconds until `middle` of them were."""

    targets: Sequence[str]
    middle: int
    at_the_middle: Callable[[], None]
    answered: bytearray = field(init=False)
    count: int = 0
    began_at: float = field(default_factory=time.monotonic)
    seconds_to_middle: float = 0.0
    fault: str = ""
    _indices: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.answered = bytearray(len(self.targets))
        self._indices = iter(range(len(self.targets)))

    @property
    def rate(self) -> float:
        """Answers a second until the middle."""
        return self.middle / self.seconds_to_middle

    def next(self) -> int | None:
        """The next target to ask for."""
        return next(self._indices, None)

    def note(self, index: int) -> None:
        """Count an answer, and at the middle do what is to be done there."""
        self.answered[index] = 1
        self.count += 1
        if self.count == self.middle:
            self.seconds_to_middle = time.monotonic() - self.began_at
            self.at_the_middle()


def scan(port: int, targets: Sequence[str], middle: int, at_the_middle: Callable[[], None], phones: int) -> Scans:
    """Scan until every target was answered or the server has ended every connection.

    `targets` are paths with their query on this machine; `at_the_middle` is called between two answers, once.
    Raises RuntimeError when the server says nothing for a minute or another verdict than green, or leaves too early.
    """
    scans = Scans(targets, middle, at_the_middle)
    uvloop.run(_scan(port, scans, phones))
    if scans.fault or scans.count < middle:
        raise RuntimeError(scans.fault or f"the server left after {scans.count:,} answers")
    return scans


async def _scan(port: int, scans: Scans, phones: int) -> None:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Phone(scans), "127.0.0.1", port) for _ in range(phones)]
    leaving = asyncio.gather(*(phone.has_left for _, phone in made))
    while not leaving.done():
        before = scans.count
        await asyncio.wait([leaving], timeout=SILENCE_S)
        if scans.count == before and not leaving.done():
            scans.fault = "the server says nothing any more"
            for transport, _ in made:
                transport.abort()


class _Phone(asyncio.Protocol):
    """One connection."""

    def __init__(self, scans: Scans) -> None:
        self._scans = scans
        self._index = 0
        self._received = b""
        self.has_left = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a first code."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Note the answer when it is whole, and ask for the next code."""
        self._received += data
        head, end, body = self._received.partition(_END)
        if not end or len(body) < int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]):
            return
        if GENUINE in body:
            self._scans.note(self._index)
            self._ask()
        else:
            self._scans.fault = f"an unexpected answer to {self._scans.targets[self._index][:60]}"
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It was ended, by either side."""
        self.has_left.set_result(None)

    def _ask(self) -> None:
        self._received = b""
        index = self._scans.next()
        if index is None:
            self._transport.close()
            return
        self._index = index
        self._transport.write(request_for(self._scans.targets[index], JSON))
