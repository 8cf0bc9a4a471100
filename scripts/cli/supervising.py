"""Processes kept running: each is started again when it dies, and all leave when told, however the parent ends.

Between the parent and a child lies a line, a socket that is the child's standard input: the child says once on it that
it is ready, and leaves when it closes. The system closes it when the parent dies, so no child is ever left behind. A
child that beats goes on to say that it is alive; when it falls silent, it does nothing else either, and is ended.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from scripts.cli.line import READY

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
# Whoever lived this long did not die of how it was started: the next start waits as briefly as the first.
SETTLED_S = 300.0
# Longer than anything a web process waits for in its event loop, or a worker in the thread that looks after its
# lanes: what is silent for so long hangs.
SILENCE_LIMIT_S = 30.0
# A start takes seconds, on a busy machine a minute: what is not ready then waits for what does not come.
START_LIMIT_S = 600.0
# For answering what is at hand and writing the checks down, or for putting a job back.
STOP_LIMIT_S = 45.0

log = structlog.stdlib.get_logger("gimark")


@dataclass(frozen=True, slots=True)
class Child:
    """A process to be kept: its name in the log, command, inherited file descriptors, and whether it beats."""

    name: str
    command: Sequence[str]
    inherits: tuple[int, ...] = ()
    beats: bool = False


class Keeper:
    """Keeps one child running from `begin` to `stop`. Belongs to one event loop."""

    def __init__(
        self,
        child: Child,
        first_wait_s: float = FIRST_WAIT_S,
        silence_limit_s: float = SILENCE_LIMIT_S,
        start_limit_s: float = START_LIMIT_S,
    ) -> None:
        self._child = child
        self._first_wait_s = first_wait_s
        self._silence_limit_s = silence_limit_s
        self._start_limit_s = start_limit_s
        self._stopping = asyncio.Event()
        self._line: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[int] | None = None
        self._is_starting = False
        self.is_ready = asyncio.Event()

    def begin(self, *, gives_up: bool = False) -> "asyncio.Task[int]":
        """Start the child; the task ends with its last status. With `gives_up` it has one try to become ready."""
        self._task = asyncio.create_task(self._keep(gives_up))
        return self._task

    async def stop(self, limit_s: float = STOP_LIMIT_S) -> bool:
        """Let the child finish what is at hand and leave; False when it did not in time and was ended.

        One that is still starting has nothing at hand, and is told to end at once.
        """
        self._stopping.set()
        self._let_go()
        if self._task is None:
            return True
        _, late = await asyncio.wait({self._task}, timeout=limit_s)
        if late:
            log.error("a process did not leave in time and was ended", child=self._child.name)
            self.kill()
            await self._task
        return not late

    def kill(self) -> None:
        """End the child at once, for good."""
        self._stopping.set()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _keep(self, gives_up: bool) -> int:
        wait_s = self._first_wait_s
        while True:
            began = time.monotonic()
            status = await self._live()
            if self._stopping.is_set() or (gives_up and not self.is_ready.is_set()):
                return status
            if time.monotonic() - began >= SETTLED_S:
                wait_s = self._first_wait_s
            log.error("a process died and is started again", child=self._child.name, status=status, wait_s=wait_s)
            if await _is_set_within(self._stopping, wait_s):
                return status
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _live(self) -> int:
        """One life of the child: its status (the signal's number, negative, when it was ended by one)."""
        self._line, theirs = socket.socketpair()
        self._is_starting = True
        with self._line, theirs:
            self._line.settimeout(0)
            # A process group of its own: a terminal's Ctrl-C reaches the parent alone, which then lets everybody go.
            self._process = await asyncio.create_subprocess_exec(
                *self._child.command, stdin=theirs.fileno(), pass_fds=self._child.inherits, process_group=0
            )
            theirs.close()
            if self._stopping.is_set():
                self._let_go()
            else:
                listening = asyncio.create_task(self._listen(self._line, self._process))
                await self._process.wait()
                listening.cancel()
            return await self._process.wait()

    async def _listen(self, line: socket.socket, process: asyncio.subprocess.Process) -> None:
        said: bytes | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._start_limit_s):
                said = await asyncio.get_running_loop().sock_recv(line, len(READY))
        if said is None:
            log.error("a process does not become ready and is ended", child=self._child.name)
            process.kill()
        if said != READY:
            return
        self._is_starting = False
        self.is_ready.set()
        log.info("a process is ready", child=self._child.name)
        if self._child.beats and await self._falls_silent(line) and not self._stopping.is_set():
            log.error("a process says nothing any more and is ended", child=self._child.name)
            process.kill()

    async def _falls_silent(self, line: socket.socket) -> bool:
        """Wait until the child says nothing for too long; False when the line was closed.

        One silence is not believed: after a pause of the whole machine the beats come a moment after the alarm.
        """
        silences = 0
        while silences < 2:
            try:
                async with asyncio.timeout(self._silence_limit_s / 2):
                    if not await asyncio.get_running_loop().sock_recv(line, 4096):
                        return False
            except TimeoutError:
                silences += 1
            else:
                silences = 0
        return True

    def _let_go(self) -> None:
        if self._line is not None and self._line.fileno() >= 0:
            # Not close: a task may be reading from it.
            self._line.shutdown(socket.SHUT_RDWR)
        if self._is_starting and self._process is not None and self._process.returncode is None:
            self._process.terminate()


class Parent:
    """Web processes that share one listening socket, and a worker. Told to stop once it lets them finish, twice not."""

    def __init__(self, listening: socket.socket, web: Sequence[Child], worker: Child | None) -> None:
        self._listening = listening
        self._web = [Keeper(child) for child in web]
        self._worker = None if worker is None else Keeper(worker)
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; the status to leave with. A first web process that cannot start ends it all.

        The others start when the first one is ready, so that what is wrong with an installation is said once.
        """
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._told)
        first, *others = self._web
        living = first.begin(gives_up=True)
        if not await self._is_up(first, living):
            return living.result()
        for keeper in () if self._stopping.is_set() else (*others, *self._workers):
            keeper.begin()
        await self._stopping.wait()
        # No copy of the socket may stay open, or connections would go on being taken and never answered.
        self._listening.close()
        left = await asyncio.gather(*(keeper.stop() for keeper in self._web))
        left += await asyncio.gather(*(keeper.stop() for keeper in self._workers))
        return 0 if all(left) else 1

    @property
    def _workers(self) -> list[Keeper]:
        return [] if self._worker is None else [self._worker]

    async def _is_up(self, first: Keeper, living: "asyncio.Task[int]") -> bool:
        """Whether the first web process is ready, or whoever waits for it wants to stop."""
        events = [asyncio.create_task(event.wait()) for event in (first.is_ready, self._stopping)]
        await asyncio.wait({living, *events}, return_when=asyncio.FIRST_COMPLETED)
        for event in events:
            event.cancel()
        return not living.done()

    def _told(self) -> None:
        if self._stopping.is_set():
            log.error("told to stop twice: everything is ended at once")
            for keeper in (*self._web, *self._workers):
                keeper.kill()
        self._stopping.set()


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
