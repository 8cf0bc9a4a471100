"""The batch's way from harvest to code, told from what is registered and nothing else."""

from dataclasses import dataclass
from datetime import date

from api.web.figures import Entry, count_text, entry_of, mass_text, short_day_text
from api.web.language import Language
from api.web.public.particulars import Particulars, Shape, act_entry
from api.web.public.words import ACTS
from api.web.translation import N_, pgettext, sayer
from gimark.clock import local_day
from gimark.scans.rules import Package, RunFacts


@dataclass(frozen=True, slots=True)
class Event:
    """One dated line: `state` is a class of the stylesheet, `entry` the ledger entry that proves it."""

    state: str
    when: str
    title: str
    detail: str = ""
    entry: Entry | None = None


def dated_events(package: Package, run: RunFacts | None, language: Language) -> tuple[tuple[date, Event], ...]:
    """What happened to the whole batch (and to the run), by day; one day keeps the order of the trade."""
    say = sayer(language)
    events = [(package.harvested_from, _harvest(package, language))]
    if package.packed_on is not None:
        mass = "" if package.packed_g is None else say(N_("共 %(mass)s"), mass=mass_text(package.packed_g))
        entry = None if package.confirm_index is None else entry_of(package.confirm_index)
        events.append((package.packed_on, _event(package.packed_on, say(N_("包装")), mass, entry, language)))
    if run is not None:
        day = local_day(run.issued_at)
        count = say(N_("%(count)s 枚"), count=count_text(run.count))
        events.append((day, _event(day, say(N_("赋码")), count, entry_of(run.ledger_index), language)))
    return tuple(sorted(events, key=lambda dated: dated[0]))


def journey(
    events: tuple[tuple[date, Event], ...], shape: Shape, texts: Particulars, language: Language
) -> tuple[Event, ...]:
    """The batch's `events` with what happened to this very code put in its place."""
    told = [event for _, event in events]
    say = sayer(language)
    if shape.act_place is not None and shape.act_kind in ("void", "return", "recall"):
        _, title = ACTS[shape.act_kind]
        told.insert(shape.act_place, Event("bad", texts["act_short_on"], say(title), entry=act_entry(texts)))
    if shape.activated_place is not None:
        told.insert(shape.activated_place, Event("on", texts["activated_on"], say(pgettext("done", "激活"))))
    return tuple(told)


def _harvest(package: Package, language: Language) -> Event:
    say = sayer(language)
    detail = ""
    if package.harvested_until != package.harvested_from:
        detail = say(N_("至 %(day)s"), day=short_day_text(package.harvested_until, language))
    return _event(package.harvested_from, say(N_("采收")), detail, None, language)


def _event(day: date, title: str, detail: str, entry: Entry | None, language: Language) -> Event:
    return Event("on", short_day_text(day, language), title, detail, entry)
