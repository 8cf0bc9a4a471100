"""A child's end of the line to its parent: its standard input, a socket (see supervising.py)."""

import os
import socket
import threading
from collections.abc import Callable

READY = b"ready\n"
_STANDARD_INPUT = 0


def say_ready() -> None:
    """Tell the parent that this process does its work now."""
    with socket.socket(fileno=os.dup(_STANDARD_INPUT)) as line:
        line.sendall(READY)


def when_it_closes(leave: Callable[[], None]) -> None:
    """Call `leave`, from a thread, when the parent lets this process go or is gone itself."""

    def wait() -> None:
        # Past Python's buffer, whose lock a thread that still reads would hold when the process ends.
        while os.read(_STANDARD_INPUT, 1024):
            pass
        leave()

    threading.Thread(target=wait, name="line", daemon=True).start()
