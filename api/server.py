"""One web process as a server: uvicorn, which gives nobody for ever to send a request.

uvicorn ends connections that idle between requests and waits without end for a first one, for the rest of a header
and for a body. Here each has a deadline, looked after once a second, and only so many connections are open at a time:
past that, the one that has been silent longest makes room. Sending slowly keeps nobody else from being served.
"""

import asyncio
import math
import resource
import socket
from collections.abc import Callable
from functools import partial
from heapq import nsmallest
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.settings import Settings

# Longer than the proxy keeps its own end open (60 s by default), so that it never sends into a closing connection.
KEEP_ALIVE_S = 75
# What is at hand is answered within this when the process is told to stop.
GRACE_S = 15
MOST_CONNECTIONS = 8_192
FILES_BESIDE = 256
TICKS_A_SECOND = 10


class Connection(HttpToolsProtocol):
    """A connection that knows what it awaits: `since` when (the loop's time), and for how many seconds it may."""

    since = 0.0
    allowed_s = math.inf

    def __init__(self, *args: Any, head_s: float, body_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_s, self._body_s = head_s, body_s

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Await a first request, if need be in the place of those that have been silent longest."""
        super().connection_made(transport)
        self._await_for(self._head_s)
        if len(self.connections) > most_connections():
            _make_room(self.server_state)

    def on_message_begin(self) -> None:
        """The first bytes of a request are here: await the rest of its head."""
        super().on_message_begin()
        self._await_for(self._head_s)

    def on_headers_complete(self) -> None:
        """Await the body, if there is one."""
        super().on_headers_complete()
        self._await_for(self._body_s)

    def on_message_complete(self) -> None:
        """The request is whole: whatever takes time now is ours."""
        super().on_message_complete()
        self.allowed_s = math.inf

    def on_response_complete(self) -> None:
        """Await the next request, or the rest of one that was answered before it was whole."""
        super().on_response_complete()
        if self.allowed_s == math.inf:
            self._await_for(KEEP_ALIVE_S)

    @property
    def is_silent(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _await_for(self, seconds: float) -> None:
        self.since, self.allowed_s = self.loop.time(), seconds


class WebServer(uvicorn.Server):
    """Serves `app` on a socket that is listening already, until told to stop.

    `when_ready` is called once; `when_leaving` in the event loop as soon as it is told to stop, to end the answers that
    would go on for ever.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, when_ready: Callable[[], None], when_leaving: Callable[[], None]
    ) -> None:
        connection = partial(Connection, head_s=settings.head_timeout_s, body_s=settings.body_timeout_s)
        config = uvicorn.Config(
            app,
            http=cast("type[Connection]", connection),
            ws="none",
            loop="uvloop",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            # X-Forwarded-… is judged by api/visitors.py, by trusted_proxies.
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
        super().__init__(config)
        self._when_ready = when_ready
        self._when_leaving = when_leaving

    def leave(self) -> None:
        """Stop accepting, answer what is at hand, close the application. Any thread may call it."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen."""
        await super().startup(sockets)
        if self.started:
            self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of those who follow something, then answer the rest of what is at hand."""
        self._when_leaving()
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; once a second, connections past their deadline are ended."""
        if counter % TICKS_A_SECOND == 0:
            now = asyncio.get_running_loop().time()
            for connection in _connections(self.server_state):
                if now - connection.since > connection.allowed_s:
                    connection.transport.abort()
        return await super().on_tick(counter)


def most_connections() -> int:
    """How many connections may be open at a time; files and databases want some of the process's numbers too."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(MOST_CONNECTIONS, soft - FILES_BESIDE))


def _make_room(state: ServerState) -> None:
    """End those that await a request longest; where all are being answered, the newest one stays all the same."""
    silent = [connection for connection in _connections(state) if connection.is_silent]
    for connection in nsmallest(1 + len(silent) // 64, silent, key=lambda found: found.since):
        connection.transport.abort()


def _connections(state: ServerState) -> list[Connection]:
    return [found for found in state.connections if isinstance(found, Connection) and not found.transport.is_closing()]
