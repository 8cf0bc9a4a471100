"""The special mark of an enterprise: which file is printed, who brought it when, and bringing another."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.jobs.artwork import take_mark
from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.pages import HEADERS, desk_page
from api.web.desk.seat import Seat
from api.web.studio.door import AtStudio
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.errors import invalid
from gimark.issuance.marks.actions import upload_mark, withdraw_mark
from gimark.issuance.marks.queries import mark, marks
from gimark.registry.enterprises.queries import (
    EnterpriseFacts,
    enterprise,
    enterprise_id_of,
    enterprises,
    own_enterprise,
)
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Act
from labels.artwork.reading import MOST_BYTES

router = APIRouter(prefix="/studio")

PAGE = "studio/mark.html"
ACCEPT = ".pdf,.svg,.png,.jpg,.jpeg,.tif,.tiff"
_NAMED = Wanted(200)


@router.get("/mark")
def show(
    request: Request, process: Here, seat: AtStudio, chosen: Annotated[str, Query(alias="enterprise")] = ""
) -> Response:
    """The mark that labels bear now, and all that were brought before."""
    form = blank(enterprise=chosen)
    return desk_page(process, seat, request, PAGE, 200, form=form, **_beside(process, seat, chosen))


@router.post("/mark")
def upload(request: Request, process: Here, seat: AtStudio, sent: Sending) -> Response:
    """Have labels bear another mark from now on."""
    require(seat.actor, Permission.MANAGE_LABELS)
    chosen = sent.text("enterprise")
    owner = _owner(process, seat, chosen)
    try:
        if owner is None:
            raise invalid("enterprise", "没有选择企业", "no enterprise was chosen", "请选择企业", "Choose one")
        form = take_mark(process.here, _content(sent))

        def do(act: Act) -> Done:
            made = upload_mark(act, seat.actor, enterprise_id_of(act.session, owner.ref), form)
            where = "/studio/mark" if seat.actor.enterprise_id else f"/studio/mark?enterprise={owner.ref}"
            return Done(where, sayer(seat.language)(N_("已上传，SHA-256 为 %(hash)s。"), hash=made.sha256))

        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, PAGE, sent, error, **_beside(process, seat, chosen))


@router.post("/marks/{ref}/withdraw")
def withdraw(request: Request, process: Here, seat: AtStudio, sent: Sending, ref: str) -> Response:
    """Have labels bear it no more."""

    def do(act: Act) -> Done:
        withdraw_mark(act, seat.actor, ref)
        return Done("/studio/mark", sayer(seat.language)(N_("已撤下，此后的标签不再印它。")))

    return once(process, seat, request, sent, do)


@router.get("/marks/{ref}/picture.png")
def picture(process: Here, seat: AtStudio, ref: str) -> Response:
    """What it looks like."""
    with process.here.store.reading() as session:
        found = mark(session, seat.actor, ref)
    with process.here.files.open(found.picture_sha256) as file:
        return Response(file.read(), 200, HEADERS, "image/png")


def _content(sent: Sent) -> bytes:
    """The file that was chosen; one byte too many is read, so that a larger one is refused without being held."""
    chosen = sent.upload("mark")
    if chosen is None:
        raise invalid("mark", "没有选择文件", "no file was chosen", "请选择专用标志的文件", "Choose the mark's file")
    return chosen.file.read(MOST_BYTES + 1)


def _owner(process: Process, seat: Seat, ref: str) -> EnterpriseFacts | None:
    """Whose mark it is: the seat's own enterprise, or the one that an administrator chose. Raises NotFoundError."""
    with process.here.store.reading() as session:
        own = own_enterprise(session, seat.actor)
        return own if own is not None or not ref else enterprise(session, seat.actor, ref)


def _beside(process: Process, seat: Seat, ref: str) -> dict[str, object]:
    owner = _owner(process, seat, ref)
    with process.here.store.reading() as session:
        found = () if owner is None else marks(session, seat.actor, enterprise_id_of(session, owner.ref))
        known = () if seat.actor.enterprise_id else enterprises(session, seat.actor, _NAMED).items
    in_use = next((one for one in found if one.withdrawn_at is None), None)
    return {
        "owner": owner,
        "marks": found,
        "in_use": in_use,
        "enterprises": [(one.ref, one.name_zh) for one in known],
        "accept": ACCEPT,
        "may_change": Permission.MANAGE_LABELS in seat.actor.permissions,
    }
