"""Keeping printers. Whoever has labels printed keeps them."""

from dataclasses import dataclass

from sqlalchemy import func, select

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import Checklist, ConflictError, Fault
from gimark.issuance.printers.model import Printer
from gimark.issuance.printers.queries import PrinterFacts, facts_of, visible_printer
from gimark.issuance.printers.rules import LONGEST_NAME, MOST_PRINTERS, check_printer
from gimark.issuance.rules import PrintFormat
from gimark.store.unit_of_work import Act
from gimark.texts import check_texts


@dataclass(frozen=True, slots=True)
class PrinterForm:
    """A printer as entered; `offset_um` is to the right and down, in micrometres."""

    name: str
    dpi: int
    format: PrintFormat
    offset_um: tuple[int, int] = (0, 0)


def add_printer(act: Act, actor: Actor, form: PrinterForm) -> PrinterFacts:
    """Note a printer of the actor's enterprise. Needs CHANGE_CODES.

    Raises InvalidInputError for a name that is taken, a resolution that no label printer has, an offset over a
    centimetre, ConflictError when there are `MOST_PRINTERS`.
    """
    enterprise_id = _enterprise(actor)
    _check(act, enterprise_id, form, None)
    count = select(func.count(Printer.id)).where(Printer.enterprise_id == enterprise_id)
    if act.session.scalars(count).one() >= MOST_PRINTERS:
        raise ConflictError((_TOO_MANY,))
    row = Printer(
        enterprise_id=enterprise_id,
        name=form.name,
        dpi=form.dpi,
        format=form.format,
        offset_right_um=form.offset_um[0],
        offset_down_um=form.offset_um[1],
        changed_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    return facts_of(row)


def change_printer(act: Act, actor: Actor, ref: str, form: PrinterForm) -> PrinterFacts:
    """Note what became of a printer; orders that were placed keep the values they had. Raises as `add_printer`, and
    NotFoundError."""
    enterprise_id = _enterprise(actor)
    row = visible_printer(act.session, actor, ref)
    _check(act, enterprise_id, form, row)
    row.name, row.dpi, row.format = form.name, form.dpi, form.format
    row.offset_right_um, row.offset_down_um = form.offset_um
    row.changed_at = act.now
    act.session.flush()
    return facts_of(row)


def remove_printer(act: Act, actor: Actor, ref: str) -> None:
    """Forget a printer; no order refers to it. Needs CHANGE_CODES. Raises NotFoundError."""
    _enterprise(actor)
    act.session.delete(visible_printer(act.session, actor, ref))
    act.session.flush()


def _enterprise(actor: Actor) -> int:
    require(actor, Permission.CHANGE_CODES)
    if actor.enterprise_id is None:
        raise not_found("printer")
    return actor.enterprise_id


def _check(act: Act, enterprise_id: int, form: PrinterForm, row: Printer | None) -> None:
    checklist = Checklist()
    check_texts(checklist, {"name": (form.name, LONGEST_NAME)})
    taken = select(Printer.id).where(Printer.enterprise_id == enterprise_id, Printer.name == form.name)
    if act.session.scalar(taken) not in (None, None if row is None else row.id):
        checklist.add(
            "name",
            "已有同名的打印机",
            "there is a printer of this name",
            "请换一个名称",
            "Choose another name",
        )
    check_printer(checklist, form.dpi, form.offset_um)
    checklist.settle()


_TOO_MANY = Fault(
    "",
    f"已登记 {MOST_PRINTERS} 台打印机",
    f"there are {MOST_PRINTERS} printers already",
    "请修改或删除不用的",
    "Change or remove one that is not used",
)
