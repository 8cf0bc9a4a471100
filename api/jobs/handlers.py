"""What the worker does for each kind of job, and the work that comes round by itself."""

from collections.abc import Mapping
from datetime import timedelta

from api.installation import Installation
from api.jobs.printing import print_labels
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.issuance.issuing import issue_order
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import ISSUE_CODES, PRINT_LABELS, PUBLISH_CHECKPOINT, PUBLISH_STATUS
from gimark.jobs.worker import Handler, JobHandle

# An act waits at most a minute for its checkpoint; runs ask for theirs at once.
CHECKPOINT_EVERY = timedelta(seconds=45)
# The status list lives a month; a day's delay of a lone worker leaves it valid.
STATUS_EVERY = timedelta(days=1)


def handlers(here: Installation) -> Mapping[str, Handler]:
    """The handler of every kind of job this installation knows."""
    return {
        ISSUE_CODES: lambda handle: _issue(here, handle),
        PRINT_LABELS: lambda handle: print_labels(here, handle),
        PUBLISH_CHECKPOINT: lambda _: _publish_checkpoint(here),
        PUBLISH_STATUS: lambda _: _publish_status(here),
    }


def schedule(here: Installation) -> None:
    """Ask for the periodic work, once for the installation however many workers start."""
    with here.store.acting() as act:
        enqueue(act, PUBLISH_CHECKPOINT, "periodic-checkpoint", every=CHECKPOINT_EVERY)
        enqueue(act, PUBLISH_STATUS, "periodic-status", every=STATUS_EVERY)
        act.commit()


def _publish_checkpoint(here: Installation) -> None:
    here.publish_checkpoint()


def _publish_status(here: Installation) -> None:
    # The list names its log size: whoever reads it can ask for a checkpoint that covers it.
    here.publish_checkpoint()
    here.publish_status()


def _issue(here: Installation, handle: JobHandle) -> None:
    with here.store.reading() as session:
        actor = as_actor(session.get_one(User, handle.payload["user"]))
    issue_order(here.store, here.keyring, actor, handle.payload["order"])
