"""`/metrics` for Prometheus: what the web processes count, and what the database and the disk say.

Answered only to this machine, asked by a loopback name and not through a proxy; anybody else is told that there is no
such page. No label names an address, a code, a user or an enterprise.
"""

import shutil
from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.counts import Board, Counts
from api.security import host_name
from api.settings import LOOPBACK_HOSTS
from api.tally import BOUNDS_S
from api.wiring import Process
from gimark.errors import GimarkError
from gimark.jobs.queries import job_counts
from gimark.ledger import book

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
TOTALS = {
    "checks_dropped": "Checks that were answered and not recorded, because the queue was full",
    "rate_limited": "Look-ups put off because their network failed too often in a minute",
}
PRESENT = {
    "scan_queue_length": "Checks waiting to be written",
    "snapshot_age_seconds": "Seconds since the register was last read, of the process that waited longest",
    "web_processes": "Web processes that put up their counts within the last seconds",
}


def metrics(process: Process) -> APIRouter:
    """`/metrics` in Prometheus's text format."""
    router = APIRouter()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(process))

    @router.api_route("/metrics", methods=["GET", "HEAD"])
    def told(request: Request) -> Response:
        if not is_from_here(request):
            raise HTTPException(404)
        body = generate_latest(registry)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return router


def is_from_here(request: Request) -> bool:
    """Whether somebody on this machine asks, and no proxy asks for somebody else."""
    peer = request.client.host if request.client else ""
    asked = host_name(request.headers.get("host", "").encode("latin-1"))
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return peer in LOOPBACK_HOSTS and asked in LOOPBACK_HOSTS and not is_forwarded


class _Collected(Collector):
    """Everything that is told, read anew each time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._board = Board(process.here.settings.data_dir)

    def collect(self) -> Iterator[Metric]:
        counts = self._board.sum()
        yield from _of_processes(counts)
        yield from self._of_installation()

    def _of_installation(self) -> Iterator[Metric]:
        settings, store = self._process.here.settings, self._process.here.store
        free = shutil.disk_usage(settings.data_dir).free
        yield GaugeMetricFamily("gimark_disk_free_bytes", "Room on the disk of the data folder", free)
        is_up = GaugeMetricFamily("gimark_database_up", "Whether the database could be read")
        try:
            with store.reading() as session:
                jobs, latest, size = job_counts(session), book.published(session), book.size(session)
        except (GimarkError, SQLAlchemyError):
            is_up.add_metric([], 0)
            yield is_up
            return
        is_up.add_metric([], 1)
        yield is_up
        waiting = GaugeMetricFamily("gimark_jobs", "Jobs by state", labels=["state"])
        for state, count in jobs.items():
            waiting.add_metric([state.value], count)
        yield waiting
        yield GaugeMetricFamily("gimark_log_size", "Entries of the ledger", size)
        if latest is not None:
            age = (store.clock.now() - latest.published_at).total_seconds()
            yield GaugeMetricFamily("gimark_checkpoint_age_seconds", "Since the last checkpoint was published", age)
            yield GaugeMetricFamily("gimark_checkpoint_size", "Entries that the last checkpoint covers", latest.size)


def _of_processes(counts: Counts) -> Iterator[Metric]:
    looks = CounterMetricFamily("gimark_lookups", "Look-ups by verdict", labels=["reason"])
    for reason, count in sorted(counts.verdicts.items()):
        looks.add_metric([reason], count)
    yield looks
    answers = CounterMetricFamily("gimark_answers", "Answers by group of routes", labels=["group", "status"])
    for (group, status), count in sorted(counts.answers.items()):
        answers.add_metric([group, str(status)], count)
    yield answers
    durations = HistogramMetricFamily("gimark_answer_seconds", "How long answers took", labels=["group"])
    for group, buckets in sorted(counts.buckets.items()):
        durations.add_metric([group], _cumulated(buckets), counts.seconds[group])
    yield durations
    for name, words in TOTALS.items():
        yield CounterMetricFamily(f"gimark_{name}", words, counts.totals[name])
    for name, words in PRESENT.items():
        yield GaugeMetricFamily(f"gimark_{name}", words, counts.present.get(name, 0.0))


def _cumulated(buckets: list[int]) -> list[tuple[str, float]]:
    so_far, found = 0, []
    for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], buckets, strict=True):
        so_far += count
        found.append((bound, float(so_far)))
    return found
