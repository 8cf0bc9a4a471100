"""`gimark worker` and `gimark sweep`."""

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from types import FrameType

import structlog

from api.installation import open_installation
from api.jobs.handlers import long_handlers, prompt_handlers, schedule
from api.jobs.sweeping import sweep as sweep_all
from api.logs import configure
from api.settings import Settings
from gimark.jobs.worker import Handler, Worker
from gimark.store.unit_of_work import Store
from scripts.cli.line import BEAT_EVERY_S, beating, say_ready, when_it_closes
from scripts.cli.office import console, installation
from scripts.cli.schema import in_service

# Longer than any step of a job takes: a lane that stands still for so long hangs.
STILL_LIMIT_S = 900.0

log = structlog.stdlib.get_logger("gimark")


def work(*, attached: bool) -> None:
    """Do jobs until SIGTERM or SIGINT, or until the parent lets go if `attached`; a job at hand is put back."""
    settings = Settings()
    configure(settings.log_level, process="worker")
    with in_service(settings):
        here = open_installation(settings)
        stop = threading.Event()

        def leave(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, leave)
        if attached:
            when_it_closes(stop.set)
        schedule(here)
        beat = _nobody_listens
        if attached:
            say_ready()
            beat = beating()
        log.info("taking jobs")
        if not work_in_lanes(here.store, (prompt_handlers(here), long_handlers(here)), stop, beat):
            sys.exit(1)


def _nobody_listens() -> None:
    pass


def work_in_lanes(
    store: Store,
    lanes: tuple[Mapping[str, Handler], ...],
    stop: threading.Event,
    beat: Callable[[], None] = _nobody_listens,
    still_limit_s: float = STILL_LIMIT_S,
) -> bool:
    """One worker for each of `lanes`, so that no long job holds up a short one, until `stop`; False when one died.

    `beat` is called every second, from this thread, as long as every lane moves: a long job is work, a hang is none.
    """
    died = threading.Event()
    workers = [Worker(store, handlers) for handlers in lanes]

    def run(worker: Worker) -> None:
        try:
            worker.run(stop)
        except Exception:
            log.exception("a worker died of what nobody expected")
            died.set()
            stop.set()

    threads = [threading.Thread(target=run, args=(worker,), name="lane") for worker in workers]
    for thread in threads:
        thread.start()
    while alive := [thread for thread in threads if thread.is_alive()]:
        if all(worker.still_s < still_limit_s for worker in workers):
            beat()
        alive[0].join(BEAT_EVERY_S)
    return not died.is_set()


def sweep() -> None:
    """Do at once what the worker does every hour, and say what was taken away."""
    for part, count in sweep_all(installation()).items():
        console.print(f"{part:<14}{count:,}", highlight=False)
