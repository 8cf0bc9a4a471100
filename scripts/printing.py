"""Making a print order's files here and now, with a progress bar, by the same worker that serves the desks."""

from rich.console import Console

from api.installation import Installation
from gimark.errors import Fault, StoreFailedError
from gimark.issuance.model import PrintState
from gimark.issuance.printing import print_order
from gimark.issuance.queries import PrintFacts
from gimark.jobs.kinds import PRINT_LABELS
from scripts.foreground import work_off


def finish(here: Installation, order_ref: str, console: Console) -> PrintFacts:
    """Work until the order's files are released; raises StoreFailedError with the job's own words when it failed."""
    job = work_off(here, f"{PRINT_LABELS}:{order_ref}", "印标文件 / label files", console)
    with here.store.reading() as session:
        order = print_order(session, order_ref)
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
