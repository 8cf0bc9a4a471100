"""What became of an order's printed labels: the account, reports, missing numbers voided in one act, who has files.

Labels are numbered from 1, as files and pages show them; a code as it is printed will do in a number's place.
"""

import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.custody import FATES, account_of
from api.web.desk.forms import REFUSED, Done, Sending, Sent, blank, once, refused
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.figures import count_text
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Ending
from gimark.errors import Checklist, InvalidInputError, invalid
from gimark.issuance.custody.actions import ReportForm, report_labels
from gimark.issuance.custody.queries import Custody, custody, spans_to_void
from gimark.issuance.custody.rules import Told
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun
from gimark.issuance.orders import order_of_run
from gimark.issuance.queries import visible_run
from gimark.issuance.ranges import index_of_code
from gimark.issuance.rules import RangeKind, Span, codes_in
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/producer/labels/{labels}/custody")

PAGE = "producer/custody.html"
MOST_TYPED = 200
BETWEEN_RANGES = re.compile(r"[,，;；、\n]+")
# A code has hyphens of its own.
OF_NUMBERS = re.compile(r"([0-9]{1,9})\s*-\s*([0-9]{1,9})")
TO = re.compile(r"\s*(?:至|到|~|～|–|—|\.\.)\s*")
NUMBER = re.compile(r"[0-9]{1,9}")


@router.get("")
def show(request: Request, process: Here, seat: AtProducerDesk, labels: str) -> Response:
    """The account."""
    facts = _facts(process, seat, labels)
    return desk_page(process, seat, request, PAGE, form=blank(), **facts)


@router.post("/reports")
def report(request: Request, process: Here, seat: AtProducerDesk, labels: str, sent: Sending) -> Response:
    """Take a report in."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        told = _told(act.session, process.here.keyring, seat, labels, sent)
        report_labels(act, seat.actor, labels, ReportForm(told, sent.optional("note")))
        count = count_text(sum(part.size for part in told))
        return Done(_path(labels), say(N_("已记下 %(count)s 枚标签的去向。"), count=count))

    return _done(request, process, seat, labels, sent, do)


@router.post("/missing")
def void_missing(request: Request, process: Here, seat: AtProducerDesk, labels: str, sent: Sending) -> Response:
    """Void the codes of missing and scrapped labels, or of many ask for it."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        found = custody(act.session, seat.actor, labels)
        spans = spans_to_void(found)
        outcome = do_or_propose(act, seat.actor, Ending(found.run_ref, RangeKind.VOID, spans, sent.text("reason")))
        said = {"count": count_text(codes_in(spans))}
        if outcome.proposal_ref is not None:
            return Done(_path(labels), say(N_("已提交申请：%(count)s 枚须由另一人批准后作废。"), **said))
        return Done(_path(labels), say(N_("已作废 %(count)s 枚，用量已加回。"), **said))

    return _done(request, process, seat, labels, sent, do)


def _done(
    request: Request, process: Process, seat: Seat, labels: str, sent: Sent, do: Callable[[Act], Done]
) -> Response:
    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, PAGE, sent, error, **_facts(process, seat, labels))


def _path(labels: str) -> str:
    return f"/producer/labels/{labels}/custody"


def _facts(process: Process, seat: Seat, labels: str) -> dict[str, Any]:
    with process.here.store.reading() as session:
        found = custody(session, seat.actor, labels)
        account = account_of(session, process.here.keyring, seat, found)
        back = f"/producer/orders/{order_of_run(session, seat.actor, found.run_ref)}"
    return account | {
        "path": _path(labels),
        "back": back,
        "can_report": Permission.CHANGE_CODES in seat.actor.permissions,
        "can_void": Permission.VOID_CODES in seat.actor.permissions,
        "example": _example(found),
    }


def _example(found: Custody) -> str:
    middle = (found.first + found.last) // 2
    return f"{found.first + 1}-{middle + 1}"


def _told(session: Session, keyring: Keyring, seat: Seat, labels: str, sent: Sent) -> tuple[Told, ...]:
    """What the form's three fields say. Raises InvalidInputError naming each that cannot be read."""
    run = visible_run(session, seat.actor, custody(session, seat.actor, labels).run_ref)
    checklist = Checklist()
    told: list[Told] = []
    for fate in FATES:
        spans = checklist.take(lambda fate=fate: _spans(run, keyring, sent.text(fate.value), fate.value))  # type: ignore[misc]
        told += [Told(first, last, fate) for first, last in spans or []]
    checklist.settle()
    return tuple(told)


def _spans(run: IssueRun, keyring: Keyring, text: str, where: str) -> list[Span]:
    parts = [part.strip() for part in BETWEEN_RANGES.split(text) if part.strip()]
    if len(parts) > MOST_TYPED:
        raise invalid(
            where,
            f"超过 {MOST_TYPED} 个号段",
            f"it has more than {MOST_TYPED} ranges",
            "请分几次报告",
            "Report them in several parts",
        )
    return [_span(run, keyring, part, where) for part in parts]


def _span(run: IssueRun, keyring: Keyring, part: str, where: str) -> Span:
    numbers = OF_NUMBERS.fullmatch(part)
    ends = list(numbers.groups()) if numbers else TO.split(part)
    if not 1 <= len(ends) <= 2:
        raise _unread(part, where)
    first, last = (_index(run, keyring, end, where) for end in (ends[0], ends[-1]))
    return first, last


def _index(run: IssueRun, keyring: Keyring, end: str, where: str) -> int:
    if NUMBER.fullmatch(end):
        return int(end) - 1
    return index_of_code(run, keyring, end, where)


def _unread(part: str, where: str) -> InvalidInputError:
    return invalid(
        where,
        f"看不懂“{part[:20]}”",
        f"“{part[:20]}” is no range",
        "请写成 1-480 或 38GP-ERNQ-BQTSA 至 38GP-…，多段用逗号隔开",
        "Write it as 1-480, or as one code .. another; commas between ranges",
    )
