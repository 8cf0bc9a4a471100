"""A server of the installation's own, in a process of its own, ended by its process id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.settings import Settings
from gimark.errors import Fault, StoreFailedError

READY_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server under way at `address`."""

    address: str
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Until somebody stops it."""
        try:
            self.process.wait()
        except KeyboardInterrupt:
            self.process.send_signal(signal.SIGINT)


@contextmanager
def serving(settings: Settings, bind: str, port: int) -> Iterator[Server]:
    """`gimark serve` on `bind`:`port` (0: a free port), ready to answer; stopped when the block ends.

    Who tells this process to end (SIGTERM) ends the block too, as Ctrl-C does.
    """
    port = port or _free_port(bind)
    # What the operator's own installation is set to is not this one's.
    own = {name: value for name, value in os.environ.items() if name != "GIMARK_PASSPHRASE"}
    environment = own | {
        "GIMARK_DATABASE_URL": "",
        "GIMARK_DATA_DIR": str(settings.data_dir),
        "GIMARK_PASSPHRASE_FILE": str(settings.passphrase_file),
        "GIMARK_PUBLIC_BASE": settings.public_base,
        "GIMARK_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "scripts.cli", "serve", "--bind", bind, "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    server = Server(f"http://{bind}:{port}", process)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _await(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(READY_TIMEOUT_S)
        signal.signal(signal.SIGTERM, before)


def _await(server: Server) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/healthz", timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise StoreFailedError(
        (
            Fault(
                "serve",
                f"{server.address} 没有起来",
                f"{server.address} did not come up",
                "请看上面的输出；端口被占用时换一个 --port",
                "See the output above; if the port is taken, give another --port",
            ),
        )
    )


def _free_port(bind: str) -> int:
    with socket.socket() as probe:
        probe.bind((bind, 0))
        return int(probe.getsockname()[1])
