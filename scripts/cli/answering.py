"""One web process of `gimark serve`. It answers look-ups first, and imports all else while it does."""

import signal
import socket

from starlette.types import ASGIApp

from api.front import front, problems_of
from api.installation import open_installation
from api.later import Later
from api.logs import configure
from api.server import WebServer
from api.settings import Settings
from api.wiring import Process
from scripts.cli.line import say_ready_and_beat, when_it_closes
from scripts.cli.loading import loading
from scripts.cli.schema import in_service


def web(listening: int, name: str) -> None:
    """Answer on the listening socket that the parent handed down by number, until told to stop or let go."""
    settings = Settings()
    configure(settings.log_level, process=name)
    with in_service(settings):
        process = Process(open_installation(settings))
        problems = problems_of(process)

        def routes() -> ASGIApp:
            with loading():
                from api.main import routes

                return routes(process, problems)

        rest = Later(routes)

        def is_ready() -> None:
            say_ready_and_beat()
            rest.begin()

        server = WebServer(front(process, problems, rest), settings, is_ready, process.leave)
        for told in (signal.SIGTERM, signal.SIGINT):
            # uvicorn stops gracefully and then raises the signal again: by then there is nothing left to stop.
            signal.signal(told, lambda _signal, _frame: None)
        when_it_closes(server.leave)
        server.run([socket.socket(fileno=listening)])
