"""A season of the invented county: batches, a few million codes, scans with copies among them, a revocation.

Everything goes through the same acts as real work; only the clock is moved, so that the season lies in the past.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from api.installation import Installation
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor, Role
from gimark.clock import FixedClock, local_day
from gimark.errors import NotAuthorisedError
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.model import IssueRun
from gimark.issuance.queries import RunFacts
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind, Span
from gimark.production.actions import confirm_batch, recall_batch, register_batch
from gimark.production.model import Batch
from gimark.production.registering import BatchForm
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import ScanCheck

SEED = 20261122
SEASON_DAYS = 140
BATCHES_PER_ITEM = 2
SECOND = "regulator-lead"  # who approves what one regulator alone may not do
REVOKED_USCC = "91000952MA0YXH020A"
PROVINCES = ("33", "33", "33", "31", "32", "44", "11", "35", None, None)
COPIES = 4
LEAST = 100


@dataclass(frozen=True, slots=True)
class Season:
    """What the season came to."""

    batches: int
    codes: int
    scans: int


def play(
    here: Installation,
    clock: FixedClock,
    until: datetime,
    progress: Callable[[int, int], None],
    percent: int = 100,
) -> Season:
    """Fill an installation just founded with a season that ends at `until`; `progress` gets (done, total) batches.

    `percent` makes its batches smaller (1 to 100). Whoever was not authorised on a day packs nothing on it.
    """
    dice = random.Random(SEED)  # noqa: S311 - a demonstration should come out the same every time
    makers = _users(here)
    items = _items(here)
    planned = sorted((start, place) for place in range(len(items)) for start in _starts(dice, local_day(until)))
    runs: list[tuple[RunFacts, Span]] = []
    for done, (packed_on, place) in enumerate(planned):
        item = items[place]
        clock.at = max(clock.at, _morning(until, packed_on))
        maker = makers[item.enterprise_id]
        count = max(_count(here, dice, item) * percent // 100, LEAST)
        with suppress(NotAuthorisedError):
            runs.append(_batch(here, dice, maker, item, packed_on, f"YX{packed_on:%y%m%d}-{place:02}", count))
        progress(done + 1, len(planned))
    clock.at = until
    _recall_one(here, makers, runs)
    _revoke(here, local_day(until))
    scans = _scan(here, dice, runs, until)
    return Season(len(runs), sum(run.count for run, _ in runs), scans)


def _users(here: Installation) -> dict[int, Actor]:
    """One user for each enterprise, and the regulators' lead. Their passwords are thrown away: nobody logs in here."""
    with here.store.acting() as act:
        administrator = actor_for(act.session, "admin")
        create_user(act, administrator, UserForm(SECOND, Role.REGULATOR_LEAD))
        names = {}
        for enterprise in act.session.scalars(select(Enterprise).order_by(Enterprise.id)):
            name = f"producer-{enterprise.id:02}"
            create_user(act, administrator, UserForm(name, Role.PRODUCER_MANAGER, enterprise.id))
            names[enterprise.id] = name
        act.session.flush()
        actors = {enterprise_id: actor_for(act.session, name) for enterprise_id, name in names.items()}
        act.commit()
    return actors


def _items(here: Installation) -> list[TradeItem]:
    with here.store.reading() as session:
        items = session.scalars(select(TradeItem).order_by(TradeItem.id)).all()
        session.expunge_all()
    return list(items)


def _starts(dice: random.Random, last: date) -> list[date]:
    return [last - timedelta(days=days) for days in dice.sample(range(8, SEASON_DAYS), BATCHES_PER_ITEM)]


def _morning(until: datetime, day: date) -> datetime:
    return until - timedelta(days=(local_day(until) - day).days)


