"""Acts on an authorization: amend, suspend, restore, revoke. Each asks for its reason and shows what it will do.

Nobody revokes alone: the form asks, and a second person approves (gimark.approvals).
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk, Seat
from api.web.regulator.authorizations import terms_in
from api.web.regulator.words import Words
from api.web.translation import N_, Say, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission, require
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Revocation
from gimark.approvals.effects import effect_of
from gimark.clock import local_day
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.rights.queries import product, right
from gimark.registry.rolls.authorizations import authorization_row
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/regulator/authorizations")
PAGE = "regulator/authorization-change.html"
DONE = {
    ChangeKind.AMEND: N_("已变更，账本第 %(index)s 条。"),
    ChangeKind.SUSPEND: N_("已暂停使用，账本第 %(index)s 条。"),
    ChangeKind.RESTORE: N_("已恢复使用，账本第 %(index)s 条。"),
    ChangeKind.REVOKE: N_("已撤销，账本第 %(index)s 条。"),
}
PROPOSED = N_("已提交，等另一位有权限的人批准后生效。")

Kind = Annotated[ChangeKind, Path()]


@router.get("/{ref}/{kind}")
def ask(request: Request, process: Here, seat: AtRegulatorDesk, ref: str, kind: Kind) -> Response:
    """What it will do, and the form."""
    require(seat.actor, Permission.MANAGE_AUTHORIZATIONS)
    return desk_page(process, seat, request, PAGE, **_facts(process, seat, ref, kind, None))


@router.post("/{ref}/{kind}")
def change(request: Request, process: Here, seat: AtRegulatorDesk, ref: str, kind: Kind, sent: Sending) -> Response:
    """Do it, or of a revocation ask for it."""
    require(seat.actor, Permission.MANAGE_AUTHORIZATIONS)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        return Done(f"/regulator/authorizations/{ref}", _done(act, seat, ref, kind, sent, say))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, PAGE, sent, error, **_facts(process, seat, ref, kind, sent))


def _done(act: Act, seat: Seat, ref: str, kind: ChangeKind, sent: Sent, say: Say) -> str:
    """Do it, and say what was done."""
    reason = sent.text("reason")
    if kind is ChangeKind.REVOKE:
        outcome = do_or_propose(act, seat.actor, Revocation(ref, reason, sent.optional_day("from")))
        if outcome.ledger_index is None:
            return say(PROPOSED)
        return say(DONE[kind], index=f"{outcome.ledger_index:,}")
    if kind is ChangeKind.AMEND:
        form = ChangeForm(kind, reason, terms=terms_in(sent))
    else:
        form = ChangeForm(kind, reason, sent.optional_day("from"))
    return say(DONE[kind], index=f"{change_authorization(act, seat.actor, ref, form).ledger_index:,}")


def _facts(process: Process, seat: Seat, ref: str, kind: ChangeKind, sent: Sent | None) -> dict[str, Any]:
    """What the page shows beside the form; and the form, when nothing was sent yet."""
    now = process.here.store.clock.now()
    today = local_day(now)
    with process.here.store.reading() as session:
        row = authorization_row(session, seat.actor, ref, today)
        values: dict[str, Any] = {"row": row, "kind": kind.value, "w": Words(seat.language)}
        if kind in (ChangeKind.REVOKE, ChangeKind.SUSPEND):
            values["effect"] = effect_of(session, seat.actor, Revocation(ref, "", None), now)
        if kind is ChangeKind.AMEND:
            classes = product(session, seat.actor, right(session, seat.actor, row.right.ref).product_ref).classes
            in_en = seat.language == "en"
            values["classes"] = [(one.key, (in_en and one.name_en) or one.name_zh, "") for one in classes]
    if sent is None:
        terms = row.terms
        given = {"from": terms.valid_from, "until": terms.valid_until} if kind is ChangeKind.AMEND else {"from": today}
        values["form"] = blank(
            classes=terms.classes, number=terms.number, labels_per_year=terms.labels_per_year, **given
        )
    return values
