"""Reporting where labels went, and noting who was given a file. The caller's transaction commits."""

from dataclasses import dataclass

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import ConflictError, Fault
from gimark.issuance.custody.model import CustodyReport, CustodySpan, FileDownload
from gimark.issuance.custody.queries import visible_order
from gimark.issuance.custody.rules import Told, check_report
from gimark.issuance.leaving import leaving_file
from gimark.issuance.model import PrintState
from gimark.issuance.queries import FileFacts
from gimark.ledger import book
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, checked_text


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What became of which labels of a print order, as indices of its run, and a remark for the file."""

    told: tuple[Told, ...]
    note: str | None = None


def report_labels(act: Act, actor: Actor, order_ref: str, form: ReportForm) -> CustodyReport:
    """Say which labels of a print order were printed well, scrapped, or handed back. Needs CHANGE_CODES.

    A later report replaces what an earlier one said of the same labels; both stay on file. No code changes by it: what
    is scrapped or missing is voided, and what came back is returned, by acts of their own. Raises InvalidInputError for
    labels outside of the order or named twice, ConflictError before the files were released.
    """
    require(actor, Permission.CHANGE_CODES)
    book.lock(act)
    order = visible_order(act.session, actor, order_ref)
    if order.state is not PrintState.RELEASED:
        raise ConflictError(
            (
                Fault(
                    "print_order",
                    "文件还没有放行，没有可报告的标签",
                    "its files are not released, so there are no labels to report on",
                    "请等文件做好并印出后再报告",
                    "Report once the files are made and printed",
                ),
            )
        )
    check_report(form.told, (order.first, order.last))
    if form.note is not None:
        checked_text(form.note, "note", LONG)
    report = CustodyReport(order_id=order.id, note=form.note, reported_by_id=actor.user_id, reported_at=act.now)
    act.session.add(report)
    act.session.flush()
    act.session.add_all(
        CustodySpan(report_id=report.id, first=part.first, last=part.last, fate=part.fate) for part in form.told
    )
    act.session.flush()
    return report


def hand_out(act: Act, actor: Actor, order_ref: str, name: str) -> FileFacts:
    """The file `name` of a released order, and the note, kept for good, that this actor was given it.

    Whoever lets a file's bytes leave comes through here. Raises as `leaving_file`.
    """
    file = leaving_file(act.session, actor, order_ref, name)
    order = visible_order(act.session, actor, order_ref)
    act.session.add(
        FileDownload(order_id=order.id, name=file.name, sha256=file.sha256, user_id=actor.user_id, at=act.now)
    )
    act.session.flush()
    return file
