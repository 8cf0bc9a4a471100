"""Lists of API and desks: what a page costs while the county grows from a thousand of everything to a million.

Whole requests through the application, from the access key or the session to the last byte, in this process; rows are
inserted in bulk, as the acts leave them. Installations of all sizes stand side by side and take turns, so noise meets
all alike.
"""

import asyncio
import json
import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from sqlalchemy import select, update
from starlette.types import ASGIApp

from api.founding import ADMINISTRATOR, found
from api.installation import Installation, open_installation
from api.main import application
from api.wiring import Process
from gimark.accounts.access.actions import AccessKeyForm, create_access_key
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.model import User
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Role
from gimark.clock import local_day
from gimark.registry.enterprises.model import Enterprise
from scripts.bench.asking import Asker, cookie_of
from scripts.bench.databases import SQLITE, database_of_its_own, kind_of
from scripts.bench.lists_rows import FIRST_DAY, fill, ref_of
from scripts.bench.report import BenchOptions, Figure, Report, Row, as_measured, cpu_seconds
from scripts.bench.verify_site import HOST, ORIGIN, PROFILE, USCC, settings_of

SMALLEST = 1_000
GOAL = 1.15
WARMING, REQUESTS = 12, 84
PRODUCER, REGULATOR = "bench", "bench-regulator"
HOW = (
    "A page of the API has 50 things, one of the desks 30; “middle” is a page from the middle of the list.",
    "The producer is one enterprise, that a tenth of everything belongs to.",
    "Look-ups by hour, which the regulator's first page adds up, are at every size as many as 90 days can have.",
    f"The sizes take turns, request by request; the median of {REQUESTS} requests counts.",
    "PostgreSQL works in processes of its own, so there the clock counts, beside CPU time on SQLite.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of request: who asks, and for what; `{middle}` is a thing in the middle of the list of `of`.

    What lies under /v1 is asked for with an access key, everything else is a page of a desk, of somebody signed in.
    """

    work: str
    who: str
    path: str
    of: str = ""
    # What a desk's page has where it shows anything.
    sign: str = "</tr>"

    @property
    def is_page(self) -> bool:
        """Whether it is a page of a desk."""
        return not self.path.startswith("/v1/")


FOUND = "/batches/"
A_DAY_ON = FIRST_DAY + timedelta(days=2)
OF_THE_API = (
    Asked("batches, producer, first page", PRODUCER, "/v1/batches"),
    Asked("batches, producer, middle", PRODUCER, "/v1/batches?after={middle}", "own batch"),
    Asked("batches, regulator, middle", REGULATOR, "/v1/batches?after={middle}", "batch"),
    Asked("batches, producer, to be confirmed", PRODUCER, "/v1/batches?state=registered"),
    Asked("batches, regulator, recalled", REGULATOR, "/v1/batches?state=recalled"),
    Asked("batches, producer, of one lot", PRODUCER, "/v1/batches?lot=L10"),
    Asked("batches, producer, from a day on", PRODUCER, f"/v1/batches?registered_from={A_DAY_ON}"),
    Asked("runs, producer, middle", PRODUCER, "/v1/runs?after={middle}", "own run"),
    Asked("runs, regulator, from a day on", REGULATOR, f"/v1/runs?issued_from={A_DAY_ON}"),
    Asked("print orders, producer, middle", PRODUCER, "/v1/print-orders?after={middle}", "own print"),
    Asked("jobs, administrator, failed", ADMINISTRATOR, "/v1/jobs?state=failed"),
    Asked("ledger entries, newest", REGULATOR, "/v1/ledger/entries"),
)
OF_THE_DESKS = (
    Asked("desk, producer, first page", PRODUCER, "/producer"),
    Asked("desk, regulator, first page", REGULATOR, "/regulator"),
    Asked("desk, producer, batches", PRODUCER, "/producer/batches"),
    Asked("desk, producer, batches, middle", PRODUCER, "/producer/batches?after={middle}", "own batch"),
    Asked("desk, producer, batches to be confirmed", PRODUCER, "/producer/batches?state=registered"),
    Asked("desk, producer, batches of one lot", PRODUCER, "/producer/batches?lot=L10"),
    Asked("desk, producer, one batch", PRODUCER, "/producer/batches/{middle}", "own batch"),
    Asked("desk, producer, orders, middle", PRODUCER, "/producer/orders?after={middle}", "own order"),
    Asked("desk, regulator, batches, middle", REGULATOR, "/regulator/batches?after={middle}", "batch"),
    Asked("desk, regulator, batches recalled", REGULATOR, "/regulator/batches?state=recalled"),
    Asked("desk, regulator, one batch", REGULATOR, "/regulator/batches/{middle}", "batch"),
    Asked("desk, regulator, checks", REGULATOR, "/regulator/checks"),
    Asked("desk, regulator, search for a lot", REGULATOR, "/regulator/search?q=L10", sign=FOUND),
    Asked("desk, producer, search for a lot", PRODUCER, "/producer/search?q=L10", sign=FOUND),
)
REQUESTS_ASKED = OF_THE_API + OF_THE_DESKS


class Site:
    """One installation with `size` of everything, answering in this process."""

    def __init__(self, here: Installation, size: int, tokens: dict[str, str]) -> None:
        self.size = size
        self._process = Process(here)
        app: ASGIApp = application(self._process)
        self._with_key = {who: Asker(app, HOST, {"authorization": f"Bearer {token}"}) for who, token in tokens.items()}
        self._seated = {who: Asker(app, HOST, cookie_of(here, who)) for who in (PRODUCER, REGULATOR)}

    def start(self) -> None:
        """Begin the background work."""
        self._process.start()

    def close(self) -> None:
        """End it."""
        self._process.close()

    async def get(self, asked: Asked) -> bytes:
        """The body of the answer; raises RuntimeError unless it shows things: one at least in a list, or a page."""
        asker = (self._seated if asked.is_page else self._with_key)[asked.who]
        answer = await asker.get(asked.path.format(middle=ref_of(asked.of, self.size // 20 * 10)))
        shows = asked.sign.encode() in answer.body if asked.is_page else bool(json.loads(answer.body).get("items"))
        if answer.status != 200 or not shows:
            raise RuntimeError(f"{asked.path}: {answer.status} {answer.body[:400]!r}")
        return answer.body


def run(options: BenchOptions) -> Report:
    """`options.n` is the largest size; powers of ten from 1,000 up to it are measured."""
    largest = options.size(usual=1_000_000, quick=10_000)
    sizes = [10**power for power in range(3, 10) if 10**power <= largest] or [SMALLEST]
    rows: list[Row] = []
    for server in (SQLITE, options.postgres) if options.postgres else (SQLITE,):
        with TemporaryDirectory() as folder, _sites(Path(folder), sizes, server) as sites:
            rows += as_measured(_rows(sites, kind_of(server), by_clock=server != SQLITE))
    return Report("lists", rows, list(HOW), ("fastapi", "sqlalchemy", "pydantic", "psycopg"))


def _rows(sites: Sequence[Site], kind: str, *, by_clock: bool) -> Iterator[Row]:
    for asked in REQUESTS_ASKED:
        costs = asyncio.run(_measure(asked, sites, by_clock=by_clock))
        ratio = costs[-1] / costs[0]
        told = ", ".join(f"{site.size:,}: {cost:,.0f}" for site, cost in zip(sites, costs, strict=True))
        yield Row(
            f"{asked.work}, among {sites[-1].size:,}, {kind}",
            costs[-1],
            "µs by the clock" if by_clock else "µs CPU",
            Figure(f"at {sites[0].size:,}", costs[0]),
            ratio,
            f"≤ {GOAL:g}× itself at {sites[0].size:,}",
            f"by size: {told}",
            reached=ratio <= GOAL,
        )


async def _measure(asked: Asked, sites: Sequence[Site], *, by_clock: bool) -> list[float]:
    """Microseconds of one request at each size: CPU time of all threads of this process, or by the clock."""
    costs: dict[int, list[float]] = {site.size: [] for site in sites}
    for number in range(WARMING + REQUESTS):
        for site in sites if number % 2 else reversed(sites):
            with cpu_seconds() as spent:
                await site.get(asked)
            if number >= WARMING:  # the first ones fill what is kept
                costs[site.size].append((spent.wall_seconds if by_clock else spent.seconds) * 1e6)
    return [statistics.median(costs[site.size]) for site in sites]


@contextmanager
def _sites(folder: Path, sizes: Sequence[int], server: str) -> Iterator[list[Site]]:
    """An installation of each size, founded once and copied."""
    (folder / "passphrase").touch(mode=0o600)
    (folder / "passphrase").write_text(token_urlsafe(), encoding="ascii")
    with ExitStack() as stack:
        founded = stack.enter_context(database_of_its_own(server))
        settings = settings_of(folder, founded)
        found(settings, PROFILE, ORIGIN, HOST)
        here = open_installation(settings)
        tokens = _tokens(here)
        here.store.engine.dispose()
        sites = []
        for size in sizes:
            data_dir = folder / str(size)
            shutil.copytree(settings.data_dir, data_dir)
            copied = {"data_dir": data_dir, "database_url": stack.enter_context(database_of_its_own(server, founded))}
            opened = open_installation(settings.model_copy(update=copied))
            fill(opened.store.engine, size, USCC)
            site = Site(opened, size, tokens)
            site.start()
            stack.callback(site.close)
            sites.append(site)
        yield sites


def _tokens(here: Installation) -> dict[str, str]:
    """An access key of a producer, a regulator and the administrator."""
    with here.store.acting() as act:
        administrator = actor_for(act.session, ADMINISTRATOR)
        enterprise_id = act.session.scalars(select(Enterprise.id).where(Enterprise.uscc == USCC)).one()
        create_user(act, administrator, UserForm(PRODUCER, Role.PRODUCER_MANAGER, enterprise_id))
        create_user(act, administrator, UserForm(REGULATOR, Role.REGULATOR))
        act.session.execute(update(User).values(must_change_password=False))
        until = local_day(act.now) + timedelta(days=30)
        tokens = {}
        for name in (PRODUCER, REGULATOR, ADMINISTRATOR):
            actor = actor_for(act.session, name)
            tokens[name] = create_access_key(act, actor, AccessKeyForm(name, tuple(actor.permissions), until)).token
        act.commit()
    return tokens
