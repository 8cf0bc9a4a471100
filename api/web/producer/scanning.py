"""Activating, returning and voiding by the labels in hand: scan the first, scan the last, look, confirm.

A USB scanner types what a label says and presses Enter, so that the one field of each page is enough; a telephone sends
a photograph instead. What was scanned goes on as the 13 characters, never as the whole address with its signature.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Form, Refusal, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page, see
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.figures import count_text
from api.web.producer.words import CODE, RANGE_ACT
from api.web.translation import N_, Say, sayer
from api.wiring import Process
from gimark.accounts.rules import require
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Ending
from gimark.errors import InvalidInputError, invalid
from gimark.issuance.ranges import NEEDED, RangeForm, change_ranges
from gimark.issuance.rules import ENDING, RangeKind
from gimark.scans.between import FIRST, LAST, Between, LabelPlace, between, label_place
from gimark.store.unit_of_work import Act
from labels.photograph import MOST_BYTES, texts_in

router = APIRouter(prefix="/producer/scan")

SCAN, CONFIRM = "producer/scan.html", "producer/scan-confirm.html"
CODE_FIELD, PHOTO = "code", "photo"


class ActAsked(StrEnum):
    """What may be done with labels in hand."""

    ACTIVATE = "activate"
    RETURN = "return"
    VOID = "void"

    @property
    def kind(self) -> RangeKind:
        """The same for the domain."""
        return RangeKind(self.value)


HINTS = {
    ActAsked.ACTIVATE: N_("标签已经贴好，商品可以上市"),
    ActAsked.RETURN: N_("标签没有用，交回；用量加回来"),
    ActAsked.VOID: N_("标签损坏或丢失，作废；用量加回来"),
}


@router.get("")
def ask(request: Request, process: Here, seat: AtProducerDesk, act: str = "", first: str = "") -> Response:
    """Which act, and the first label; then the last one."""
    kind = _kind(seat, act)
    begun = None if not first else _place(process, seat, first, FIRST)
    return desk_page(process, seat, request, SCAN, form=blank(), **_beside(seat, kind, begun))


@router.post("")
def take(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """One label, scanned, typed or photographed: go on to the last one, or to what lies between."""
    kind = _kind(seat, sent.text("act"))
    first = sent.text(FIRST)
    begun: LabelPlace | None = None
    place: LabelPlace | None = None
    try:
        begun = None if not first else _place(process, seat, first, FIRST)
        place = _place(process, seat, _label(sent), CODE_FIELD)
        if begun is not None:
            _between(process, seat, begun.typed, place.typed)
    except REFUSED as error:
        is_reversed = isinstance(error, InvalidInputError) and bool(error.extras.get("is_reversed"))
        values = _beside(seat, kind, begun, place if is_reversed else None)
        return refused(process, seat, request, SCAN, sent, _at_the_field(error), **values)
    if begun is None:
        return see(process, request, "/producer/scan", act=kind.value, first=place.typed)
    return see(process, request, "/producer/scan/confirm", act=kind.value, first=begun.typed, last=place.typed)


@router.get("/confirm")
def ask_confirmation(
    request: Request, process: Here, seat: AtProducerDesk, first: str, last: str, act: str = ""
) -> Response:
    """What lies between the two labels, and what the act will do to it."""
    kind = _kind(seat, act)
    found = _between(process, seat, first, last)
    return _confirmation(process, seat, request, kind, found, blank(act=kind.value, first=first, last=last))


@router.post("/confirm")
def change(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Do it, and be ready for the next label."""
    kind = _kind(seat, sent.text("act"))
    found = _between(process, seat, sent.text(FIRST), sent.text(LAST))
    try:
        return once(process, seat, request, sent, lambda act: _changed(act, seat, kind, found, sent))
    except REFUSED as error:
        values = _about(seat, kind, found)
        return refused(process, seat, request, CONFIRM, sent, error, **values)


