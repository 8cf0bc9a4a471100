"""Finding entries of the ledger: the newest, those of a type, and those about an enterprise, an item or a batch.

The log itself can only be read by index. Each act's row has its entry's index, uniquely and in order, so the tables say
which entries to read, and a page costs the same however long the ledger is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from gimark.issuance.keys.model import KeyAct, KeyActKind, KeySetPublication, SigningKey
from gimark.issuance.model import IssueRun, RangeAct
from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from gimark.ledger.model import LogEntry
from gimark.production.model import Batch, BatchAct, BatchActKind, VolumeOverride
from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.directory.queries import is_named
from gimark.registry.enterprises.model import Enterprise, PersonErasure
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import Right, RightChange
from gimark.scans.model import CodeMark

# More items than one enterprise has; a search never looks at more.
MOST_NAMED = 1_000
# Runs of a subject that are gathered and sorted at no cost worth speaking of. Of a subject with more, the newest are
# found sooner by walking back from the newest of all.
FEW_RUNS = 500


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry's index and its exact bytes."""

    index: int
    body: bytes


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, newest first; `before` asks for the next page, None at the end."""

    entries: tuple[LoggedEntry, ...]
    before: int | None


Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What entries are to be about: keys of the rows that a reader's words stand for, and which batches are meant."""

    enterprises: Sequence[int]
    items: Sequence[int]
    is_batch: Condition
    is_common: bool = False

    def batch(self, of: InstrumentedAttribute[int]) -> Condition:
        """Whether the batch with the key `of` is meant."""
        if self.is_common:
            return exists().where(Batch.id == of, self.is_batch)
        return of.in_(select(Batch.id).where(self.is_batch))

    def run(self, of: InstrumentedAttribute[int]) -> Condition:
        """Whether the run with the key `of` is of a batch that is meant."""
        meant = IssueRun.batch_id == Batch.id, self.is_batch
        if self.is_common:
            return exists().where(IssueRun.id == of, *meant)
        return of.in_(select(IssueRun.id).where(*meant))


@dataclass(frozen=True, slots=True)
class _Acts:
    """A table of acts: where the entries' indices are, which of its rows have which type, which are about a subject."""

    index: InstrumentedAttribute[int]
    types: Mapping[str, Condition]
    about: Callable[[_Subject], Condition] | None = None


def entry_types() -> tuple[str, ...]:
    """The types that can be asked for: all that this release writes."""
    return tuple(dict.fromkeys(type_ for acts in _ACTS for type_ in acts.types))


def newest(
    session: Session, *, before: int | None = None, limit: int, type_: str | None = None, about: str = ""
) -> EntryPage:
    """The `limit` newest entries below index `before`, of `type_` and `about` something, when these are given.

    `about` is a USCC, a GTIN, a lot, or a GTIN and a lot with a blank between them. What names nothing, and a type
    that is not in `entry_types`, finds nothing. A sole trader whose salt is gone is found by nothing.
    """
    end = book.size(session) if before is None else min(before, book.size(session))
    if type_ is None and not about:
        first = max(end - limit, 0)
        bodies = list(book.entries(session, first, end))
        return _page([LoggedEntry(first + at, bodies[at]) for at in reversed(range(len(bodies)))], first > 0)
    subject = _subject(session, about) if about else None
    sources = list(_sources(type_, subject, end, limit + 1))
    if not sources:
        return EntryPage((), None)
    together = union_all(*sources).subquery()
    indices = session.scalars(select(together.c.idx).order_by(together.c.idx.desc()).limit(limit + 1)).all()
    rows = session.execute(select(LogEntry.idx, LogEntry.body).where(LogEntry.idx.in_(indices[:limit])))
    found = sorted((LoggedEntry(index, body) for index, body in rows), key=lambda entry: -entry.index)
    return _page(found, len(indices) > limit)


def _page(entries: Sequence[LoggedEntry], has_more: bool) -> EntryPage:
    return EntryPage(tuple(entries), entries[-1].index if has_more else None)


