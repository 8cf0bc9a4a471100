"""Working a job off here and now, with a progress bar, by the same workers that serve the desks."""

import threading

from rich.console import Console
from rich.progress import Progress

from api.installation import Installation
from api.jobs.handlers import long_handlers, prompt_handlers
from gimark.jobs.queries import JobFacts, job_by_key, job_not_found
from gimark.jobs.rules import ENDS
from gimark.jobs.worker import Worker

LOOK_EVERY_S = 0.2


def work_off(here: Installation, key: str, title: str, console: Console) -> JobFacts:
    """Work until the job asked for under `key` has ended, here or in another worker; how it ended.

    Raises NotFoundError when nothing was asked for under that key.
    """
    stop = threading.Event()
    # Two, as beside the server: what many acts before asked for does not hold up what is waited for.
    workers = [
        threading.Thread(target=Worker(here.store, some).run, args=(stop,))
        for some in (prompt_handlers(here), long_handlers(here))
    ]
    for worker in workers:
        worker.start()
    try:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            while (job := _job(here, key)).state not in ENDS:
                progress.update(task, completed=job.progress_done, total=job.progress_total or None)
                stop.wait(LOOK_EVERY_S)
            progress.update(task, completed=job.progress_done, total=job.progress_total or None)
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    return job


def _job(here: Installation, key: str) -> JobFacts:
    with here.store.reading() as session:
        job = job_by_key(session, key)
    if job is None:
        raise job_not_found()
    return job
