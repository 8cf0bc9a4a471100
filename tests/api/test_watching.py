"""Watching work: one look a second whoever many watch, nobody kept waiting at the end, no request's thread taken."""

import asyncio
import threading
from collections.abc import Mapping, Sequence

import pytest

from api.watching import MOST_WATCHERS, Watch
from gimark.errors import Fault, StoreBusyError

TICK_S = 0.01


class Work:
    """Some work, and everybody who looked at it."""

    def __init__(self) -> None:
        self.states: dict[str, int] = {}
        self.looks: list[tuple[str, ...]] = []
        self.threads: set[int] = set()
        self.failures: list[Exception] = []

    def look(self, names: Sequence[str]) -> Mapping[str, int]:
        self.looks.append(tuple(sorted(names)))
        self.threads.add(threading.get_ident())
        if self.failures:
            raise self.failures.pop()
        return {name: self.states[name] for name in names if name in self.states}


async def first(watch: Watch[int], name: str, wanted: int) -> list[int]:
    """The first states that a watcher is told."""
    told: list[int] = []
    async for state in watch.follow(name):
        told.append(state)
        if len(told) == wanted:
            break
    return told


def test_hundreds_of_pages_are_told_by_one_look_in_a_thread_of_its_own() -> None:
    work = Work()
    work.states = {"a": 1, "b": 2}

    async def scene() -> None:
        watch = Watch(work.look, TICK_S)
        told = await asyncio.gather(*(first(watch, name, 3) for name in ("a", "b") for _ in range(200)))
        assert [set(one) for one in told] == [{1}] * 200 + [{2}] * 200
        assert watch.watchers == 0

    asyncio.run(scene())
    assert work.looks[0] == ("a", "b")
    assert len(work.looks) <= 6
    assert threading.get_ident() not in work.threads


def test_nobody_looks_when_nobody_watches_and_looking_begins_anew() -> None:
    work = Work()
    work.states = {"a": 1}

    async def scene() -> None:
        watch = Watch(work.look, TICK_S)
        await asyncio.sleep(5 * TICK_S)
        assert work.looks == []
        await first(watch, "a", 1)
        await asyncio.sleep(5 * TICK_S)
        seen = len(work.looks)
        assert seen <= 2
        await asyncio.sleep(5 * TICK_S)
        assert len(work.looks) == seen
        assert await first(watch, "a", 1) == [1]

    asyncio.run(scene())


def test_what_is_not_there_ends_the_watch_and_so_does_its_time() -> None:
    work = Work()
    work.states = {"a": 1}

    async def scene() -> None:
        watch = Watch(work.look, TICK_S)
        assert await first(watch, "gone", 9) == []
        told = [state async for state in watch.follow("a", longest_s=5 * TICK_S)]
        assert set(told) == {1}
        assert watch.watchers == 0

    asyncio.run(scene())


def test_all_are_let_go_at_once_when_the_server_stops_and_nobody_comes_in_after() -> None:
    work = Work()
    work.states = {"a": 1}

    async def scene() -> None:
        watch = Watch(work.look, 60)
        waiting = [asyncio.create_task(first(watch, "a", 9)) for _ in range(50)]
        await asyncio.sleep(5 * TICK_S)
        assert watch.watchers == 50
        watch.leave()
        assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == [[]] * 50
        assert watch.is_full
        assert await asyncio.wait_for(first(watch, "a", 1), 1) == []

    asyncio.run(scene())


def test_a_database_that_is_busy_is_waited_out() -> None:
    work = Work()
    work.states = {"a": 1}
    work.failures = [StoreBusyError((Fault("", "忙", "busy", "稍候", "Wait"),))] * 3

    async def scene() -> None:
        assert await first(Watch(work.look, TICK_S), "a", 2) == [1, 1]

    asyncio.run(scene())
    assert len(work.looks) >= 5


def test_a_look_that_fails_for_no_known_reason_keeps_nobody_waiting() -> None:
    work = Work()
    work.states = {"a": 1}
    work.failures = [ZeroDivisionError()]

    async def scene() -> None:
        watch = Watch(work.look, TICK_S)
        assert await asyncio.wait_for(first(watch, "a", 9), 2) == []
        assert await first(watch, "a", 1) == [1]

    asyncio.run(scene())


def test_past_so_many_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.watching.MOST_WATCHERS", 2)
    work = Work()
    work.states = {"a": 1}

    async def scene() -> None:
        watch = Watch(work.look, TICK_S)
        tasks = [asyncio.create_task(first(watch, "a", 10)) for _ in range(2)]
        await asyncio.sleep(3 * TICK_S)
        assert watch.is_full
        await asyncio.gather(*tasks)
        assert not watch.is_full

    asyncio.run(scene())
    assert MOST_WATCHERS >= 1_000
