"""What one web process counts of its own work: verdicts, answers, how long they took. Plain integers in memory.

The look-up pays for it with each answer, so it only puts what it saw into two queues, which `fold` counts about once a
second; `counts` adds up the processes. No count is by address, code, user or path: who looked at what is
nobody's business.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from time import perf_counter
from typing import TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")
# Upper bounds of the histogram's buckets, in seconds; a last bucket has none.
BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
CODES = "codes"
# The first part of a path, and the group of routes that it belongs to; everything else is a page.
GROUPS = {
    "01": CODES,
    "check": "check",
    "v1": "api",
    ".well-known": "published",
    "checkpoint": "published",
    "tile": "published",
    "static": "static",
    "healthz": "health",
    "readyz": "health",
    "metrics": "health",
}
PAGES = "pages"


class Durations:
    """A histogram: how many answers fell into each bucket, and their seconds together."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        self.seconds += seconds

    def observe_all(self, many: Sequence[float]) -> None:
        """Count many."""
        for place, count in Counter([bisect_left(BOUNDS_S, seconds) for seconds in many]).items():
            self.buckets[place] += count
        self.seconds += sum(many)


class Tally:
    """The counts of one process, from its start. Answers are put in from any thread; one thread folds and reads."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.durations = {group: Durations() for group in {*GROUPS.values(), PAGES}}
        self._reasons: deque[str] = deque()
        self._code_seconds: deque[float] = deque()
        # A verdict's reason; the seconds that an answered look-up took: for the hot path, which calls nothing else.
        self.looked = self._reasons.append
        self.took = self._code_seconds.append

    def answered(self, group: str, status: int, seconds: float) -> None:
        """Count an answer of a group of routes."""
        self.answers[group, status] += 1
        self.durations[group].observe(seconds)

    def fold(self) -> None:
        """Count what was put in since the last time."""
        reasons, seconds = _taken(self._reasons), _taken(self._code_seconds)
        # A member of an enumeration is hashed by Python's own code; the word that it is, is not.
        self.verdicts.update(map(str.__str__, reasons))
        self.answers[CODES, 200] += len(seconds)
        self.durations[CODES].observe_all(seconds)


def _taken(queue: deque[T]) -> list[T]:
    """What is in the queue now, taken out; others may put in more meanwhile."""
    return [queue.popleft() for _ in range(len(queue))]


class Counted:
    """Counts what the application answers, by group of routes and status."""

    def __init__(self, app: ASGIApp, tally: Tally) -> None:
        self._app = app
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; an answer that broke off counts as a 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_seen)
        finally:
            self._tally.answered(group_of(scope["path"]), status, perf_counter() - began)


def group_of(path: str) -> str:
    """The group of routes that a path belongs to."""
    return GROUPS.get(path[1:].partition("/")[0], PAGES)
