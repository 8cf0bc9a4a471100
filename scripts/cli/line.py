"""A child's end of the line to its parent: its standard input, a socket (see supervising.py)."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

READY = b"ready\n"
# What answers people says once a second that its event loop goes round, what does jobs that every lane moves.
BEAT, BEAT_EVERY_S = b".", 1.0
_STANDARD_INPUT = 0


def say_ready() -> None:
    """Tell the parent that this process does its work now. Of one that is gone `when_it_closes` knows."""
    with socket.socket(fileno=os.dup(_STANDARD_INPUT)) as line, suppress(OSError):
        line.sendall(READY)


def say_ready_and_beat() -> None:
    """Tell the parent that this process does its work now, and from now on that its running event loop goes round."""
    say_ready()
    _beat_on(beating())


def beating() -> Callable[[], None]:
    """What tells the parent, each time it is called, that this process does its work."""
    line = socket.socket(fileno=os.dup(_STANDARD_INPUT))

    def beat() -> None:
        # A parent that does not read now has beats enough waiting; of one that is gone `when_it_closes` knows.
        with suppress(OSError):
            line.send(BEAT, socket.MSG_DONTWAIT)

    return beat


def _beat_on(beat: Callable[[], None]) -> None:
    beat()
    asyncio.get_running_loop().call_later(BEAT_EVERY_S, _beat_on, beat)


def when_it_closes(leave: Callable[[], None]) -> None:
    """Call `leave`, from a thread, when the parent lets this process go or is gone itself."""

    def wait() -> None:
        # A parent that is killed before it read every beat leaves a reset connection and not an end.
        with suppress(ConnectionResetError):
            # Past Python's buffer, whose lock a thread that still reads would hold when the process ends.
            while os.read(_STANDARD_INPUT, 1024):
                pass
        leave()

    threading.Thread(target=wait, name="line", daemon=True).start()
