"""One box to find anything by, and everything about one code on one page; at both desks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Form, sentence
from api.web.desk.pages import desk_page, see
from api.web.desk.seat import AtProducerDesk, AtRegulatorDesk, Seat
from api.web.desk.tiles import tile_map
from api.web.desk.titles import template_titles
from api.web.figures import serial_text
from api.web.language import Language
from api.web.public.ladder import Known, ladder_lines
from api.web.public.particulars import Visit, particulars_of, shape_of
from api.web.public.words import RIGHT_KINDS, TONES, words_for
from api.web.regulator.words import events_of
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.explorer import LoggedEntry
from gimark.issuance.custody.queries import Custody, custody
from gimark.issuance.custody.rules import Fate
from gimark.issuance.lists import ListedPrint
from gimark.issuance.rules import CodeState
from gimark.ledger import book
from gimark.registry.enterprises.queries import enterprise
from gimark.registry.items.queries import item
from gimark.scans.life import AskedCode, read_asked
from gimark.scans.model import MarkKind
from gimark.scans.portrait import code_portrait
from gimark.scans.rules import Verdict
from gimark.search.queries import Findings, search
from gimark.search.rules import asked_of

REGULATOR, PRODUCER = "/regulator", "/producer"
MOST_DAYS = 60

router = APIRouter()

STATES: Mapping[CodeState, tuple[str, str]] = {
    CodeState.ISSUED: (N_("未激活"), "warn"),
    CodeState.ACTIVE: (N_("已激活"), "ok"),
    CodeState.VOIDED: (N_("已作废"), "bad"),
    CodeState.RETURNED: (N_("已退标"), ""),
}
MARKS: Mapping[MarkKind, tuple[str, str]] = {
    MarkKind.COPIED: (N_("认定被复制"), "bad"),
    MarkKind.DISPLAY: (N_("陈列样品"), "warn"),
    MarkKind.CLEARED: (N_("已排除疑点"), "on"),
}


FATES: Mapping[Fate, tuple[str, str]] = {
    Fate.PRINTED: (N_("已印"), "ok"),
    Fate.SCRAPPED: (N_("已报废"), "bad"),
    Fate.RETURNED: (N_("已交回"), ""),
}


@router.get(f"{REGULATOR}/search")
def everywhere(request: Request, process: Here, seat: AtRegulatorDesk, q: str = "") -> Response:
    """Look everywhere."""
    return _searched(request, process, seat, REGULATOR, q)


@router.get(f"{PRODUCER}/search")
def among_own(request: Request, process: Here, seat: AtProducerDesk, q: str = "") -> Response:
    """Look among what is the enterprise's own, and what is public."""
    return _searched(request, process, seat, PRODUCER, q)


@router.get(f"{REGULATOR}/codes/{{serial}}")
def any_code(request: Request, process: Here, seat: AtRegulatorDesk, serial: str) -> Response:
    """Any code's whole life."""
    return _portrayed(request, process, seat, REGULATOR, serial)


@router.get(f"{PRODUCER}/codes/{{serial}}")
def own_code(request: Request, process: Here, seat: AtProducerDesk, serial: str) -> Response:
    """The life of one of the enterprise's own codes."""
    return _portrayed(request, process, seat, PRODUCER, serial)


def _searched(request: Request, process: Process, seat: Seat, desk: str, q: str) -> Response:
    """The box, and what was found; a code alone leads to its page at once."""
    found: Findings | None = None
    faults: tuple[tuple[str, str], ...] = ()
    if q.strip():
        try:
            asked = asked_of(q)
        except REFUSED as error:
            faults = tuple((fault.field, sentence(fault, seat.language)) for fault in error.faults)
        else:
            here = process.here
            with here.store.reading() as session:
                found = search(session, seat.actor, here.keyring, here.keyset, asked)
            if found.code is not None and found.count == 1:
                return see(process, request, f"{desk}/codes/{found.code.serial}")
    form = Form({"q": (q,)}, faults)
    kinds = {kind: sayer(seat.language)(word) for kind, word in RIGHT_KINDS.items()}
    status = 422 if faults else 200
    return desk_page(
        process,
        seat,
        request,
        "desk/search.html",
        status,
        desk=desk,
        form=form,
        found=found,
        kinds=kinds,
        states=STATES,
    )


def _portrayed(request: Request, process: Process, seat: Seat, desk: str, serial: str) -> Response:
    here, store = process.here, process.here.store
    now = store.clock.now()
    with store.reading() as session:
        asked = AskedCode(read_asked(serial, here.keyset).serial)
        found = code_portrait(session, seat.actor, here.keyring, asked, now)
        life = found.life
        maker = enterprise(session, seat.actor, life.batch.enterprise_ref)
        ware = item(session, seat.actor, life.batch.item_ref)
        entries = [LoggedEntry(index, book.entry(session, index)) for index in reversed(life.ledger_indices)]
        titles = template_titles(session, [order.template for order in life.prints], seat.language)
        prints = [_Print(order, custody(session, seat.actor, order.ref), life.index) for order in life.prints]
    return desk_page(
        process,
        seat,
        request,
        "desk/code.html",
        desk=desk,
        typed=serial_text(life.serial),
        life=life,
        maker=maker,
        ware=ware,
        prints=prints,
        titles=titles,
        state=STATES[life.state],
        marks=[(*MARKS[mark.kind], mark) for mark in life.marks],
        seen=_seen(found.verdict, process, Visit(now, ""), seat.language),
        events=events_of(entries, seat.language),
        days=_days(found.checks.by_day),
        checks=found.checks,
        map=tile_map(found.checks.by_province, seat.language),
    )


@dataclass(frozen=True, slots=True)
class _Print:
    """A print order that the code's label stands in, and where that label is by the order's account."""

    order: ListedPrint
    account: Custody
    index: int

    @property
    def fate(self) -> tuple[str, str]:
        """What was reported of the label, and its tone."""
        for fate, words in FATES.items():
            if any(first <= self.index <= last for first, last in self.account.accounted.spans(fate)):
                return words
        return N_("没有说明"), "warn"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a consumer sees: tone, title, sentence and the rungs."""

    tone: str
    title: str
    sentence: str
    ladder: object


def _seen(verdict: Verdict, process: Process, visit: Visit, language: Language) -> _Seen:
    say, site = sayer(language), process.site
    words = words_for(verdict.reason, has_package=True)
    texts = particulars_of(verdict, visit, language)
    shape = shape_of(verdict, (), texts)
    county = site.county(language)
    entry = "" if verdict.run is None else f"{verdict.run.ledger_index:,}"
    said = say(words.sentence, county=county, host=site.host, entry=entry)
    ladder = ladder_lines(shape, Known(verdict.package, verdict.run, county, texts), language)
    return _Seen(TONES[verdict.colour], say(words.title).replace("|", ""), said, ladder)


def _days(by_day: Mapping[date, int]) -> list[tuple[str, int]]:
    """The last days with any check and those between them, as the chart takes them."""
    if not by_day:
        return []
    last = max(by_day)
    first = max(min(by_day), last - timedelta(days=MOST_DAYS - 1))
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [(f"{day:%m-%d}", by_day.get(day, 0)) for day in span]
