"""Forms of a right over a product's name: registering one, amending it, saying where one of its facts is known from.

What is not known is left empty and shows as 待填: nothing is invented.
"""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.desk.towns import town_choices
from api.web.public.rights import FACTS
from api.web.public.words import RIGHT_KINDS
from api.web.regulator.words import TAGS, Choices, name_of
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, not_found, require
from gimark.errors import Checklist
from gimark.registry.rights.actions import RightForm, set_right
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Evidence, confirmation_of, set_evidence
from gimark.registry.rights.facts import RightFacts
from gimark.registry.rights.model import DOUBTFUL, FactName, RightKind, SourceTag
from gimark.registry.rights.queries import RightRecord, evidence_of, product, products, right, visible_right
from gimark.registry.rolls.names import Named
from gimark.store.paging import MOST, Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator/rights")

NEW, AMEND, EVIDENCE = "regulator/right-new.html", "regulator/right-amend.html", "regulator/right-evidence.html"
# Of a right as a whole, beside `FactName`.
WHOLE = "whole"


@router.get("/new")
def ask(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """First which product, then the form."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    chosen = request.query_params.get("product", "")
    return desk_page(process, seat, request, NEW, form=blank(product=chosen), **_choices(process, seat, chosen))


@router.post("/new")
def register(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Register it."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say, chosen = sayer(seat.language), sent.text("product")

    def do(act: Act) -> Done:
        made = set_right(act, seat.actor, _right_in(sent, chosen))
        said = say(N_("已登记，账本第 %(index)s 条。"), index=f"{made.ledger_index:,}")
        return Done(f"/regulator/rights/{made.ref}", said)

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, NEW, sent, error, **_choices(process, seat, chosen))


@router.get("/{ref}/amendment")
def ask_amendment(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """The facts as they are, to be changed."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    values = _amended(process, seat, ref)
    now: RightRecord = values["record"]
    form = blank(
        holder=now.holder,
        area=now.towns,
        standard=now.standard,
        announcement=now.announcement,
        trademark=now.trademark,
        grades="\n".join(now.defined_grades),
        printed_texts="\n".join(now.printed_texts),
        until=now.valid_until,
        **{"from": now.valid_from},
    )
    return desk_page(process, seat, request, AMEND, form=form, **values)


@router.post("/{ref}/amendment")
def amend(request: Request, process: Here, seat: AtRegulatorDesk, ref: str, sent: Sending) -> Response:
    """Change what was changed in the form."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        checklist = Checklist()
        facts = checklist.take(lambda: _facts_in(sent))
        known = checklist.take(lambda: _evidence_in(sent, "source_tag"))
        checklist.settle()
        assert facts is not None
        assert known is not None
        change = amend_right(act, seat.actor, ref, RightAmendment(facts, known, sent.text("reason")))
        said = say(N_("已变更，账本第 %(index)s 条。"), index=f"{change.ledger_index:,}")
        return Done(f"/regulator/rights/{ref}", said)

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, AMEND, sent, error, **_amended(process, seat, ref))


@router.get("/{ref}/evidence/{fact}")
def ask_evidence(request: Request, process: Here, seat: AtRegulatorDesk, ref: str, fact: str) -> Response:
    """Where the fact is known from now, to be changed."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    values = _known(process, seat, ref, fact)
    record: RightRecord = values["record"]
    known = Evidence(record.source, record.source_tag)
    if fact != WHOLE:
        known = record.evidence.get(FactName(fact), known)
    confirmed = known.confirmed
    form = blank(
        source=known.source,
        tag=known.tag,
        **{"confirmed/by": confirmed and confirmed.by, "confirmed/on": confirmed and confirmed.on},
    )
    return desk_page(process, seat, request, EVIDENCE, form=form, **values)


@router.post("/{ref}/evidence/{fact}")
def say_evidence(
    request: Request, process: Here, seat: AtRegulatorDesk, ref: str, fact: str, sent: Sending
) -> Response:
    """Put it in the place of what was known. The fact itself stays, and nothing goes into the ledger."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        row = visible_right(act.session, seat.actor, ref)
        known, whole = _evidence_in(sent, "tag"), Evidence(row.source, row.source_tag)
        evidence = evidence_of(act.session, row)
        if fact == WHOLE:
            whole = known
        else:
            evidence[FactName(fact)] = known
        set_evidence(act, seat.actor, row, whole, evidence)
        return Done(f"/regulator/rights/{ref}", say(N_("出处已更改。")))

    values = _known(process, seat, ref, fact)
    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, EVIDENCE, sent, error, **values)


def _right_in(sent: Sent, product_ref: str) -> RightForm:
    """The right that a form tells of. Raises InvalidInputError naming all that cannot be read."""
    checklist = Checklist()
    kind = checklist.take(lambda: sent.choice("kind", RightKind))
    facts = checklist.take(lambda: _facts_in(sent))
    tag = checklist.take(lambda: sent.choice("source_tag", SourceTag))
    checklist.settle()
    assert kind is not None
    assert facts is not None
    assert tag is not None
    return RightForm(
        product_ref=product_ref,
        kind=kind,
        holder=facts.holder,
        towns=facts.towns,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        source=sent.text("source"),
        source_tag=tag,
        standard=facts.standard,
        announcement=facts.announcement,
        trademark=facts.trademark,
        defined_grades=facts.defined_grades,
        printed_texts=facts.printed_texts,
    )


def _facts_in(sent: Sent) -> RightFacts:
    """The facts that stand in the form; of texts in several lines each line is one."""
    checklist = Checklist()
    starts = checklist.take(lambda: sent.day("from"))
    ends = checklist.take(lambda: sent.optional_day("until"))
    checklist.settle()
    assert starts is not None
    return RightFacts(
        holder=sent.optional("holder"),
        towns=sent.texts("area"),
        valid_from=starts,
        valid_until=ends,
        standard=sent.optional("standard"),
        announcement=sent.optional("announcement"),
        trademark=sent.optional("trademark"),
        defined_grades=_lines(sent, "grades"),
        printed_texts=_lines(sent, "printed_texts"),
    )


def _evidence_in(sent: Sent, tag_field: str) -> Evidence:
    checklist = Checklist()
    tag = checklist.take(lambda: sent.choice(tag_field, SourceTag))
    day = checklist.take(lambda: sent.optional_day("confirmed/on"))
    checklist.settle()
    assert tag is not None
    return Evidence(sent.text("source"), tag, confirmation_of(sent.optional("confirmed/by"), day))


def _lines(sent: Sent, name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in sent.text(name).splitlines() if line.strip())


def _choices(process: Process, seat: Seat, product_ref: str) -> dict[str, Any]:
    """The products, and once one was chosen everything else that there is to choose."""
    with process.here.store.reading() as session:
        known = products(session, seat.actor, Wanted(MOST)).items
        chosen = product(session, seat.actor, product_ref) if product_ref else None
        towns = town_choices(session, seat)
    say = sayer(seat.language)
    return {
        "product": chosen,
        "products": [(one.ref, name_of(Named(one.ref, one.name_zh, one.name_en), seat.language), "") for one in known],
        "kinds": [(kind.value, say(RIGHT_KINDS[kind]), "") for kind in RightKind],
        "towns": [(*town, "") for town in towns],
        "tags": _tags(seat, may_doubt=False),
    }


def _amended(process: Process, seat: Seat, ref: str) -> dict[str, Any]:
    with process.here.store.reading() as session:
        values = _named(session, seat, ref)
        towns = town_choices(session, seat)
    return values | {"towns": [(*town, "") for town in towns], "tags": _tags(seat, may_doubt=True)}


def _known(process: Process, seat: Seat, ref: str, fact: str) -> dict[str, Any]:
    if fact != WHOLE and fact not in set(FactName):
        raise not_found("fact")
    with process.here.store.reading() as session:
        values = _named(session, seat, ref)
    say, is_whole = sayer(seat.language), fact == WHOLE
    title = say(N_("整项权利")) if is_whole else say(FACTS[FactName(fact)])
    return values | {"fact": fact, "fact_name": title, "tags": _tags(seat, may_doubt=not is_whole)}


def _named(session: Session, seat: Seat, ref: str) -> dict[str, Any]:
    record = right(session, seat.actor, ref)
    of = product(session, seat.actor, record.product_ref)
    name = f"{name_of(Named(of.ref, of.name_zh, of.name_en), seat.language)}"
    return {"record": record, "right_name": f"{name} · {sayer(seat.language)(RIGHT_KINDS[record.kind])}"}


def _tags(seat: Seat, *, may_doubt: bool) -> Choices:
    """How a fact can be known; what is in doubt can be said only where somebody can confirm it beside."""
    say = sayer(seat.language)
    return [(tag.value, say(word)) for tag, word in TAGS.items() if may_doubt or tag not in DOUBTFUL]