def _sources(type_: str | None, subject: _Subject | None, end: int, limit: int) -> Iterator[Select[int]]:
    """From each table that can have some, the newest indices."""
    for acts in _ACTS:
        if type_ is not None and type_ not in acts.types:
            continue
        conditions = [acts.index < end]
        if type_ is not None:
            conditions.append(acts.types[type_])
        if subject is not None:
            if acts.about is None:
                continue
            conditions.append(acts.about(subject))
        own = select(acts.index.label("idx")).where(and_(*conditions)).order_by(acts.index.desc()).limit(limit)
        yield select(own.subquery().c.idx)


def _subject(session: Session, about: str) -> _Subject:
    subject = _named(session, about)
    few = select(IssueRun.id).where(IssueRun.batch_id == Batch.id, subject.is_batch).limit(FEW_RUNS + 1)
    return replace(subject, is_common=len(session.scalars(few).all()) > FEW_RUNS)


def _named(session: Session, about: str) -> _Subject:
    gtin, _, lot = about.partition(" ")
    if lot:
        items = session.scalars(select(TradeItem.id).where(TradeItem.gtin == gtin)).all()
        return _Subject((), (), and_(Batch.item_id.in_(items), Batch.lot == lot))
    enterprises = session.scalars(select(Enterprise.id).where(Enterprise.uscc == about, is_named())).all()
    of = or_(TradeItem.gtin == about, TradeItem.enterprise_id.in_(enterprises))
    items = session.scalars(select(TradeItem.id).where(of).limit(MOST_NAMED)).all()
    return _Subject(enterprises, items, or_(Batch.lot == about, Batch.item_id.in_(items)))


def _by_kind(prefix: str, column: InstrumentedAttribute[StrEnum], kinds: type[StrEnum]) -> dict[str, Condition]:
    return {f"{prefix}.{kind}": column == kind for kind in kinds}


def _of_enterprise(subject: _Subject) -> Select[int]:
    return select(Authorization.id).where(Authorization.enterprise_id.in_(subject.enterprises))


_ACTS = (
    _Acts(Right.ledger_index, {"right.set": true()}),
    _Acts(RightChange.ledger_index, {"right.set": true()}),
    _Acts(Enterprise.ledger_index, {"enterprise.set": true()}, lambda s: Enterprise.id.in_(s.enterprises)),
    _Acts(TradeItem.ledger_index, {"item.set": true()}, lambda s: TradeItem.id.in_(s.items)),
    _Acts(
        Authorization.ledger_index,
        {"authorization.grant": true()},
        lambda s: Authorization.enterprise_id.in_(s.enterprises),
    ),
    _Acts(
        AuthorizationChange.ledger_index,
        _by_kind("authorization", AuthorizationChange.kind, ChangeKind),
        lambda s: AuthorizationChange.authorization_id.in_(_of_enterprise(s)),
    ),
    _Acts(Batch.ledger_index, {"batch.register": true()}, lambda s: s.is_batch),
    _Acts(
        BatchAct.ledger_index,
        _by_kind("batch", BatchAct.kind, BatchActKind),
        lambda s: s.batch(BatchAct.batch_id),
    ),
    _Acts(IssueRun.ledger_index, {"run.issue": true()}, lambda s: s.batch(IssueRun.batch_id)),
    _Acts(
        RangeAct.ledger_index,
        _by_kind("run", RangeAct.kind, RangeKind),
        lambda s: s.run(RangeAct.run_id),
    ),
    _Acts(SigningKey.ledger_index, {"key.add": true()}),
    _Acts(KeyAct.ledger_index, _by_kind("key", KeyAct.kind, KeyActKind)),
    _Acts(KeySetPublication.ledger_index, {"keyset.publish": true()}),
    _Acts(VolumeOverride.ledger_index, {"override.grant": true()}, lambda s: s.batch(VolumeOverride.batch_id)),
    # What commitments are to is nobody's business, so no subject finds them.
    _Acts(VolumeOverride.grounds_index, {"private": true()}),
    _Acts(CodeMark.ledger_index, {"private": true()}),
    _Acts(PersonErasure.ledger_index, {"correction": true()}),
)
