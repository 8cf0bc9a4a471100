"""Every page behind the sign-in of the demonstration's installation: CPU time in the server, and bytes.

The pages are those that links lead to, from the first page of each desk and from a code that somebody looked up, as
`gimark screenshots` finds them; a new page is measured by being there.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from api.founding import ADMINISTRATOR
from api.installation import open_installation
from api.main import application
from api.settings import Settings
from api.wiring import Process
from scripts.bench.asking import Answered, Asker, cookie_of
from scripts.bench.desk_things import add_things
from scripts.bench.report import BenchOptions, Figure, Report, Row, cpu_seconds
from scripts.cli.touring import STREAMS, routes, walk
from scripts.demonstration import season, story

GOAL_MS, GOAL_BYTES = 100, 60_000
ROUNDS = 9
PAGE = "text/html"
KINDS = frozenset({PAGE, "image/svg+xml"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was found: its route and address, who asks for it, and its first answer with the CPU ms it took."""

    route: str
    address: str
    asker: Asker
    answer: Answered
    first_ms: float


def run(options: BenchOptions) -> Report:
    """`options.n` is how large the demonstration's season is, in percent."""
    percent = options.size(usual=100, quick=1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with redirect_stdout(sys.stderr):  # what the demonstration tells is no part of the report
            story.run(folder, "127.0.0.1", 0, once=True, percent=percent)
        settings = Settings(data_dir=folder / "data", passphrase_file=folder / ".passphrase", trusted_proxies=())
        here = open_installation(settings)
        add_things(here, story.PRODUCER, season.SECOND)
        process = Process(here)
        process.start()
        try:
            seen = list(_visit(process, _places(folder)))
            rows = [_row(page) for page in seen]
        finally:
            process.close()
    left = sorted(routes().keys() - {page.route for page in seen} - STREAMS)
    notes = [
        f"Medians of {ROUNDS} requests, in this process, without compression; svg: pictures that pages show.",
        "The first request after the start is beside them; it fills what is kept.",
        *([f"Not among them, since they are downloads or nothing leads there: {', '.join(left)}."] if left else []),
    ]
    return Report("desk-pages", rows, notes, ("fastapi", "jinja2", "sqlalchemy"))


def _places(folder: Path) -> dict[str, tuple[str, ...]]:
    """Where the walks begin, by the user's name: at home, and at a code that the demonstration looked up."""
    look = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))[0]
    serial = look["url"].partition("/21/")[2][:13]
    return {
        season.SECOND: ("/regulator", f"/regulator/codes/{serial}"),
        story.PRODUCER: ("/producer", f"/producer/codes/{serial}"),
        ADMINISTRATOR: ("/users",),
    }


def _visit(process: Process, places: dict[str, tuple[str, ...]]) -> Iterator[Seen]:
    """Every page once, by whoever comes there first."""
    app = application(process)
    known: set[str] = set()
    for name, homes in places.items():
        asker = Asker(app, story.HOST, cookie_of(process.here, name))
        answers: dict[str, Seen] = {}

        def read(address: str, asker: Asker = asker, answers: dict[str, Seen] = answers) -> str | None:
            with cpu_seconds() as spent:
                answer = asyncio.run(asker.get(address))
            if answer.status != 200:
                return None
            answers[address] = Seen("", address, asker, answer, spent.seconds * 1e3)
            return answer.body.decode() if answer.kind == PAGE else None

        for route, address in walk(read, *homes).items():
            if route not in known and address in answers and answers[address].answer.kind in KINDS:
                known.add(route)
                yield replace(answers[address], route=route)


def _row(page: Seen) -> Row:
    spent = statistics.median(asyncio.run(_rounds(page)))
    size, is_page = len(page.answer.body), page.answer.kind == PAGE
    return Row(
        work=f"{page.route}, {size:,} bytes{'' if is_page else ' of svg'}",
        measured=spent,
        unit="ms CPU",
        peer=Figure("first", page.first_ms),
        goal=f"< {GOAL_MS} ms, < {GOAL_BYTES:,} bytes" if is_page else f"< {GOAL_MS} ms",
        reached=spent < GOAL_MS and (size < GOAL_BYTES or not is_page),
        note=page.address,
    )


async def _rounds(page: Seen) -> Sequence[float]:
    costs = []
    for _ in range(ROUNDS):
        with cpu_seconds() as spent:
            await page.asker.get(page.address)
        costs.append(spent.seconds * 1e3)
    return costs
