"""`gimark serve` and `gimark worker`."""

import signal
import subprocess
import sys
import threading
from types import FrameType

import uvicorn

from api.installation import open_installation
from api.jobs.handlers import handlers, schedule
from api.logs import configure
from api.main import create_app
from api.settings import LOOPBACK_HOSTS, Settings
from gimark import migrations
from gimark.errors import Fault, StoreFailedError, invalid
from gimark.jobs.worker import Worker

STOP_TIMEOUT_S = 30


def serve(bind: str, port: int, *, with_worker: bool) -> None:
    """Serve until told to stop; the worker runs in a process of its own and is ended with the server."""
    settings = Settings()
    configure(settings.log_level)
    _check_schema(settings)
    _check_address(settings, bind)
    worker = _start_worker() if with_worker else None
    config = uvicorn.Config(
        create_app(settings),
        host=bind,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops gracefully and then raises the signal again: by then there is nothing left to stop.
        signal.signal(name, lambda _signal, _frame: None)
    try:
        uvicorn.Server(config).run()
    finally:
        if worker is not None:
            worker.communicate(timeout=STOP_TIMEOUT_S)


def work(*, attached: bool) -> None:
    """Do jobs until SIGTERM or SIGINT, or until standard input ends if `attached`; a job at hand is put back."""
    settings = Settings()
    configure(settings.log_level)
    _check_schema(settings)
    here = open_installation(settings)
    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, leave)
    if attached:
        threading.Thread(target=_leave_with_parent, args=(stop,), daemon=True).start()
    schedule(here)
    Worker(here.store, handlers(here)).run(stop)


def _check_address(settings: Settings, bind: str) -> None:
    """Refuse to be reached from outside while people would be told a loopback address without TLS."""
    if bind in LOOPBACK_HOSTS or settings.is_https:
        return
    raise invalid(
        "bind",
        f"监听 {bind}，而 GIMARK_PUBLIC_BASE 还是开发设置 {settings.public_base}",
        f"listening on {bind} while GIMARK_PUBLIC_BASE is the development setting {settings.public_base}",
        "请把 GIMARK_PUBLIC_BASE 设为对外的 https 网址，或只监听 127.0.0.1",
        "Set GIMARK_PUBLIC_BASE to the public https address, or listen on 127.0.0.1",
    )


def _start_worker() -> subprocess.Popen[bytes]:
    """A worker that ends when this process does, however it ends: its standard input closes."""
    return subprocess.Popen([sys.executable, "-m", "scripts.cli", "worker", "--attached"], stdin=subprocess.PIPE)


def _leave_with_parent(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()


def _check_schema(settings: Settings) -> None:
    engine = open_installation(settings).store.engine
    revision = migrations.current(engine)
    engine.dispose()
    if revision != migrations.head():
        raise StoreFailedError(
            (
                Fault(
                    "database",
                    f"数据库版本为 {revision or '空'}，程序需要 {migrations.head()}",
                    f"the database is at {revision or 'nothing'}, the program needs {migrations.head()}",
                    "请先运行 gimark init，或备份后升级数据库",
                    "Run gimark init first, or back up and upgrade the database",
                ),
            )
        )
