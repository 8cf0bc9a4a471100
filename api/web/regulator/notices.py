"""Public notices at the regulator's desk: all of them on file, a new one, taking one down."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk
from api.web.translation import N_, sayer
from gimark.accounts.rules import Permission, require
from gimark.registry.notices.actions import NoticeForm, publish_notice, withdraw_notice
from gimark.registry.notices.queries import notice_on_file, notices_on_file
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator/notices")

LIST, NEW, ONE = "regulator/notices.html", "regulator/notice-new.html", "regulator/notice.html"


@router.get("")
def notices(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """All of them, the newest first."""
    listing = listing_of(request, sorts=("-published",))
    with process.here.store.reading() as session:
        found = notices_on_file(session, seat.actor, listing.wanted)
    may_publish = Permission.MANAGE_REGISTRY in seat.actor.permissions
    return desk_page(process, seat, request, LIST, listing=listing, found=found, may_publish=may_publish)


@router.get("/new")
def write(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """An empty one."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    return desk_page(process, seat, request, NEW, form=blank())


@router.post("/new")
def publish(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Publish it."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        made = publish_notice(act, seat.actor, NoticeForm(sent.text("title"), sent.text("body")))
        return Done(f"/regulator/notices/{made.ref}", say(N_("已公布，公众现在就能看到。")))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, NEW, sent, error)


@router.get("/{ref}")
def show(request: Request, process: Here, seat: AtRegulatorDesk, ref: str) -> Response:
    """One of them."""
    with process.here.store.reading() as session:
        found = notice_on_file(session, seat.actor, ref)
    may_publish = Permission.MANAGE_REGISTRY in seat.actor.permissions
    return desk_page(process, seat, request, ONE, form=blank(), notice=found, may_publish=may_publish)


@router.post("/{ref}/withdrawal")
def take_down(request: Request, process: Here, seat: AtRegulatorDesk, ref: str, sent: Sending) -> Response:
    """Take it down."""
    require(seat.actor, Permission.MANAGE_REGISTRY)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        withdraw_notice(act, seat.actor, ref)
        return Done(f"/regulator/notices/{ref}", say(N_("已撤下，公众看不到了；这里仍留档。")))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        with process.here.store.reading() as session:
            found = notice_on_file(session, seat.actor, ref)
        return refused(process, seat, request, ONE, sent, error, notice=found, may_publish=True)
