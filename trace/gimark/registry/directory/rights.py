"""What the public register shows of one right: its facts as they are now, and every act that changed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.ledger import book
from gimark.ledger.entries import decode
from gimark.registry.rights.model import FactName, GiProduct, Town
from gimark.registry.rights.queries import RightRecord, published_right


@dataclass(frozen=True, slots=True)
class ListedTown:
    """A town by its statistical code."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class ListedRightInFull:
    """A right with its product's name and when it was registered. `towns` are those ever in its area, by code."""

    gi_zh: str
    gi_en: str | None
    record: RightRecord
    registered_at: datetime
    towns: Mapping[str, ListedTown]


def listed_right(session: Session, ref: str) -> ListedRightInFull | None:
    """The right with this reference; None when there is none."""
    record = published_right(session, ref)
    if record is None:
        return None
    product = session.scalars(select(GiProduct).where(GiProduct.ref == record.product_ref)).one()
    rows = session.scalars(select(Town).where(Town.code.in_(_codes_ever(record))))
    towns = {row.code: ListedTown(row.code, row.name_zh, row.name_en) for row in rows}
    registered_at = datetime.fromisoformat(decode(book.entry(session, record.ledger_index))["t"])
    return ListedRightInFull(product.name_zh, product.name_en, record, registered_at, towns)


def _codes_ever(record: RightRecord) -> set[str]:
    codes = set(record.towns)
    for change in record.changes:
        for name, before, _ in change.facts:
            if name is FactName.AREA and before is not None:
                codes |= set(before)
    return codes
