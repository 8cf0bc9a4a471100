"""The worker's process beside a server: started again when it dies, ended when the server ends, however that ends."""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import structlog

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
# Whoever lived this long did not die of how it was started: the next start waits as briefly as the first.
SETTLED_S = 300.0
STOP_TIMEOUT_S = 30
COMMAND = (sys.executable, "-m", "scripts.cli", "worker", "--attached")

log = structlog.stdlib.get_logger("gimark")


class AttachedWorker:
    """A worker that leaves when its standard input closes, so that it never outlives this process."""

    def __init__(self, command: Sequence[str] = COMMAND, first_wait_s: float = FIRST_WAIT_S) -> None:
        self._command = command
        self._first_wait_s = first_wait_s
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Start the worker, and keep one running until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Let the worker put its job back and leave; one that does not leave in time is ended, its lease runs out."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is not None:
            _let_go(process)
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                log.error("the worker did not leave in time and was ended")  # noqa: TRY400 - the trace says no more
                process.kill()
        self._thread.join()

    def _keep(self) -> None:
        wait_s = self._first_wait_s
        while (process := self._started()) is not None:
            began = time.monotonic()
            status = process.wait()
            _let_go(process)
            if self._stopping.is_set():
                return
            if time.monotonic() - began >= SETTLED_S:
                wait_s = self._first_wait_s
            log.error("the worker died and is started again", status=status, wait_s=wait_s)
            if self._stopping.wait(wait_s):
                return
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _started(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._stopping.is_set():
                return None
            # A process group of its own: a terminal's Ctrl-C reaches the server alone, which then lets the worker go.
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, process_group=0)
            return self._process


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()
