"""What stands in front, the hot path and the guards, which need no framework; behind them whatever answers the rest.

It is whole as soon as look-ups can be answered. All else, the framework and some two hundred routes, takes as long
again to import and put together; where that matters, `Later` stands in its place until it is there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

# Every table is known before two threads ask for rows.
import gimark.migrations.models  # noqa: F401
from api.catalogue import Catalogue
from api.problems import Problems, SitePages
from api.security import BodyLimit, Guard, HostCheck, SameSite
from api.tally import Counted
from api.verify import CodeEndpoint
from api.wiring import Process

# Where a body may be as large as a file that people send.
UPLOADS = ("/producer/uploads", "/producer/scan", "/studio/mark", "/v1/uploads")


def front(process: Process, problems: Problems, rest: ASGIApp) -> CodeEndpoint:
    """The application of a process: it answers look-ups, and what `rest` answers, guarded.

    The server's lifespan starts and closes the process.
    """
    guarded = Counted(_guarded(rest, process, problems), process.tally)
    return CodeEndpoint(
        _Living(guarded, process),
        process.desk,
        process.answers,
        Catalogue(process).body,
        problems,
        process.hosts,
        process.here.settings.public_base,
        process.here.store.clock,
        process.tally,
    )


def problems_of(process: Process) -> Problems:
    """What answers errors in the look of the site."""
    return Problems(process.here.settings.languages, SitePages(process.pages))


class _Living:
    """Starts the process before the first request and closes it after the last, as the server says."""

    def __init__(self, app: ASGIApp, process: Process) -> None:
        @asynccontextmanager
        async def life(_app: object) -> AsyncIterator[None]:
            process.start()
            try:
                yield
            finally:
                process.close()

        self._app = app
        self._life = Router(lifespan=life)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._life.lifespan(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _guarded(app: ASGIApp, process: Process, problems: Problems) -> ASGIApp:
    settings = process.here.settings
    origins = frozenset({settings.public_base} | {f"https://{host}" for host in process.here.keyset.hosts})
    limited = BodyLimit(app, problems, settings.body_limit, settings.upload_limit, UPLOADS)
    checked = HostCheck(SameSite(limited, problems, origins), problems, process.hosts, settings.public_base)
    return Guard(checked, problems, settings.is_https)
