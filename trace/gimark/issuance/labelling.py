"""What the register knows of a batch that labels of its codes may say. No layout, no wording: `labels` does that."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.issuance.model import IssueRun
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.evidence import certainties
from gimark.registry.rights.model import PRINTABLE, FactName, GiProduct, ProductClass, Right, RightKind


@dataclass(frozen=True, slots=True)
class LabelledRight:
    """A right as its label needs it. Numbers are None when unknown, or not yet confirmed well enough to print."""

    kind: RightKind
    gi_name: str
    standard: str | None
    announcement: str | None
    trademark: str | None
    defined_grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """The facts of one batch's labels; masses in grams.

    `printed_texts` are the texts that must stand on the label because of the rights it uses.
    """

    product_name: str
    item_name: str
    class_name: str
    grade: str | None
    net_g: int
    rights: tuple[LabelledRight, ...]
    uscc: str
    producer: str
    address: str
    contact: str | None
    licence: str | None
    lot: str
    packed_on: date | None
    storage: str | None
    shelf_life: str | None
    ingredients: str | None
    printed_texts: tuple[str, ...]
    is_prepackaged_food: bool
    needs_licence: bool

    @property
    def sha256(self) -> bytes:
        """What these facts are, so that an order can tell whether they have changed since."""
        return hashlib.sha256(repr(self).encode()).digest()


def label_facts(session: Session, run: IssueRun) -> LabelFacts:
    """The facts of `run`'s labels as the register has them now."""
    return label_facts_of(session, session.get_one(Batch, run.batch_id))


def label_facts_of(session: Session, batch: Batch) -> LabelFacts:
    """The same for a batch, before there is any code of it."""
    item = session.get_one(TradeItem, batch.item_id)
    enterprise = session.get_one(Enterprise, item.enterprise_id)
    product = session.get_one(GiProduct, item.product_id)
    product_class = session.get_one(ProductClass, (product.id, item.product_class))
    rights = session.scalars(
        select(Right)
        .join(TradeItemRight, TradeItemRight.right_id == Right.id)
        .where(TradeItemRight.item_id == item.id)
        .order_by(Right.id)
    ).all()
    return LabelFacts(
        product_name=product.name_zh,
        item_name=item.name_zh,
        class_name=product_class.name_zh,
        grade=item.grade,
        net_g=item.net_g,
        rights=tuple(_labelled(session, right, product.name_zh) for right in rights),
        uscc=enterprise.uscc,
        producer=enterprise.name_zh,
        address=enterprise.address,
        contact=enterprise.phone,
        licence=enterprise.sc_licence,
        lot=batch.lot,
        packed_on=batch.packed_on,
        storage=item.storage,
        shelf_life=item.shelf_life,
        ingredients=item.ingredients,
        printed_texts=tuple(text for right in rights for text in right.printed_texts),
        is_prepackaged_food=product_class.is_prepackaged_food,
        needs_licence=product_class.needs_licence,
    )


def _labelled(session: Session, right: Right, gi_name: str) -> LabelledRight:
    known = {name for name, certainty in certainties(session, right).items() if certainty in PRINTABLE}
    return LabelledRight(
        kind=right.kind,
        gi_name=gi_name,
        standard=right.standard if FactName.STANDARD in known else None,
        announcement=right.announcement if FactName.ANNOUNCEMENT in known else None,
        trademark=right.trademark if FactName.TRADEMARK in known else None,
        defined_grades=tuple(right.defined_grades) if FactName.GRADES in known else (),
    )
