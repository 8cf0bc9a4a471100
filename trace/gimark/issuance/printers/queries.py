"""Reading printers."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, not_found
from gimark.issuance.printers.model import Printer
from gimark.issuance.rules import PrintFormat


@dataclass(frozen=True, slots=True)
class PrinterFacts:
    """A printer; `offset_um` is to the right and down, in micrometres."""

    ref: str
    name: str
    dpi: int
    format: PrintFormat
    offset_um: tuple[int, int]


def printers(session: Session, actor: Actor) -> tuple[PrinterFacts, ...]:
    """The actor's enterprise's, by name."""
    rows = session.scalars(scoped(select(Printer), actor, Printer.enterprise_id).order_by(Printer.name))
    return tuple(facts_of(row) for row in rows)


def printer(session: Session, actor: Actor, ref: str) -> PrinterFacts:
    """One of them. Raises NotFoundError."""
    return facts_of(visible_printer(session, actor, ref))


def visible_printer(session: Session, actor: Actor, ref: str) -> Printer:
    """The row of a printer that this actor may see. Raises NotFoundError."""
    row = session.scalar(scoped(select(Printer), actor, Printer.enterprise_id).where(Printer.ref == ref))
    if row is None:
        raise not_found("printer")
    return row


def facts_of(row: Printer) -> PrinterFacts:
    """A row as facts."""
    return PrinterFacts(row.ref, row.name, row.dpi, row.format, (row.offset_right_um, row.offset_down_um))