def _count(here: Installation, dice: random.Random, item: TradeItem) -> int:
    """How many packages a batch of the item comes to; a part of the year's labels where they are limited."""
    with here.store.reading() as session:
        limit = session.scalar(
            select(func.min(Authorization.labels_per_year)).where(Authorization.enterprise_id == item.enterprise_id)
        )
    return dice.randrange(limit // 8, limit // 5) if limit else dice.randrange(20_000, 90_000)


def _batch(
    here: Installation,
    dice: random.Random,
    maker: Actor,
    item: TradeItem,
    packed_on: date,
    lot: str,
    count: int,
) -> tuple[RunFacts, Span]:
    """One batch from registration to activation; its run and the range that was activated."""
    with here.store.acting() as act:
        batch = register_batch(
            act,
            maker,
            BatchForm(
                item_ref=item.ref,
                lot=lot,
                town_code=act.session.get_one(Enterprise, item.enterprise_id).town_code,
                harvested_from=packed_on - timedelta(days=dice.randrange(20, 40)),
                harvested_until=packed_on - timedelta(days=dice.randrange(4, 15)),
                planned_g=count * item.net_g,
            ),
        )
        ref = batch.ref
        act.commit()
    run = issue_codes(here.store, here.keyring, maker, IssueForm(ref, count, f"season-{lot}"))
    active = (0, count * dice.randrange(70, 100) // 100 - 1)
    with here.store.acting() as act:
        confirm_batch(act, maker, ref, count * item.net_g, packed_on)
        change_ranges(act, maker, run.ref, RangeForm(RangeKind.ACTIVATE, (active,)))
        spoiled = dice.randrange(0, 400)
        if spoiled:
            span = (active[1] + 1, min(active[1] + spoiled, count - 1))
            if span[0] <= span[1]:
                change_ranges(act, maker, run.ref, RangeForm(RangeKind.VOID, (span,), "印坏或破损"))
        act.commit()
    return run, active


def _recall_one(here: Installation, makers: dict[int, Actor], runs: list[tuple[RunFacts, Span]]) -> None:
    if not runs:
        return
    run = runs[len(runs) // 3][0]
    with here.store.acting() as act:
        batch = act.session.get_one(Batch, run.batch_id)
        item = act.session.get_one(TradeItem, batch.item_id)
        recall_batch(act, makers[item.enterprise_id], batch.ref, "示例：抽检不合格，企业主动召回")
        act.commit()


def _revoke(here: Installation, day: date) -> None:
    with here.store.acting() as act:
        authorization = act.session.scalars(
            select(Authorization)
            .join(Enterprise, Enterprise.id == Authorization.enterprise_id)
            .where(Enterprise.uscc == REVOKED_USCC)
        ).one()
        change_authorization(
            act,
            actor_for(act.session, "regulator"),
            authorization.ref,
            ChangeForm(ChangeKind.REVOKE, "示例：连续两批未按标准生产，责令整改后仍不合格", day),
            second=actor_for(act.session, SECOND),
        )
        act.commit()


def _scan(here: Installation, dice: random.Random, runs: list[tuple[RunFacts, Span]], until: datetime) -> int:
    """Two in a hundred active codes are scanned once or twice; a few codes were copied onto many packs."""
    last = hour_of(until)
    looks: list[Look] = []
    with here.store.reading() as session:
        ids = dict(session.execute(select(IssueRun.number, IssueRun.id)).all())
    for run, (first, active_last) in runs:
        hours = (hour_of(run.issued_at) + 24, last)
        for _ in range(run.count // 50):
            looks += _checks(dice, ids[run.number], dice.randint(first, active_last), hours, dice.choice((1, 1, 1, 2)))
    for run, (first, active_last) in dice.sample(runs, min(COPIES, len(runs))):
        hours = (hour_of(run.issued_at) + 24, last)
        looks += _checks(dice, ids[run.number], dice.randint(first, active_last), hours, 60)
    looks.sort(key=lambda look: look.hour)
    with here.store.engine.begin() as connection:
        for start in range(0, len(looks), 5_000):
            write_looks(connection, looks[start : start + 5_000])
    with here.store.reading() as session:
        return session.scalar(select(func.count()).select_from(ScanCheck)) or 0


def _checks(dice: random.Random, run_id: int, index: int, hours: tuple[int, int], times: int) -> list[Look]:
    return [
        Look(
            hour=dice.randrange(*hours),
            reason="authentic",
            province=dice.choice(PROVINCES),
            run_id=run_id,
            idx=index,
            device=dice.randbytes(8),
        )
        for _ in range(times)
    ]
