"""The ledger in the database: acts append to it in their own transaction; proofs read O(log n) stored nodes.

Appending locks the head until the act ends, so indices have no gaps and an act that rolls back leaves nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from gimark import merkle
from gimark.clock import rfc3339
from gimark.errors import Fault, LedgerError, NotFoundError
from gimark.ledger import entries as entry_format
from gimark.ledger.model import LogEntry, LogHead, LogNode, PublishedCheckpoint
from gimark.ledger.refusal import refusal
from gimark.merkle import Node, Span
from gimark.store.unit_of_work import Act

PORTION = 1000
# Statements are built once and run past the ORM: to build and map them costs more than to run them.
_TABLES = LogHead.metadata.tables
_SIZE = select(LogHead.size)
_LOCKED_SIZE = select(LogHead.size).with_for_update()
_BODY = select(LogEntry.body).where(LogEntry.idx == bindparam("index"))
_LATEST = (
    select(
        PublishedCheckpoint.size, PublishedCheckpoint.root, PublishedCheckpoint.note, PublishedCheckpoint.published_at
    )
    .order_by(PublishedCheckpoint.id.desc())
    .limit(1)
)
_ADD_ENTRIES = insert(_TABLES["log_entry"])
_ADD_NODES = insert(_TABLES["log_node"])
_MOVE_HEAD = update(_TABLES["log_head"]).where(LogHead.size == bindparam("old_size")).values(size=bindparam("new_size"))
# Where a session keeps what it knows of the head that it holds locked.
_HELD = "gimark.ledger.head"
_ENTRY_LEVEL = -1
# What an entry says of its time while nobody knows when it will be appended.
_ANY_TIME = "2000-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint that readers can see: its size, its root, the signed note and when it went out."""

    size: int
    root: bytes
    note: bytes
    published_at: datetime


@dataclass(frozen=True, slots=True)
class _Head:
    """The head as this session holds it locked: the size, and the last entry's time if this session wrote it."""

    size: int
    time: str | None


def append(act: Act, type_: str, by: str, /, **fields: Any) -> int:
    """Write an entry of `type_`, acted by the role `by`, as part of `act`, and give its index. The caller commits.

    Its time is the act's, or the previous entry's if that is later (a clock may go back, the ledger does not).
    Raises LedgerError when the entry breaks its schema or names an entry that does not exist yet.
    """
    session = act.session
    index = lock(act)
    before, siblings = _edge(session, index)
    time = _time(act, before)
    body = _body(index, time, type_, by, fields)
    add(session, index, [body], merkle.completed(index, merkle.leaf_hash(body), siblings))
    session.info[_HELD] = _Head(index + 1, time)
    return index


def check_all(type_: str, by: str, many: Iterable[Mapping[str, Any]]) -> None:
    """Raise LedgerError if the schema would refuse one of `many`: the slow part of appending, which needs no lock."""
    for fields in many:
        _encoded(_ANY_TIME, type_, by, fields)


def append_all(act: Act, type_: str, by: str, many: Sequence[Mapping[str, Any]], *, are_checked: bool = False) -> range:
    """`append` for each of `many`, whose fields these are; gives their indices, in that order.

    One statement writes all entries and one all nodes, which is what a long list saves by it. `are_checked` says that
    `check_all` was given the same.
    """
    session = act.session
    first = lock(act)
    if not many:
        return range(first, first)
    before, _ = _edge(session, first)
    time = _time(act, before)
    bodies = [
        _body(first + place, time, type_, by, fields, is_checked=are_checked) for place, fields in enumerate(many)
    ]
    tree = merkle.Frontier(first, node_hashes(session, merkle.perfect_nodes((0, first))))
    nodes = [node for body in bodies for node in tree.append(merkle.leaf_hash(body))]
    add(session, first, bodies, nodes)
    session.info[_HELD] = _Head(tree.size, time)
    return range(first, tree.size)


def next_instant(act: Act) -> datetime:
    """The instant that an entry appended now will bear (UTC, whole seconds): the act's, or the last entry's if later.

    Takes the head's lock, so that nothing comes between asking and appending.
    """
    before, _ = _edge(act.session, lock(act))
    return datetime.fromisoformat(_time(act, before))


