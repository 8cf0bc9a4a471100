"""An application that is put together while others are served already."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future

from starlette.types import ASGIApp, Receive, Scope, Send

from api.logs import log


class Later:
    """The application that `build` gives. `begin` has it built, once, in a thread; until then requests wait for it.

    Where it cannot be built, every request to it fails with the reason, and `/readyz` with them.
    """

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build
        self._built: Future[ASGIApp] = Future()
        # Under way: a request that is given up must not cancel it for all.
        self._built.set_running_or_notify_cancel()

    def begin(self) -> None:
        """Build it. A process that ends meanwhile waits for it: importing cannot be broken off."""
        threading.Thread(target=self._run, name="building").start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, when that can be done."""
        app = self._built.result() if self._built.done() else await asyncio.wrap_future(self._built)
        await app(scope, receive, send)

    def _run(self) -> None:
        try:
            self._built.set_result(self._build())
        except Exception as error:
            # In a process that ends nothing more can be imported whole, and nobody is left to miss it.
            if threading.main_thread().is_alive():
                log.exception("only look-ups can be answered")
            self._built.set_exception(error)
