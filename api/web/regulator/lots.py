"""Two acts on a lot: recalling it, and letting it carry codes for more than its mass. Both take two people.

Each begins with the lot's number, as a consumer or a shop names it; of several goods with that lot one is chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.grave import effects_of, names_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.figures import mass_text
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Asked, Override, Recall
from gimark.approvals.effects import effect_of
from gimark.exchange.cells import grams_of
from gimark.production.lists import BatchFilter, batches, volume_left
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator")

FIND = "regulator/lot.html"
PROPOSED = N_("已提交申请，等另一位有批准权限的用户批准。")
MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class _LotAct:
    """One of the two: where it is asked for, what it takes, and how its form and the facts beside it are read."""

    path: str
    title: str
    page: str
    permission: Permission
    read: Callable[[Sent], Asked]
    facts: Callable[[Process, Seat, str], dict[str, Any]]


@router.get("/recalls/new")
def ask_recall(request: Request, process: Here, seat: AtRegulatorDesk, lot: str = "", batch: str = "") -> Response:
    """The lot, then what a recall of it will do, then the reason."""
    return _asking(request, process, seat, RECALL, lot, batch)


@router.post("/recalls/new")
def recall(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Ask for it."""
    return _asked(request, process, seat, RECALL, sent)


@router.get("/overrides/new")
def ask_override(request: Request, process: Here, seat: AtRegulatorDesk, lot: str = "", batch: str = "") -> Response:
    """The lot, then how far its mass goes, then by how much and why."""
    return _asking(request, process, seat, OVERRIDE, lot, batch)


@router.post("/overrides/new")
def override(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
    """Ask for it."""
    return _asked(request, process, seat, OVERRIDE, sent)


def _asking(request: Request, process: Process, seat: Seat, kind: _LotAct, lot: str, batch: str) -> Response:
    require(seat.actor, kind.permission)
    if not batch:
        return _find(request, process, seat, kind.path, kind.title, lot)
    return desk_page(process, seat, request, kind.page, form=blank(batch=batch), **kind.facts(process, seat, batch))


def _asked(request: Request, process: Process, seat: Seat, kind: _LotAct, sent: Sent) -> Response:
    require(seat.actor, kind.permission)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        outcome = do_or_propose(act, seat.actor, kind.read(sent))
        return Done(f"/regulator/approvals/{outcome.proposal_ref}", say(PROPOSED))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        facts = kind.facts(process, seat, sent.text("batch"))
        return refused(process, seat, request, kind.page, sent, error, **facts)


def _find(request: Request, process: Process, seat: Seat, path: str, title: str, lot: str) -> Response:
    with process.here.store.reading() as session:
        chosen = BatchFilter(lot=lot.strip())
        found = batches(session, seat.actor, Wanted(MOST_FOUND, newest_first=True), chosen).items if lot.strip() else ()
        names = {one.ref: effect_of(session, seat.actor, Recall(one.ref, ""), one.registered_at) for one in found}
    say = sayer(seat.language)
    return desk_page(
        process, seat, request, FIND, path=path, title=say(title), lot=lot.strip(), found=found, names=names
    )


def _recall(process: Process, seat: Seat, batch: str) -> dict[str, Any]:
    asked, now = Recall(batch, ""), process.here.store.clock.now()
    with process.here.store.reading() as session:
        effect = effect_of(session, seat.actor, asked, now)
    return {"effects": effects_of(asked, effect, seat.language), "name": names_of(effect, seat.language)[0]}


def _override(process: Process, seat: Seat, batch: str) -> dict[str, Any]:
    say, now = sayer(seat.language), process.here.store.clock.now()
    with process.here.store.reading() as session:
        effect = effect_of(session, seat.actor, Override(batch, 0, ""), now)
        left = volume_left(session, seat.actor, batch, now)
    volume, (name, enterprise) = left.volume, names_of(effect, seat.language)
    facts = [
        (say(N_("企业")), enterprise),
        (say(N_("批次")), name),
        (say(N_("计划量")), mass_text(volume.planned_g)),
        (say(N_("包装量")), say(N_("未确认")) if volume.packed_g is None else mass_text(volume.packed_g)),
        (say(N_("已用")), mass_text(volume.issued_g)),
        (say(N_("已放宽")), mass_text(volume.override_g)),
    ]
    return {"effects": facts, "name": name}


RECALL = _LotAct(
    "/regulator/recalls/new",
    N_("召回一批商品"),
    "regulator/recall.html",
    Permission.RECALL_BATCHES,
    lambda sent: Recall(sent.text("batch"), sent.text("reason")),
    _recall,
)
OVERRIDE = _LotAct(
    "/regulator/overrides/new",
    N_("放宽用量"),
    "regulator/override.html",
    Permission.OVERRIDE_VOLUME,
    lambda sent: Override(sent.text("batch"), grams_of(sent.text("extra_g"), "extra_g"), sent.text("reason")),
    _override,
)