def lock(act: Act) -> int:
    """Take the head before reading what an act decides on, so that no other act comes between reading and appending.

    Gives the size, which stays until this act appends or ends. On SQLite an act holds the lock from its first statement
    anyway. Once locked, the head is not read again.
    """
    info = act.session.info
    if _HELD not in info:
        info[_HELD] = _Head(_head(act.session, _LOCKED_SIZE), None)
    return info[_HELD].size  # type: ignore[no-any-return]


def size(session: Session) -> int:
    """How many entries the ledger has."""
    return _head(session, _SIZE)


def entry(session: Session, index: int) -> bytes:
    """The exact bytes of the entry at `index`; raises NotFoundError when there is none."""
    body = session.connection().scalar(_BODY, {"index": index})
    if body is None:
        raise _no_entry(index)
    return body


def entries(session: Session, first: int, end: int) -> Iterator[bytes]:
    """The exact bytes of the entries from `first` up to `end` (not included), in order, read in portions.

    Raises NotFoundError at the first index that has none.
    """
    asked = select(LogEntry.idx, LogEntry.body).order_by(LogEntry.idx)
    for start in range(first, end, PORTION):
        stop = min(start + PORTION, end)
        found = dict(session.execute(asked.where(LogEntry.idx >= start, LogEntry.idx < stop)).all())
        for index in range(start, stop):
            if index not in found:
                raise _no_entry(index)
            yield found[index]


def root(session: Session, at_size: int) -> bytes:
    """The Merkle root over the first `at_size` entries; raises LedgerError when there are fewer."""
    return _span_hashes(session, [(0, at_size)])[0]


def inclusion_proof(session: Session, index: int, at_size: int) -> list[bytes]:
    """The proof that entry `index` is among the first `at_size`, in RFC 6962's order; reads O(log n) nodes."""
    return _span_hashes(session, merkle.inclusion_spans(index, at_size))


def consistency_proof(session: Session, old_size: int, at_size: int) -> list[bytes]:
    """The proof that the log of `old_size` entries grew into that of `at_size`, in RFC 6962's order."""
    return _span_hashes(session, merkle.consistency_spans(old_size, at_size))


def published(session: Session) -> Published | None:
    """The latest published checkpoint, None before the first."""
    row = session.connection().execute(_LATEST).one_or_none()
    return None if row is None else Published(*row)


def is_published(session: Session, index: int) -> bool:
    """Whether entry `index` is under a published checkpoint, so that anyone can be shown its proof."""
    return session.scalar(select(PublishedCheckpoint.size).where(PublishedCheckpoint.size > index).limit(1)) is not None


def node_hashes(session: Session, nodes: Sequence[Node]) -> list[bytes]:
    """The stored hashes of `nodes`, in their order; raises LedgerError when one is not there."""
    if not nodes:
        return []
    rows = session.connection().execute(_lookup(len(nodes)), _named(nodes))
    return _in_order({(level, idx): value for level, idx, value in rows}, nodes)


def add(session: Session, first: int, bodies: Sequence[bytes], nodes: Sequence[tuple[Node, bytes]]) -> None:
    """Store entries from index `first` on with the nodes they complete, and move the head from there.

    Nothing is checked but that the head stands at `first`: LedgerError when it does not.
    """
    connection = session.connection()
    connection.execute(_ADD_ENTRIES, [{"idx": index, "body": body} for index, body in enumerate(bodies, first)])
    connection.execute(_ADD_NODES, [{"level": level, "idx": idx, "hash": value} for (level, idx), value in nodes])
    moved = connection.execute(_MOVE_HEAD, {"old_size": first, "new_size": first + len(bodies)})
    session.info.pop(_HELD, None)
    if moved.rowcount != 1:
        raise refusal(
            "",
            f"账本已不在第 {first} 条处",
            f"the ledger no longer ends at entry {first}",
            "没有写入任何内容，请重试",
            "Nothing was written; try again",
        )


@cache
def _lookup(count: int) -> Select[int, int, bytes]:
    """Asks for `count` nodes by their keys.

    SQLite scans the whole table for `(level, idx) IN (…)` but searches the key for each term of an OR; building such
    a statement costs more than running it, so there is one for each number of nodes (about twice the tree's height).
    """
    terms = [and_(LogNode.level == bindparam(f"l{n}"), LogNode.idx == bindparam(f"i{n}")) for n in range(count)]
    return select(LogNode.level, LogNode.idx, LogNode.hash).where(or_(*terms))


