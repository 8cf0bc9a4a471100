"""Making a print order's files here and now, with a progress bar, by the same worker that serves the desks."""

import threading

from rich.console import Console
from rich.progress import Progress

from api.installation import Installation
from api.jobs.handlers import handlers
from gimark.accounts.rules import not_found
from gimark.errors import Fault, StoreFailedError
from gimark.issuance.model import PrintState
from gimark.issuance.printing import print_order
from gimark.issuance.queries import PrintFacts
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.queries import JobFacts, job_by_key
from gimark.jobs.rules import JobState
from gimark.jobs.worker import Worker

LOOK_EVERY_S = 0.2


def finish(here: Installation, order_ref: str, console: Console) -> PrintFacts:
    """Work until the order's files are released; raises StoreFailedError with the job's own words when it failed."""
    stop = threading.Event()
    worker = threading.Thread(target=Worker(here.store, handlers(here)).run, args=(stop,))
    worker.start()
    try:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("印标文件 / label files", total=None)
            order, job = _state(here, order_ref)
            while order.state is not PrintState.RELEASED and job.state is not JobState.FAILED:
                progress.update(task, completed=job.progress_done, total=job.progress_total or None)
                stop.wait(LOOK_EVERY_S)
                order, job = _state(here, order_ref)
    finally:
        stop.set()
        worker.join()
    if order.state is not PrintState.RELEASED:
        raise StoreFailedError(
            (
                Fault(
                    "labels",
                    f"印标文件没有做成：{job.error}",
                    f"the label files were not made: {job.error}",
                    "排除原因后重试，同一订单会接着做",
                    "Mend the cause and try again; the same order goes on",
                ),
            )
        )
    return order


def _state(here: Installation, order_ref: str) -> tuple[PrintFacts, JobFacts]:
    with here.store.reading() as session:
        job = job_by_key(session, f"{PRINT_LABELS}:{order_ref}")
        if job is None:
            raise not_found("print_order")
        return print_order(session, order_ref), job
