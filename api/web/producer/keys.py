"""Access keys: made for a program, shown once, revoked when they are not needed any more."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Form, Sending, Sent, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.producer.words import PERMISSION
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.access.actions import AccessKeyForm, create_access_key, revoke_access_key
from gimark.accounts.access.queries import access_key, access_keys
from gimark.accounts.answers.actions import Answered, earlier_answer, keep_answer
from gimark.accounts.rules import Permission, require
from gimark.clock import local_day
from gimark.ledger import book
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/producer/keys")

LIST, NEW, MADE, REVOKE = (f"producer/{name}.html" for name in ("keys", "key-new", "key-made", "key-revoke"))
USUAL_DAYS = 180


@router.get("")
def show(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """One's own keys, the newest first."""
    require(seat.actor, Permission.MANAGE_ACCESS)
    listing = listing_of(request, sorts=("-made",))
    store = process.here.store
    with store.reading() as session:
        found = access_keys(session, seat.actor, listing.wanted)
    today = local_day(store.clock.now())
    return desk_page(process, seat, request, LIST, listing=listing, found=found, today=today, permissions=PERMISSION)


@router.get("/new")
def ask(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """What for, with which permissions, and until when."""
    require(seat.actor, Permission.MANAGE_ACCESS)
    today = local_day(process.here.store.clock.now())
    form = blank(expires_on=today + timedelta(days=USUAL_DAYS), scopes=(Permission.READ.value,))
    return _new(process, seat, request, form)


@router.post("/new")
def make(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Make it, and show it: this answer and no other has it. The same press again is told that it was made."""
    try:
        with process.here.store.acting() as act:
            book.lock(act)
            token = _made_once(act, request, seat, sent)
            act.commit()
    except REFUSED as error:
        return refused(process, seat, request, NEW, sent, error, scopes=_scopes(seat))
    return desk_page(process, seat, request, MADE, token=token, name=sent.text("name"))


@router.get("/{key}/revocation")
def ask_revocation(request: Request, process: Here, seat: AtProducerDesk, key: str) -> Response:
    """Which one."""
    with process.here.store.reading() as session:
        facts = access_key(session, seat.actor, key)
    return desk_page(process, seat, request, REVOKE, form=blank(), key=facts)


@router.post("/{key}/revocation")
def revoke(request: Request, process: Here, seat: AtProducerDesk, key: str, sent: Sending) -> Response:
    """End it."""

    def do(act: Act) -> Done:
        ended = revoke_access_key(act, seat.actor, key)
        return Done("/producer/keys", sayer(seat.language)(N_("密钥“%(name)s”已吊销。"), name=ended.name))

    return once(process, seat, request, sent, do)


def _made_once(act: Act, request: Request, seat: Seat, sent: Sent) -> str | None:
    """The new key's token; None when this very press has made one already: it is kept nowhere."""
    key, digest = sent.once, sent.digest(request)
    if earlier_answer(act.session, seat.actor, key, digest) is not None:
        return None
    known = {permission.value: permission for permission in seat.actor.permissions}
    scopes = tuple(known[text] for text in sent.texts("scopes") if text in known)
    made = create_access_key(act, seat.actor, AccessKeyForm(sent.text("name"), scopes, sent.day("expires_on")))
    keep_answer(act, seat.actor, key, digest, Answered(200, f"/producer/keys/{made.facts.ref}", b""))
    return made.token


def _scopes(seat: Seat) -> list[tuple[str, str, str]]:
    say = sayer(seat.language)
    return [(one.value, say(text), "") for one, text in PERMISSION.items() if one in seat.actor.permissions]


def _new(process: Process, seat: Seat, request: Request, form: Form) -> Response:
    return desk_page(process, seat, request, NEW, form=form, scopes=_scopes(seat))
