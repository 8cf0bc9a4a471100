"""Which files of a print order may still be fetched. They hold signed codes: who has one can print it again."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import ConflictError, Fault
from gimark.issuance.model import IssueRun, PrintOrder, PrintState
from gimark.issuance.printing import superseding, visible_print
from gimark.issuance.queries import FileFacts, run_states
from gimark.issuance.rules import ENDED
from gimark.production.model import Batch


class Withheld(StrEnum):
    """Why the files of a released order leave no more."""

    REPLACED = "replaced"
    RECALLED = "recalled"
    ENDED = "ended"


def withheld(session: Session, order: PrintOrder) -> Withheld | None:
    """Why the files of a released order leave no more: labels of it were printed again, or none of them can be used."""
    if superseding(session, order):
        return Withheld.REPLACED
    run = session.get_one(IssueRun, order.run_id)
    if session.get_one(Batch, run.batch_id).is_recalled:
        return Withheld.RECALLED
    pieces = run_states(session, run).parts((order.first, order.last))
    return Withheld.ENDED if all(piece.state in ENDED for piece in pieces) else None


def leaving_file(session: Session, actor: Actor, ref: str, name: str) -> FileFacts:
    """The file `name` of a released order, for whoever may have its labels printed: it holds signed codes.

    Needs CHANGE_CODES. Raises NotFoundError for an order or file that is not there, or is another's; ConflictError
    before the order is released, and when its files are `withheld`. Whose bytes leave is noted
    (`custody.actions.hand_out`).
    """
    require(actor, Permission.CHANGE_CODES)
    facts = visible_print(session, actor, ref)
    if facts.state is not PrintState.RELEASED:
        raise ConflictError((_NOT_YET,), {"state": facts.state.value})
    found = next((file for file in facts.leaving if file.name == name), None)
    if found is None:
        raise not_found("file")
    order = session.scalars(select(PrintOrder).where(PrintOrder.ref == ref)).one()
    why = withheld(session, order)
    if why is Withheld.REPLACED:
        later = superseding(session, order)[-1].ref
        raise ConflictError((_replaced(later),), {"superseded_by": later})
    if why is not None:
        raise ConflictError((_WORTHLESS[why],))
    return found


def _replaced(later: str) -> Fault:
    return Fault(
        "print_order",
        f"其中的标签已由订单 {later} 补印，旧文件不再提供",
        f"labels of it were printed again by order {later}, so this file leaves no more",
        "请使用补印的文件；其余标签还没印出的，请对那一段补印并写明理由",
        "Use the later file; for labels that were never printed, reprint that range with a reason",
    )


_NOT_YET = Fault(
    "print_order",
    "文件还没有放行",
    "the files are not released yet",
    "请等任务完成后再下载；失败的请再次下单",
    "Download them when the job is done; if it failed, order the labels again",
)
_WORTHLESS = {
    Withheld.RECALLED: Fault(
        "print_order",
        "批次已召回，标签文件不再提供",
        "the batch was recalled, so the files of its labels leave no more",
        "请勿再印这一批的标签；已印的请停用并清点",
        "Print no more labels of it; stop using those that are printed, and count them",
    ),
    Withheld.ENDED: Fault(
        "print_order",
        "这张订单的标识都已作废或退标，文件不再提供",
        "every code of this order was voided or returned, so its files leave no more",
        "需要标签请下新的赋码订单",
        "For labels, order new codes",
    ),
}
