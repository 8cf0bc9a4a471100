"""Rows of a grown county for the `lists` benchmark, inserted in bulk as the acts would leave them.

Every tenth batch belongs to the producer that asks, the others to another enterprise; each has one run, each run a
print order and a job. Whatever the size, a hundred batches wait to be confirmed, a hundred were recalled and a hundred
jobs failed, so that a page of these is as full in a small county as in a large one. Look-ups by hour
are as many as there can be, at every size: each hour of the `VERDICT_DAYS` that are kept has each reason and province.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text, update

from gimark.clock import rfc3339
from gimark.issuance.model import IssueOrder, IssueRun, PrintOrder, PrintState, SeasonCodes
from gimark.issuance.rules import PrintFormat
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.model import Job
from gimark.jobs.rules import JobState
from gimark.ledger import canonical
from gimark.ledger.model import LogEntry, LogHead
from gimark.production.model import Batch, BatchVolume, EnterpriseEntry, EntryKind, SeasonSums
from gimark.production.seasons import season_at
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.hours import hour_of, month_of
from gimark.scans.model import VerdictHour
from gimark.scans.statistics.model import MonthProvince

FIRST_DAY = date(2027, 1, 1)
OWN, RARE, LOTS = 10, 100, 40
VERDICT_DAYS = 90
PROVINCES = ("33", "31", "32", "44", "11", "35", "")
REASONS = ("authentic", "voided", "bad_signature", "not_issued")
CHUNK = 10_000
_KINDS = {"batch": "b", "run": "c", "print": "d", "order": "e", "job": "f", "": "0"}
Values = dict[str, Any]


def ref_of(kind: str, number: int) -> str:
    """The reference of the thing `number`; an "own" one is the next that belongs to the producer that asks."""
    name = kind.removeprefix("own ")
    if name != kind:
        number -= number % OWN
    return f"{_KINDS[name]}{number:015d}"


def fill(engine: Engine, size: int, uscc: str) -> None:
    """`size` batches, runs, print orders and jobs, with two entries of the ledger for each batch."""
    with engine.begin() as connection:
        own = _item(connection, Enterprise.uscc == uscc)
        other = _item(connection, Enterprise.uscc != uscc)
        start: int = connection.scalars(select(LogHead.size)).one()
        step = timedelta(seconds=max(1, 20 * 86_400 // size))
        for first in range(0, size, CHUNK):
            numbers = range(first, min(first + CHUNK, size))
            rows = [
                _Thing(number, size // RARE, own if number % OWN == 0 else other, start, step) for number in numbers
            ]
            _insert(connection, rows)
        connection.execute(update(LogHead).values(size=start + 2 * size))
        _insert_sums(connection, size, own, other)
        _insert_checks(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))  # the server does so by itself within a minute


def _item(connection: Connection, whose: Any) -> Any:
    asked = select(TradeItem.id, TradeItem.gtin, TradeItem.net_g, TradeItem.enterprise_id, Enterprise.town_code)
    return connection.execute(
        asked.join(Enterprise, Enterprise.id == TradeItem.enterprise_id).where(whose).order_by(TradeItem.id)
    ).first()


class _Thing:
    """One batch with what follows from it."""

    def __init__(self, number: int, every: int, item: Any, start: int, step: timedelta) -> None:
        self.id = number + 1
        self.item = item
        self.index = start + 2 * number
        self.at = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC) + number * step
        self.is_recalled = number % every == every // 2
        self.is_confirmed = number % every != 0
        self.has_failed = number % every == 1
        # Few have the lot that is asked for, however many there are.
        self.lot = f"L{number}" if number < LOTS else f"M{number}"
        self.number = number

    def entries(self) -> Iterator[Values]:
        for index, type_ in ((self.index, "batch.register"), (self.index + 1, "run.issue")):
            said = {"v": 1, "t": rfc3339(self.at), "type": type_, "by": "producer"}
            yield {"idx": index, "body": canonical.encode(said)}

    def owned(self) -> Iterator[Values]:
        for kind, index in ((EntryKind.BATCH, self.index), (EntryKind.RUN, self.index + 1)):
            yield {"enterprise_id": self.item.enterprise_id, "kind": kind, "ledger_index": index}

    def batch(self) -> Values:
        packed = self.at.date() if self.is_confirmed else None
        return {
            "id": self.id,
            "ref": ref_of("batch", self.number),
            "item_id": self.item.id,
            "lot": self.lot,
            "town_code": self.item.town_code,
            "harvested_from": FIRST_DAY - timedelta(days=20),
            "harvested_until": FIRST_DAY - timedelta(days=10),
            "planned_g": 100 * self.item.net_g,
            "packed_g": None if packed is None else 100 * self.item.net_g,
            "packed_on": packed,
            "is_recalled": self.is_recalled,
            "registered_at": self.at,
            "ledger_index": self.index,
        }

    def order(self) -> Values:
        return {
            "id": self.id,
            "ref": ref_of("order", self.number),
            "number": self.id,
            "enterprise_id": self.item.enterprise_id,
            "batch_id": self.id,
            "count": 100,
            "idempotency_key": f"k{self.id}",
            "body_sha256": bytes(32),
            "ordered_at": self.at,
        }

    def run(self) -> Values:
        return {
            "id": self.id,
            "ref": ref_of("run", self.number),
            "order_id": self.id,
            "number": self.id,
            "batch_id": self.id,
            "gtin": self.item.gtin,
            "lot": self.lot,
            "count": 100,
            "net_g": self.item.net_g,
            "kid": "0001",
            "epoch": 1,
            "codes_root": bytes(32),
            "level8": bytes(32),
            "issued_at": self.at,
            "ledger_index": self.index + 1,
        }

    def print_order(self) -> Values:
        return {
            "id": self.id,
            "ref": ref_of("print", self.number),
            "enterprise_id": self.item.enterprise_id,
            "run_id": self.id,
            "first": 0,
            "last": 99,
            "template": "a4-3x8",
            "dpi": 300,
            "format": PrintFormat.PDF,
            "skip": 0,
            "offset_right_um": 0,
            "offset_down_um": 0,
            "on_pack": [],
            "facts_sha256": bytes(32),
            "state": PrintState.RELEASED,
            "idempotency_key": f"k{self.id}",
            "body_sha256": bytes(32),
            "ordered_at": self.at,
            "released_at": self.at,
        }

    def job(self) -> Values:
        return {
            "ref": ref_of("job", self.number),
            "kind": PRINT_LABELS,
            "key": f"{PRINT_LABELS}:{ref_of('print', self.number)}",
            "payload": {"order": ref_of("print", self.number)},
            "state": JobState.FAILED if self.has_failed else JobState.DONE,
            "run_after": self.at,
            "created_at": self.at,
            "finished_at": self.at,
        }


def _insert(connection: Connection, things: list[_Thing]) -> None:
    connection.execute(insert(LogEntry), [entry for thing in things for entry in thing.entries()])
    connection.execute(insert(Batch), [thing.batch() for thing in things])
    connection.execute(
        insert(BatchVolume), [{"batch_id": thing.id, "issued_g": 0, "activated_g": 0} for thing in things]
    )
    connection.execute(insert(EnterpriseEntry), [entry for thing in things for entry in thing.owned()])
    connection.execute(insert(IssueOrder), [thing.order() for thing in things])
    connection.execute(insert(IssueRun), [thing.run() for thing in things])
    connection.execute(insert(PrintOrder), [thing.print_order() for thing in things])
    connection.execute(insert(Job), [thing.job() for thing in things])


def _insert_sums(connection: Connection, size: int, own: Any, other: Any) -> None:
    """What is kept of a season, as if all of it had been registered in the present one."""
    season_on = season_at(datetime.now(UTC))
    for item, batches in ((own, -(-size // OWN)), (other, size - -(-size // OWN))):
        place = {"season_on": season_on, "enterprise_id": item.enterprise_id}
        base_g = 100 * item.net_g * batches
        connection.execute(
            insert(SeasonSums).values(**place, batches=batches, base_g=base_g, issued_g=0, activated_g=0)
        )
        connection.execute(
            insert(SeasonCodes).values(**place, runs=batches, issued=100 * batches, activated=0, voided=0, returned=0)
        )


def _insert_checks(connection: Connection) -> None:
    """Look-ups by hour until now, and what is kept of the checks among them by month."""
    now = hour_of(datetime.now(UTC))
    places = [(reason, province) for reason in REASONS for province in PROVINCES]
    hours = [
        {"hour": now - hour, "reason": reason, "province": province, "looks": 3}
        for hour in range(VERDICT_DAYS * 24)
        for reason, province in places
    ]
    for first in range(0, len(hours), CHUNK):
        connection.execute(insert(VerdictHour), hours[first : first + CHUNK])
    checks = [{"month": month_of(now), "province": province, "checks": 1_000} for province in PROVINCES]
    connection.execute(insert(MonthProvince), checks)
