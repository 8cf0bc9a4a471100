"""The log against itself: every leaf, node, head and published checkpoint computed again from the entries.

Whether the entries are what the other rooms' tables say is another question, which the audit asks.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.errors import Fault, GimarkError, InvalidInputError, LedgerError
from gimark.ledger import book, entries
from gimark.ledger.checkpoints import Checkpoint, Trust
from gimark.ledger.model import LogEntry, LogNode, PublishedCheckpoint
from gimark.ledger.published import check_files, folder_fetch, read_checkpoint
from gimark.merkle import Frontier, Node, leaf_hash

PORTION = 1024


def check_log(session: Session) -> Iterator[Fault]:
    """Everything in which the stored log disagrees with its entries; nothing when all is well. Reads the whole log.

    A fault's field is the table and the key: `log_entry/7`, `log_node/0/7`, `published_checkpoint/8`, `log_head`.
    """
    size = book.size(session)
    yield from _counts(session, size)
    published = _published(session)
    frontier = Frontier()
    time = ""
    yield from _published_faults(published.pop(0, []), frontier)
    for first in range(0, size, PORTION):
        nodes: dict[Node, bytes] = {}
        for body in _stored(session, first, min(first + PORTION, size)):
            if body is None:
                yield _fault(
                    f"log_entry/{frontier.size}", "缺失，其后无法核对", "is missing; nothing after it was checked"
                )
                return
            found, time = _entry_faults(frontier.size, body, time)
            yield from found
            nodes.update(frontier.append(leaf_hash(body)))
            yield from _published_faults(published.pop(frontier.size, []), frontier)
        yield from _node_faults(session, first, frontier.size, nodes)
    for beyond in published:
        yield _fault(f"published_checkpoint/{beyond}", f"超出账本的 {size} 条", f"is beyond the log's {size} entries")


def check_folder(session: Session, folder: Path, trust: Trust) -> Iterator[Fault]:
    """Everything in which the log published under `folder` is broken or differs from the one in the database."""
    fetch = folder_fetch(folder)
    try:
        checkpoint, _note = read_checkpoint(fetch, trust)
        size = book.size(session)
        if size < checkpoint.size:
            yield _fault(
                "log_head", f"少于已公布的 {checkpoint.size} 条", f"has fewer than the {checkpoint.size} published"
            )
        own = book.entries(session, 0, min(size, checkpoint.size))
        for index, body in enumerate(check_files(fetch, checkpoint)):
            if index < size and next(own) != body:
                yield _fault(f"log_entry/{index}", "与公布的不同", "differs from what was published")
    except GimarkError as error:
        yield from error.faults


def _counts(session: Session, size: int) -> Iterator[Fault]:
    for table, model, expected in (("log_entry", LogEntry, size), ("log_node", LogNode, 2 * size - size.bit_count())):
        stored = session.scalar(select(func.count()).select_from(model))
        if stored != expected:
            yield _fault(table, f"应有 {expected} 行，实有 {stored} 行", f"has {stored} rows where {expected} are due")


def _stored(session: Session, first: int, end: int) -> Iterator[bytes | None]:
    """The bodies of the entries in a portion, None for one that is not there."""
    asked = select(LogEntry.idx, LogEntry.body).where(LogEntry.idx >= first, LogEntry.idx < end)
    found = {index: body for index, body in session.execute(asked)}  # noqa: C416 - dict() takes a Result for a mapping
    return (found.get(index) for index in range(first, end))


def _entry_faults(index: int, body: bytes, time: str) -> tuple[list[Fault], str]:
    """What is wrong with an entry, and its time; `time` is that of the entry before it."""
    where = f"log_entry/{index}"
    try:
        fields = entries.decode(body)
        if not entries.is_known(fields["type"]):
            return [_fault(where, f"类型 {fields['type']} 未知", f"is of the unknown type {fields['type']}")], time
        entries.check(fields)
    except LedgerError as error:
        return [_fault(where, error.faults[0].reason_zh, error.faults[0].reason_en)], time
    faults = []
    if fields["t"] < time:
        faults.append(_fault(where, "时间早于前一条", "is earlier than the entry before it"))
    for name, named in entries.references(fields):
        if named >= index:
            faults.append(_fault(where, f"{name} 引用其后的条目", f"names a later entry in {name}"))
    return faults, max(time, fields["t"])


def _node_faults(session: Session, first: int, end: int, expected: dict[Node, bytes]) -> Iterator[Fault]:
    """Compare the nodes that the entries `first` to `end` completed with the stored ones."""
    stored: dict[Node, bytes] = {}
    for level in {level for level, _ in expected}:
        asked = select(LogNode.idx, LogNode.hash).where(
            LogNode.level == level, LogNode.idx >= first >> level, LogNode.idx < end >> level
        )
        stored.update({(level, index): value for index, value in session.execute(asked)})
    for node in sorted(expected.keys() | stored.keys()):
        if expected.get(node) != stored.get(node):
            yield _fault(f"log_node/{node[0]}/{node[1]}", "与条目不符", "is not the hash of its entries")


def _published(session: Session) -> dict[int, list[PublishedCheckpoint]]:
    rows = defaultdict(list)
    for row in session.scalars(select(PublishedCheckpoint).order_by(PublishedCheckpoint.id)):
        rows[row.size].append(row)
    return dict(rows)


def _published_faults(rows: list[PublishedCheckpoint], frontier: Frontier) -> Iterator[Fault]:
    for row in rows:
        try:
            said = Checkpoint.unverified(row.note)
        except InvalidInputError as error:
            yield _fault(f"published_checkpoint/{row.size}", error.faults[0].reason_zh, error.faults[0].reason_en)
            continue
        if not frontier.root == row.root == said.root or said.size != row.size:
            yield _fault(f"published_checkpoint/{row.size}", "与条目不符", "is not of these entries")


def _fault(where: str, reason_zh: str, reason_en: str) -> Fault:
    return Fault(
        where,
        reason_zh,
        reason_en,
        "请保留现场，并从未被改动的备份或公布的条目恢复",
        "Keep everything as it is and restore an unaltered backup or the published entries",
    )
