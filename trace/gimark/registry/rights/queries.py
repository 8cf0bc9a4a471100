"""Reading products, their classes and the rights over their names. They are public: no actor sees fewer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.registry.rights.actions import ProductClassForm
from gimark.registry.rights.evidence import Confirmation, Evidence
from gimark.registry.rights.facts import FactValue
from gimark.registry.rights.model import (
    FactName,
    GiProduct,
    ProductClass,
    Right,
    RightChange,
    RightFact,
    RightKind,
    RightTown,
    SourceTag,
)
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product with its classes, in the order of their keys."""

    ref: str
    name_zh: str
    name_en: str | None
    classes: tuple[ProductClassForm, ...]


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One amendment: of each fact that it changed the name, what was there and what took its place; why and when."""

    facts: tuple[tuple[FactName, FactValue, FactValue], ...]
    reason: str
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class RightRecord:
    """A right as it stands in the register. `evidence` is of the facts that have a source of their own.

    `changes` are its amendments in ledger order; `ledger_index` is of its first entry.
    """

    ref: str
    product_ref: str
    kind: RightKind
    holder: str
    towns: tuple[str, ...]
    standard: str | None
    announcement: str | None
    trademark: str | None
    defined_grades: tuple[str, ...]
    printed_texts: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    source: str
    source_tag: SourceTag
    evidence: dict[FactName, Evidence]
    changes: tuple[ChangeFacts, ...]
    ledger_index: int


def products(session: Session, actor: Actor, wanted: Wanted) -> Portion[ProductFacts]:
    """The products, in the order in which they were entered."""
    require(actor, Permission.READ)
    found = portion(session, select(GiProduct), GiProduct.id, GiProduct.ref, wanted)
    return Portion(_products(session, found.items), found.next)


def product(session: Session, actor: Actor, ref: str) -> ProductFacts:
    """One of them. Raises NotFoundError."""
    require(actor, Permission.READ)
    row = session.scalar(select(GiProduct).where(GiProduct.ref == ref))
    if row is None:
        raise not_found("product")
    return _products(session, [row])[0]


def rights(session: Session, actor: Actor, wanted: Wanted, product_ref: str | None = None) -> Portion[RightRecord]:
    """The rights, of one product or of all, in the order in which they were registered."""
    require(actor, Permission.READ)
    asked = select(Right)
    if product_ref is not None:
        asked = asked.join(GiProduct, GiProduct.id == Right.product_id).where(GiProduct.ref == product_ref)
    found = portion(session, asked, Right.id, Right.ref, wanted)
    return Portion(_rights(session, found.items), found.next)


def right(session: Session, actor: Actor, ref: str) -> RightRecord:
    """One of them. Raises NotFoundError."""
    require(actor, Permission.READ)
    return _rights(session, [visible_right(session, actor, ref)])[0]


def published_right(session: Session, ref: str) -> RightRecord | None:
    """One of them for anybody, None when there is none: a right is public from the moment that it is registered."""
    row = session.scalar(select(Right).where(Right.ref == ref))
    return None if row is None else _rights(session, [row])[0]


def evidence_of(session: Session, row: Right) -> dict[FactName, Evidence]:
    """Of the facts of a right that have a source of their own, where they are known from."""
    return _evidences(session, [row.id])[row.id]


def towns_of(session: Session, row: Right) -> tuple[str, ...]:
    """The codes of the towns in a right's area, in their order."""
    return tuple(_towns(session, [row.id])[row.id])


def visible_right(session: Session, actor: Actor, ref: str) -> Right:
    """The row of a right. Raises NotFoundError."""
    require(actor, Permission.READ)
    row = session.scalar(select(Right).where(Right.ref == ref))
    if row is None:
        raise not_found("right")
    return row


def _products(session: Session, rows: Iterable[GiProduct]) -> tuple[ProductFacts, ...]:
    classes: dict[int, list[ProductClassForm]] = {row.id: [] for row in rows}
    asked = select(ProductClass).where(ProductClass.product_id.in_(classes)).order_by(ProductClass.key)
    for known in session.scalars(asked):
        form = ProductClassForm(known.key, known.name_zh, known.name_en, known.is_prepackaged_food, known.needs_licence)
        classes[known.product_id].append(form)
    return tuple(ProductFacts(row.ref, row.name_zh, row.name_en, tuple(classes[row.id])) for row in rows)


def _rights(session: Session, rows: Sequence[Right]) -> tuple[RightRecord, ...]:
    ids = [row.id for row in rows]
    product_refs: dict[int, str] = dict(
        session.execute(
            select(GiProduct.id, GiProduct.ref).where(GiProduct.id.in_({row.product_id for row in rows}))
        ).all()
    )
    towns, evidence, changes = _towns(session, ids), _evidences(session, ids), _changes(session, ids)
    return tuple(
        RightRecord(
            ref=row.ref,
            product_ref=product_refs[row.product_id],
            kind=row.kind,
            holder=row.holder,
            towns=tuple(towns[row.id]),
            standard=row.standard,
            announcement=row.announcement,
            trademark=row.trademark,
            defined_grades=tuple(row.defined_grades),
            printed_texts=tuple(row.printed_texts),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            source=row.source,
            source_tag=row.source_tag,
            evidence=evidence[row.id],
            changes=tuple(changes[row.id]),
            ledger_index=row.ledger_index,
        )
        for row in rows
    )


def _towns(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    towns: dict[int, list[str]] = {id_: [] for id_ in ids}
    for town in session.scalars(select(RightTown).where(RightTown.right_id.in_(ids)).order_by(RightTown.town_code)):
        towns[town.right_id].append(town.town_code)
    return towns


def _evidences(session: Session, ids: Sequence[int]) -> dict[int, dict[FactName, Evidence]]:
    evidence: dict[int, dict[FactName, Evidence]] = {id_: {} for id_ in ids}
    for fact in session.scalars(select(RightFact).where(RightFact.right_id.in_(ids)).order_by(RightFact.fact)):
        evidence[fact.right_id][fact.fact] = _evidence(fact)
    return evidence


def _changes(session: Session, ids: Sequence[int]) -> dict[int, list[ChangeFacts]]:
    changes: dict[int, list[ChangeFacts]] = {id_: [] for id_ in ids}
    asked = select(RightChange).where(RightChange.right_id.in_(ids)).order_by(RightChange.ledger_index)
    for row in session.scalars(asked):
        facts = tuple((name, row.before[name], row.after[name]) for name in FactName if name in row.after)
        changes[row.right_id].append(ChangeFacts(facts, row.reason, row.at, row.ledger_index))
    return changes


def _evidence(row: RightFact) -> Evidence:
    by, on = row.confirmed_by, row.confirmed_on
    return Evidence(row.source, row.tag, None if by is None or on is None else Confirmation(by, on))