def _changed(act: Act, seat: Seat, kind: ActAsked, found: Between, sent: Sent) -> Done:
    say, run_ref = sayer(seat.language), found.first.run.facts.ref
    again = f"/producer/scan?act={kind.value}"
    said = {"count": count_text(found.count), "lot": found.first.batch.lot}
    if kind.kind not in ENDING:
        change_ranges(act, seat.actor, run_ref, RangeForm(kind.kind, (found.span,)))
        return Done(again, say(N_("已激活 %(count)s 枚，批次 %(lot)s。"), **said))
    outcome = do_or_propose(act, seat.actor, Ending(run_ref, kind.kind, (found.span,), sent.text("reason")))
    if outcome.proposal_ref is not None:
        return Done(again, say(N_("已提交：%(count)s 枚要由另一人批准后才生效。"), **said))
    told = N_("已退标 %(count)s 枚，批次 %(lot)s，用量已加回。") if kind is ActAsked.RETURN else None
    return Done(again, say(told or N_("已作废 %(count)s 枚，批次 %(lot)s，用量已加回。"), **said))


def _label(sent: Sent) -> str:
    """What the scanner typed, or the one code of the photograph. Raises InvalidInputError, PhotographError."""
    photo = sent.upload(PHOTO)
    if photo is None:
        return sent.text(CODE_FIELD)
    found = texts_in(_bytes(photo))
    if len(found) == 1:
        return found[0]
    raise _not_one_code(len(found))


def _bytes(photo: UploadFile) -> bytes:
    """The picture, and one byte more than may be where it is too long."""
    return photo.file.read(MOST_BYTES + 1)


def _kind(seat: Seat, text: str) -> ActAsked:
    """Which act, activation where nothing was said. Raises NotAllowedError for one that is not the actor's to do."""
    kind = ActAsked(text) if text in set(ActAsked) else ActAsked.ACTIVATE
    require(seat.actor, NEEDED[kind.kind])
    return kind


def _place(process: Process, seat: Seat, text: str, where: str) -> LabelPlace:
    here = process.here
    with here.store.reading() as session:
        return label_place(session, seat.actor, here.keyring, here.keyset, text, where)


def _between(process: Process, seat: Seat, first: str, last: str) -> Between:
    here = process.here
    with here.store.reading() as session:
        return between(session, seat.actor, here.keyring, here.keyset, first, last)


def _at_the_field(error: Refusal) -> Refusal:
    """The refusal with what is wrong with the last label at the field in which it was scanned."""
    if not isinstance(error, InvalidInputError):
        return error
    moved = (replace(fault, field=CODE_FIELD) if fault.field == LAST else fault for fault in error.faults)
    return InvalidInputError(tuple(moved), error.extras)


def _beside(seat: Seat, kind: ActAsked, begun: LabelPlace | None, ahead: LabelPlace | None = None) -> dict[str, Any]:
    """What the page shows beside its field; `ahead` is a last label that stands before the first one, `begun`."""
    say = sayer(seat.language)
    may = [one for one in ActAsked if NEEDED[one.kind] in seat.actor.permissions]
    return {
        "kind": kind.value,
        "acts": [(one.value, say(RANGE_ACT[one.kind].text), say(HINTS[one])) for one in may],
        "title": _title(kind, say),
        "begun": begun,
        "ahead": ahead,
        "codes": CODE,
    }


def _about(seat: Seat, kind: ActAsked, found: Between) -> dict[str, Any]:
    kept = found.kept_from(kind.kind)
    return {
        "kind": kind.value,
        "title": _title(kind, sayer(seat.language)),
        "found": found,
        "kept": kept,
        "codes": CODE,
        "gives_back": kind.kind in ENDING,
        "mass_g": found.count * found.first.run.facts.net_g,
    }


def _confirmation(
    process: Process, seat: Seat, request: Request, kind: ActAsked, found: Between, form: Form
) -> Response:
    return desk_page(process, seat, request, CONFIRM, form=form, **_about(seat, kind, found))


def _title(kind: ActAsked, say: Say) -> str:
    return say(RANGE_ACT[kind.kind].text)


def _not_one_code(count: int) -> InvalidInputError:
    if count == 0:
        return invalid(
            PHOTO,
            "照片里没有找到二维码",
            "there is no QR code in the photograph",
            "请把标签放平、对焦后靠近重拍，或手输标签上的 13 位号码",
            "Lay the label flat, focus, come nearer and take it again, or type the 13 characters",
        )
    return invalid(
        PHOTO,
        f"照片里有 {count} 个不同的二维码",
        f"there are {count} different QR codes in the photograph",
        "请只拍一枚标签",
        "Take one label alone",
    )
