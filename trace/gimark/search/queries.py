"""Looking for a text everywhere at once, in what the actor may see. Each kind of thing is found by its own index, names
by reading a small register (docs/adr/0017-names-are-read.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import InvalidInputError, NotFoundError
from gimark.issuance.keyring import Keyring
from gimark.issuance.model import IssueRun
from gimark.keys.keyset import KeySet
from gimark.ledger import book
from gimark.production.model import Batch
from gimark.registry.authorizations.model import Authorization
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import GiProduct, Right, RightKind
from gimark.scans.life import CodeLife, code_life, read_asked
from gimark.search.rules import Asked

MOST = 20


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with a name: an enterprise with its USCC, an item with its GTIN, a right with its numbers."""

    ref: str
    name_zh: str
    name_en: str | None
    number: str
    kind: RightKind | None = None


@dataclass(frozen=True, slots=True)
class FoundBatch:
    """A batch, whose it is and what it is of."""

    ref: str
    lot: str
    producer_lot: str | None
    item_zh: str
    item_en: str | None
    enterprise_zh: str
    enterprise_en: str | None
    is_recalled: bool
    ledger_index: int


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run of codes and the batch that it is of."""

    ref: str
    number: int
    count: int
    lot: str
    batch_ref: str
    ledger_index: int


@dataclass(frozen=True, slots=True)
class FoundAuthorization:
    """An authorization and whose it is."""

    ref: str
    number: str
    enterprise_zh: str
    enterprise_en: str | None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found, `MOST` of a kind at the most; `entry` is a ledger index that exists."""

    code: CodeLife | None
    enterprises: tuple[Named, ...]
    items: tuple[Named, ...]
    rights: tuple[Named, ...]
    authorizations: tuple[FoundAuthorization, ...]
    batches: tuple[FoundBatch, ...]
    runs: tuple[FoundRun, ...]
    entry: int | None

    @property
    def count(self) -> int:
        """How many things there are."""
        lists = (self.enterprises, self.items, self.rights, self.authorizations, self.batches, self.runs)
        return sum(map(len, lists)) + (self.code is not None) + (self.entry is not None)


def search(session: Session, actor: Actor, keyring: Keyring, keyset: KeySet, asked: Asked) -> Findings:
    """What was asked for, scoped by the actor; rights and the ledger are public. Needs READ."""
    require(actor, Permission.READ)
    return Findings(
        code=_code(session, actor, keyring, keyset, asked),
        enterprises=_enterprises(session, actor, asked),
        items=_items(session, actor, asked),
        rights=_rights(session, asked),
        authorizations=_authorizations(session, actor, asked),
        batches=_batches(session, actor, asked),
        runs=_runs(session, actor, asked),
        entry=asked.number if asked.number is not None and asked.number < book.size(session) else None,
    )


def _code(session: Session, actor: Actor, keyring: Keyring, keyset: KeySet, asked: Asked) -> CodeLife | None:
    if asked.serial is None and not asked.is_address:
        return None
    try:
        return code_life(session, actor, keyring, read_asked(asked.serial or asked.text, keyset))
    except (NotFoundError, InvalidInputError):
        return None


def _enterprises(session: Session, actor: Actor, asked: Asked) -> tuple[Named, ...]:
    columns = select(Enterprise.ref, Enterprise.name_zh, Enterprise.name_en, Enterprise.uscc)
    conditions = []
    if asked.is_uscc:
        conditions.append(Enterprise.uscc == asked.plain.upper())
    if asked.is_name_part:
        conditions.append(_contains(asked, Enterprise.name_zh, Enterprise.name_en))
    found = _first(session, columns, conditions, actor, Enterprise.id, Enterprise.id)
    return tuple(Named(*row) for row in found)


def _items(session: Session, actor: Actor, asked: Asked) -> tuple[Named, ...]:
    columns = select(TradeItem.ref, TradeItem.name_zh, TradeItem.name_en, TradeItem.gtin)
    conditions: list[ColumnElement[bool]] = []
    if asked.gtin is not None:
        conditions.append(TradeItem.gtin == asked.gtin)
    if asked.is_name_part:
        conditions.append(_contains(asked, TradeItem.name_zh, TradeItem.name_en))
    found = _first(session, columns, conditions, actor, TradeItem.enterprise_id, TradeItem.id)
    return tuple(Named(*row) for row in found)


