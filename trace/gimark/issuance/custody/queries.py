"""Where the labels of a print order are: what was reported, what is missing, who fetched files, what replaced them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.errors import ConflictError, Fault
from gimark.issuance.custody.model import CustodyReport, CustodySpan, FileDownload
from gimark.issuance.custody.rules import Accounted, Fate, Told
from gimark.issuance.model import IssueRun, PrintOrder
from gimark.issuance.printing import superseding
from gimark.issuance.queries import FileFacts, print_facts, run_states
from gimark.issuance.rules import ENDED, RunStates, Span


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What somebody (login name) reported, and when."""

    ref: str
    told: tuple[Told, ...]
    note: str | None
    reported_by: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Download:
    """Somebody (login name) was given a file of that SHA-256 (hex)."""

    name: str
    sha256: str
    user: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Custody:
    """The account of a print order. `superseded_by` are later orders that printed labels of it again.

    `to_void` are codes that can still be used although their labels are missing or scrapped, `to_return` those whose
    labels were handed back. Labels that were printed again are not among them: their codes are on the later print.
    """

    ref: str
    run_ref: str
    first: int
    last: int
    accounted: Accounted
    reports: tuple[ReportFacts, ...]
    downloads: tuple[Download, ...]
    files: tuple[FileFacts, ...]
    superseded_by: tuple[str, ...]
    to_void: tuple[Span, ...]
    to_return: tuple[Span, ...]

    @property
    def missing(self) -> tuple[Span, ...]:
        """The labels of which nobody has said where they are; all of them before the first report."""
        return self.accounted.spans(None)


def custody(session: Session, actor: Actor, ref: str) -> Custody:
    """The account of the print order `ref`. Needs READ. Raises NotFoundError."""
    require(actor, Permission.READ)
    order = visible_order(session, actor, ref)
    run = session.get_one(IssueRun, order.run_id)
    reports = _reports(session, order.id)
    accounted = Accounted.unsaid((order.first, order.last))
    for report in reports:
        accounted = accounted.after(report.told)
    later = superseding(session, order)
    states = run_states(session, run)
    again = [(one.first, one.last) for one in later]
    unused = (*accounted.spans(None), *accounted.spans(Fate.SCRAPPED)) if reports else ()
    return Custody(
        ref=order.ref,
        run_ref=run.ref,
        first=order.first,
        last=order.last,
        accounted=accounted,
        reports=reports,
        downloads=_downloads(session, order.id),
        files=print_facts(session, order).leaving,
        superseded_by=tuple(one.ref for one in later),
        to_void=_live(states, _without(unused, again)),
        to_return=_live(states, _without(accounted.spans(Fate.RETURNED), again)),
    )


def spans_to_void(found: Custody) -> tuple[Span, ...]:
    """The codes of missing and scrapped labels, for one act. Raises ConflictError when there are none to void."""
    if found.to_void:
        return found.to_void
    if not found.reports:
        raise _nothing(
            "还没有人报告这张订单的标签去向",
            "nobody has reported on the labels of this order yet",
            "请先报告印好、报废和退回的号段",
            "Report what was printed, scrapped and returned first",
        )
    raise _nothing(
        "没有缺号，也没有仍可使用的报废标签",
        "no label is missing, and no scrapped one can still be used",
        "无需作废",
        "There is nothing to void",
    )


def visible_order(session: Session, actor: Actor, ref: str) -> PrintOrder:
    """The print order's row if the actor may see it; NotFoundError otherwise."""
    order = session.scalar(select(PrintOrder).where(PrintOrder.ref == ref))
    if order is None:
        raise not_found("print_order")
    require_enterprise(actor, order.enterprise_id, "print_order")
    return order


def _reports(session: Session, order_id: int) -> tuple[ReportFacts, ...]:
    rows = session.execute(
        select(CustodyReport, User.name)
        .join(User, User.id == CustodyReport.reported_by_id)
        .where(CustodyReport.order_id == order_id)
        .order_by(CustodyReport.id)
    ).all()
    told: dict[int, list[Told]] = {report.id: [] for report, _ in rows}
    spans = select(CustodySpan).where(CustodySpan.report_id.in_(told)).order_by(CustodySpan.first)
    for span in session.scalars(spans):
        told[span.report_id].append(Told(span.first, span.last, span.fate))
    return tuple(ReportFacts(row.ref, tuple(told[row.id]), row.note, name, row.reported_at) for row, name in rows)


def _downloads(session: Session, order_id: int) -> tuple[Download, ...]:
    rows = session.execute(
        select(FileDownload, User.name)
        .join(User, User.id == FileDownload.user_id)
        .where(FileDownload.order_id == order_id)
        .order_by(FileDownload.id)
    )
    return tuple(Download(row.name, row.sha256, name, row.at) for row, name in rows)


def _without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The indices of `spans` that stand in none of `taken`."""
    left = list(spans)
    for first, last in taken:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, first - 1)), (max(start, last + 1), end))
            if piece[0] <= piece[1]
        ]
    return left


def _live(states: RunStates, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The indices of `spans` whose codes can still be used, in order, neighbours joined."""
    live = sorted((part.first, part.last) for span in spans for part in states.parts(span) if part.state not in ENDED)
    joined: list[Span] = []
    for first, last in live:
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def _nothing(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> ConflictError:
    return ConflictError((Fault("print_order", reason_zh, reason_en, remedy_zh, remedy_en),))
