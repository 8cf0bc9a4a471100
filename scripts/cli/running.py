"""`gimark serve`, `gimark worker` and `gimark sweep`."""

import os
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType

import structlog
import uvicorn

from api.installation import KEYS_FOLDER, ROOT_FILE, open_installation
from api.jobs.handlers import long_handlers, prompt_handlers, schedule
from api.jobs.sweeping import sweep as sweep_all
from api.logs import configure
from api.main import create_app
from api.settings import LOOPBACK_HOSTS, Settings
from gimark import migrations
from gimark.errors import Fault, StoreFailedError, invalid
from gimark.jobs.worker import Handler, Worker
from gimark.store.unit_of_work import Store
from scripts.cli.office import console, installation
from scripts.cli.supervising import STOP_TIMEOUT_S, AttachedWorker

log = structlog.stdlib.get_logger("gimark")


def serve(bind: str, port: int, *, with_worker: bool) -> None:
    """Serve until told to stop; the worker runs in a process of its own, which is kept running and ended with us."""
    settings = Settings()
    configure(settings.log_level)
    _check_schema(settings)
    _check_address(settings, bind)
    _warn_of_root(settings)
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
    worker = AttachedWorker() if with_worker else None
    if worker is not None:
        worker.start()
    try:
        uvicorn.Server(config).run()
    finally:
        if worker is not None:
            worker.stop()


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
    if not work_in_lanes(here.store, (prompt_handlers(here), long_handlers(here)), stop):
        sys.exit(1)


def work_in_lanes(store: Store, lanes: tuple[Mapping[str, Handler], ...], stop: threading.Event) -> bool:
    """One worker for each of `lanes`, so that no long job holds up a short one, until `stop`; False when one died."""
    died = threading.Event()

    def run(handlers: Mapping[str, Handler]) -> None:
        try:
            Worker(store, handlers).run(stop)
        except Exception:
            log.exception("a worker died of what nobody expected")
            died.set()
            stop.set()

    threads = [threading.Thread(target=run, args=(handlers,), name="lane") for handlers in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not died.is_set()


def sweep() -> None:
    """Do at once what the worker does every hour, and say what was taken away."""
    for part, count in sweep_all(installation()).items():
        console.print(f"{part:<14}{count:,}", highlight=False)


def _warn_of_root(settings: Settings) -> None:
    if (settings.data_dir / KEYS_FOLDER / ROOT_FILE).exists():
        log.warning("the root's private key lies in the data folder; move keys/root.pem off line")


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


def _leave_with_parent(stop: threading.Event) -> None:
    # Past Python's buffer, whose lock a thread that still reads would hold when the process ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
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
