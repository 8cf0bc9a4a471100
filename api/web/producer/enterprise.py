"""The enterprise as the register has it: what stands there, who may change it, and what it is authorised for."""

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk
from api.web.producer.words import KIND, RIGHT_KIND, STANDING
from api.web.translation import N_, sayer
from gimark.accounts.rules import Permission, require
from gimark.clock import local_day
from gimark.registry.authorizations.standings import standing_authorizations
from gimark.registry.county.queries import town
from gimark.registry.enterprises.contact import ContactForm, change_contact
from gimark.registry.enterprises.queries import EnterpriseFacts, own_enterprise
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/producer/enterprise")

PAGE, CONTACT = "producer/enterprise.html", "producer/enterprise-contact.html"


@router.get("")
def show(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """What is registered."""
    store = process.here.store
    with store.reading() as session:
        facts = _own(own_enterprise(session, seat.actor))
        place = town(session, seat.actor, facts.town_code)
        found = standing_authorizations(session, seat.actor, local_day(store.clock.now()))
    may = seat.actor.permissions
    return desk_page(
        process,
        seat,
        request,
        PAGE,
        facts=facts,
        town=place,
        authorizations=found,
        kinds=KIND,
        right_kinds=RIGHT_KIND,
        standings=STANDING,
        can_change=Permission.MANAGE_ITEMS in may,
        can_manage_keys=Permission.MANAGE_ACCESS in may,
    )


@router.get("/contact")
def ask(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """What the enterprise may change itself."""
    require(seat.actor, Permission.MANAGE_ITEMS)
    with process.here.store.reading() as session:
        facts = _own(own_enterprise(session, seat.actor))
    form = blank(contact=facts.contact, phone=facts.phone, name_en=facts.name_en)
    return desk_page(process, seat, request, CONTACT, form=form)


@router.post("/contact")
def change(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Change it."""

    def do(act: Act) -> Done:
        form = ContactForm(sent.optional("contact"), sent.optional("phone"), sent.optional("name_en"))
        change_contact(act, seat.actor, form)
        return Done("/producer/enterprise", sayer(seat.language)(N_("联系方式已更新。")))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, CONTACT, sent, error)


def _own(facts: EnterpriseFacts | None) -> EnterpriseFacts:
    assert facts is not None  # whoever sits at this desk belongs to one
    return facts
