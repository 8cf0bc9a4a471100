"""What the worker does for each kind of job, and the work that comes round by itself."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from api.installation import Installation
from api.jobs.exporting import export_missing
from api.jobs.listing import export_list
from api.jobs.ordering import follow_with_labels
from api.jobs.printing import print_labels
from api.jobs.sweeping import PARTS, sweep_part
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.errors import Fault, GimarkError, NotAllowedError
from gimark.issuance.issuing import issue_order
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import (
    COUNT_CHECKS,
    EXPORT_LIST,
    EXPORT_NONCES,
    ISSUE_CODES,
    ORDER_LABELS,
    PRINT_LABELS,
    PUBLISH_CHECKPOINT,
    PUBLISH_STATUS,
    SWEEP,
)
from gimark.jobs.worker import Handler, JobHandle
from gimark.ledger import book
from gimark.scans.statistics.actions import count_checks

# An act waits at most a minute for its checkpoint; runs ask for theirs at once.
CHECKPOINT_EVERY = timedelta(seconds=45)
# Until then a run's nonces can be had from the serial master alone.
NONCES_EVERY = timedelta(minutes=1)
# The status list lives a month; a day's delay of a lone worker leaves it valid.
STATUS_EVERY = timedelta(days=1)
STATUS_FRESH = timedelta(minutes=10)
# Keys behind device tags are destroyed after 14 days, to the hour.
SWEEP_EVERY = timedelta(hours=1)
# Statistics are this old at most.
COUNT_EVERY = timedelta(minutes=5)

log = structlog.stdlib.get_logger("gimark")


def prompt_handlers(here: Installation) -> Mapping[str, Handler]:
    """The short work that others wait for. It has a worker of its own, so that no print job holds it up."""
    return {
        PUBLISH_CHECKPOINT: lambda _: _publish_checkpoint(here),
        PUBLISH_STATUS: _status_publisher(here),
        ORDER_LABELS: _under_current_keys(here, partial(follow_with_labels, here)),
        SWEEP: lambda handle: sweep_part(here, handle.payload["part"]),
    }


def long_handlers(here: Installation) -> Mapping[str, Handler]:
    """The work that takes as long as it takes."""
    return {
        EXPORT_LIST: lambda handle: export_list(here, handle),
        COUNT_CHECKS: lambda handle: _count_checks(here, handle),
        ISSUE_CODES: _under_current_keys(here, partial(_issue, here)),
        PRINT_LABELS: _under_current_keys(here, partial(print_labels, here)),
        EXPORT_NONCES: lambda handle: _export_nonces(here, handle),
    }


def handlers(here: Installation) -> Mapping[str, Handler]:
    """The handler of every kind of job this installation knows."""
    return {**prompt_handlers(here), **long_handlers(here)}


def schedule(here: Installation) -> None:
    """Ask for the periodic work, once for the installation however many workers start."""
    with here.store.acting() as act:
        enqueue(act, PUBLISH_CHECKPOINT, "periodic-checkpoint", every=CHECKPOINT_EVERY)
        enqueue(act, PUBLISH_STATUS, "periodic-status", every=STATUS_EVERY)
        enqueue(act, EXPORT_NONCES, "periodic-nonces", every=NONCES_EVERY)
        enqueue(act, COUNT_CHECKS, "periodic-count", every=COUNT_EVERY)
        for part in PARTS:
            enqueue(act, SWEEP, f"periodic-sweep:{part}", {"part": part}, every=SWEEP_EVERY)
        act.commit()


def _publish_checkpoint(here: Installation) -> None:
    here.put_out_keys()
    here.publish_checkpoint()


def _export_nonces(here: Installation, handle: JobHandle) -> None:
    export_missing(here, handle)


def _status_publisher(here: Installation) -> Handler:
    """One list tells of every act before it, so those that ask for what is out already get nothing new."""
    told: tuple[int, datetime] | None = None

    def handler(_handle: JobHandle) -> None:
        nonlocal told
        # Whoever reads the list can ask for a checkpoint that covers the acts behind it.
        _publish_checkpoint(here)
        now = here.store.clock.now()
        with here.store.reading() as session:
            size = book.size(session)
        if told is None or told[0] != size or now - told[1] >= STATUS_FRESH:
            here.publish_status()
            told = size, now

    return handler


def _under_current_keys(here: Installation, work: Callable[[JobHandle], None]) -> Handler:
    """`work` under the key set that is out now; the one held stays in use when that one is refused."""

    def handler(handle: JobHandle) -> None:
        try:
            here.take_up_keys()
        except GimarkError:
            log.exception("the published key set is refused; the one held stays in use")
        work(handle)

    return handler


def _issue(here: Installation, handle: JobHandle) -> None:
    with here.store.reading() as session:
        user = session.get_one(User, handle.payload["user"])
        if not user.is_active:
            raise NotAllowedError((_SWITCHED_OFF,))
        actor = as_actor(user)
    issue_order(here.store, here.keyring, actor, handle.payload["order"], handle.progress)


_SWITCHED_OFF = Fault(
    "user",
    "申请赋码的用户已停用",
    "whoever ordered the codes was switched off",
    "请由同一企业的其他用户用同一个幂等键再次申请，同一订单会接着做",
    "Another user of the enterprise orders them again under the same idempotency key, and the same order goes on",
)


def _count_checks(here: Installation, handle: JobHandle) -> None:
    count_checks(here.store, handle.progress)
