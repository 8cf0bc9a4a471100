"""Telling many open pages how far work is, for the price of one look a second at what is watched.

A page that follows work keeps a connection open, and there may be hundreds: each costs a waiting coroutine, no thread
and no database connection. One task looks for all of them, in a thread of its own, so that the threads which answer
requests are never waited for. When the server is told to stop, all are let go at once; browsers come back by
themselves, to whichever process answers then.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Generic, TypeVar

import anyio
from anyio.to_thread import run_sync
from sqlalchemy.exc import SQLAlchemyError

from api.logs import log
from gimark.errors import GimarkError

LOOK_EVERY_S = 1.0
# Past this many at once, a page is told once how far it is and asked to come back later.
MOST_WATCHERS = 1_000
# A page is let go after so long and comes back by itself: then it is asked again who sits there.
LONGEST_S = 300.0

State = TypeVar("State")


class Watch(Generic[State]):
    """What is watched by name, and the last look at it. Everything but `look` happens in the server's event loop."""

    def __init__(self, look: Callable[[Sequence[str]], Mapping[str, State]], every_s: float = LOOK_EVERY_S) -> None:
        """`look` gives the state of each name that is there; it runs in a thread, one call at a time."""
        self._look = look
        self._every_s = every_s
        self._watched: Counter[str] = Counter()
        self._asked: frozenset[str] = frozenset()
        self._seen: Mapping[str, State] = {}
        self._looked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_leaving = False

    @property
    def watchers(self) -> int:
        """How many pages are followed now."""
        return self._watched.total()

    @property
    def is_full(self) -> bool:
        """Whether no more pages should be kept waiting."""
        return self._is_leaving or self.watchers >= MOST_WATCHERS

    async def follow(self, name: str, longest_s: float = LONGEST_S) -> AsyncIterator[State]:
        """The state of `name` after each look, until it is gone, `longest_s` have passed, or the server stops."""
        loop = asyncio.get_running_loop()
        until = loop.time() + longest_s
        self._watched[name] += 1
        try:
            while not self._is_leaving and loop.time() < until:
                self._begin()
                await self._looked.wait()
                if name in self._seen:
                    yield self._seen[name]
                elif name in self._asked:
                    return
        finally:
            self._watched[name] -= 1
            if not self._watched[name]:
                del self._watched[name]

    def leave(self) -> None:
        """Let everybody go, for good. Called in the event loop, when the server begins to stop."""
        self._is_leaving = True
        self._tell(frozenset(self._watched), {})

    def _begin(self) -> None:
        """See to it that somebody looks."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._keep_looking())
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A look that failed for a reason nobody expected keeps nobody waiting; pages come back and try anew."""
        if not task.cancelled() and task.exception() is not None:
            log.error("watching work has failed", exc_info=task.exception())
            self._tell(frozenset(self._watched), {})

    async def _keep_looking(self) -> None:
        limiter = anyio.CapacityLimiter(1)
        is_failing = False
        while self._watched and not self._is_leaving:
            await asyncio.sleep(self._every_s)
            names = tuple(self._watched)
            try:
                seen = await run_sync(self._look, names, limiter=limiter)
            except (GimarkError, SQLAlchemyError):  # the database is busy or away; pages show what they were told last
                if not is_failing:
                    log.exception("how far work is cannot be seen; trying every second")
                is_failing = True
                continue
            is_failing = False
            self._tell(frozenset(names), seen)

    def _tell(self, asked: frozenset[str], seen: Mapping[str, State]) -> None:
        """Wake everybody who waits for the look that has just come back."""
        self._asked, self._seen = asked, seen
        looked, self._looked = self._looked, asyncio.Event()
        looked.set()