def _named(nodes: Sequence[Node]) -> dict[str, int]:
    """The parameters that name `nodes` in a `_lookup`."""
    return {f"{part}{place}": value for place, node in enumerate(nodes) for part, value in zip("li", node, strict=True)}


def _in_order(found: Mapping[Node, bytes], nodes: Sequence[Node]) -> list[bytes]:
    try:
        return [found[node] for node in nodes]
    except KeyError as error:
        raise _no_node(error.args[0]) from None


def _span_hashes(session: Session, spans: Sequence[Span]) -> list[bytes]:
    """The hash of each span, by one query for the nodes of all of them."""
    parts = [merkle.perfect_nodes(span) for span in spans]
    found = iter(node_hashes(session, [node for part in parts for node in part]))
    return [merkle.join([next(found) for _ in part]) for part in parts]


def _head(session: Session, asked: Select[int]) -> int:
    found = session.connection().scalar(asked)
    if found is None:
        raise refusal(
            "",
            "公示账本尚未建立",
            "the ledger was never started",
            "请先运行 gimark init 或升级数据库",
            "Run gimark init or upgrade the database first",
        )
    return found


def _edge(session: Session, index: int) -> tuple[str | None, list[bytes]]:
    """What entry `index` will stand on: the time of the one before it (None for the first), its left siblings' hashes.

    One statement, or none: what this session wrote itself it need not read, but for siblings.
    """
    nodes = merkle.left_siblings(index)
    held = session.info.get(_HELD)
    if held is not None and held.time is not None:
        return held.time, node_hashes(session, nodes)
    if index == 0:
        return None, []
    named = {"before": index - 1, **_named(nodes)}
    rows = session.connection().execute(_edge_lookup(len(nodes)), named)
    found = {(level, idx): value for level, idx, value in rows}
    body = found.get((_ENTRY_LEVEL, index - 1))
    if body is None:
        raise _no_entry(index - 1)
    return json.loads(body)["t"], _in_order(found, nodes)


@cache
def _edge_lookup(count: int) -> Select[int, int, bytes] | CompoundSelect[int, int, bytes]:
    """Asks for one entry, as of level `_ENTRY_LEVEL`, and for `count` nodes."""
    level = literal_column(str(_ENTRY_LEVEL), Integer)
    entry_row = select(level, LogEntry.idx, LogEntry.body).where(LogEntry.idx == bindparam("before"))
    return union_all(entry_row, _lookup(count)) if count else entry_row


def _time(act: Act, before: str | None) -> str:
    """The time of an entry of this act behind one of the time `before`."""
    return rfc3339(act.now) if before is None else max(rfc3339(act.now), before)


def _body(index: int, time: str, type_: str, by: str, fields: Mapping[str, Any], *, is_checked: bool = False) -> bytes:
    """The bytes of the entry that is to stand at `index`."""
    body = _encoded(time, type_, by, fields, is_checked=is_checked)
    _check_references({**fields, "type": type_}, index)
    return body


def _encoded(time: str, type_: str, by: str, fields: Mapping[str, Any], *, is_checked: bool = False) -> bytes:
    said = {**fields, "v": entry_format.VERSION, "t": time, "type": type_, "by": by}
    return entry_format.encode(said, is_checked=is_checked)


def _check_references(said: Mapping[str, Any], index: int) -> None:
    for name, named in entry_format.references(said):
        if named >= index:
            raise refusal(
                name,
                f"引用了尚不存在的条目 {named}",
                f"it names entry {named}, which does not exist yet",
                "请引用已有条目的序号",
                "Name an entry that stands before it",
            )


def _no_entry(index: int) -> NotFoundError:
    return NotFoundError(
        (
            Fault(
                "index",
                f"公示账本没有第 {index} 条",
                f"the ledger has no entry {index}",
                "请核对条目序号",
                "Check the entry's number",
            ),
        ),
        {"index": index},
    )


def _no_node(node: Node) -> LedgerError:
    level, index = node
    return refusal(
        "",
        f"账本缺少第 {level} 层第 {index} 个节点",
        f"the ledger lacks node {index} of level {level}",
        "请运行 gimark ledger check；条目不够时请换用较小的序号",
        "Run gimark ledger check, or ask for an entry or size that exists",
    )
