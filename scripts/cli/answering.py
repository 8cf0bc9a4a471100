"""One web process of `gimark serve`. It imports no label code: that is the worker's."""

import signal
import socket

from api.logs import configure
from api.main import create_app
from api.server import WebServer
from api.settings import Settings
from scripts.cli.line import say_ready_and_beat, when_it_closes
from scripts.cli.schema import in_service


def web(listening: int, name: str) -> None:
    """Answer on the listening socket that the parent handed down by number, until told to stop or let go."""
    settings = Settings()
    configure(settings.log_level, process=name)
    with in_service(settings):
        server = WebServer(create_app(settings), settings, say_ready_and_beat)
        for told in (signal.SIGTERM, signal.SIGINT):
            # uvicorn stops gracefully and then raises the signal again: by then there is nothing left to stop.
            signal.signal(told, lambda _signal, _frame: None)
        when_it_closes(server.leave)
        server.run([socket.socket(fileno=listening)])