def _rights(session: Session, asked: Asked) -> tuple[Named, ...]:
    """Rights by the product's name, its holder, or the number of announcement, trademark or standard."""
    if not asked.is_name_part:
        return ()
    within = _contains(
        asked, GiProduct.name_zh, GiProduct.name_en, Right.holder, Right.announcement, Right.trademark, Right.standard
    )
    rows = session.execute(
        select(Right, GiProduct).join(GiProduct, GiProduct.id == Right.product_id).where(within).order_by(Right.id)
    )
    return tuple(
        Named(right.ref, product.name_zh, product.name_en, _numbers(right), right.kind)
        for right, product in rows.fetchmany(MOST)
    )


def _authorizations(session: Session, actor: Actor, asked: Asked) -> tuple[FoundAuthorization, ...]:
    if not asked.is_name_part:
        return ()
    columns = select(Authorization.ref, Authorization.number, Enterprise.name_zh, Enterprise.name_en)
    joined = columns.join(Enterprise, Enterprise.id == Authorization.enterprise_id)
    within = [_contains(asked, Authorization.number)]
    rows = _first(session, joined, within, actor, Authorization.enterprise_id, Authorization.id)
    return tuple(FoundAuthorization(*row) for row in rows)


def _batches(session: Session, actor: Actor, asked: Asked) -> tuple[FoundBatch, ...]:
    """Batches with exactly this lot, or this number of the producer's own, as it was typed or in half width.

    Each of the two has its index. They are asked apart, and without an order: with one, PostgreSQL may prefer to walk
    all batches in that order to looking up the few.
    """
    columns = (
        select(Batch, TradeItem.name_zh, TradeItem.name_en, Enterprise.name_zh, Enterprise.name_en)
        .join(TradeItem, TradeItem.id == Batch.item_id)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
    )
    own = columns if actor.enterprise_id is None else columns.where(TradeItem.enterprise_id == actor.enterprise_id)
    found: dict[int, FoundBatch] = {}
    for numbered in (Batch.lot == asked.plain.upper(), Batch.producer_lot.in_({asked.text, asked.plain})):
        for batch, item_zh, item_en, zh, en in session.execute(own.where(numbered).limit(MOST)):
            found[batch.id] = FoundBatch(
                batch.ref,
                batch.lot,
                batch.producer_lot,
                item_zh,
                item_en,
                zh,
                en,
                batch.is_recalled,
                batch.ledger_index,
            )
    return tuple(found[number] for number in sorted(found)[:MOST])


def _runs(session: Session, actor: Actor, asked: Asked) -> tuple[FoundRun, ...]:
    if asked.number is None:
        return ()
    columns = (
        select(IssueRun.ref, IssueRun.number, IssueRun.count, IssueRun.lot, Batch.ref, IssueRun.ledger_index)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
    )
    rows = _first(session, columns, [IssueRun.number == asked.number], actor, TradeItem.enterprise_id, IssueRun.id)
    return tuple(FoundRun(*row) for row in rows)


def _first(
    session: Session,
    query: Select[*tuple[Any, ...]],
    conditions: Sequence[ColumnElement[bool]],
    actor: Actor,
    enterprise_id: InstrumentedAttribute[int],
    number: InstrumentedAttribute[int],
) -> Sequence[Any]:
    """The first rows for which one of the conditions holds, without what belongs to others; none without conditions."""
    if not conditions:
        return ()
    asked = query.where(or_(*conditions))
    if actor.enterprise_id is not None:
        asked = asked.where(enterprise_id == actor.enterprise_id)
    return session.execute(asked.order_by(number).limit(MOST)).all()


def _contains(asked: Asked, *columns: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> Any:
    """Whether every part of what was asked, cut at blanks, is in one of the columns, whatever its case."""
    parts = asked.plain.lower().split()[:5]
    return and_(*(or_(*(_has(column, part) for column in columns)) for part in parts))


def _has(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], part: str) -> ColumnElement[bool]:
    """Whether the column has the part. Chinese has no case, and to fold a register's costs more than to read it."""
    text: Any = column if part == part.upper() else func.lower(column)
    return text.contains(part, autoescape=True)  # type: ignore[no-any-return]


def _numbers(right: Right) -> str:
    return " · ".join(number for number in (right.announcement, right.trademark, right.standard) if number)
